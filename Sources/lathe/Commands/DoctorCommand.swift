import CommandLineOptions
import Service

/// `lathe doctor`: what would keep a server with these options from recording, and what to do about it.
enum DoctorCommand: Command {
    static let name = "doctor"
    static let summary = "checks ports, addresses, disk, codecs, clock and crash reports; says what to do"
    static let usage = "doctor [the options of serve…]"
    static let options = ServerOptions.table
    static let groups = ServerOptions.groups

    /// Status 0 if a server can record like this, and 1 if not.
    static func run(_ arguments: Arguments) async throws -> Int32 {
        let findings = await Doctor(try ServerOptions.read(arguments)).examine()
        for finding in findings { say(finding.description) }
        return findings.contains { $0.level == .bad } ? 1 : 0
    }
}
