import CommandLineOptions
import Foundation
import Repair

/// `lathe repair`: makes whatever a crash left behind playable again.
enum RepairCommand: Command {
    static let name = "repair"
    static let summary = "makes what a crash left behind playable again; never overwrites unless told to"
    static let usage = "repair FILE|DIR… [--in-place] [--dry-run] [--json]"
    static let options = [
        OptionDescription("in-place", nil, "let what is repaired take the place of what was damaged"),
        OptionDescription("dry-run", nil, "only say what would be done, and what would be assumed"),
        OptionDescription("json", nil, "print JSON: one object a file, in the order they are looked at"),
    ]

    /// Status 0 if everything is whole now, 1 if nothing could be repaired, 2 if there was nothing to repair, and 3 if
    /// something is lost or could not be.
    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard !arguments.words.isEmpty else { throw OptionError("name a file or a directory to repair") }
        let session = RepairSession(
            options: RepairOptions(isInPlace: arguments.has("in-place")), isRehearsal: arguments.has("dry-run"),
            printsJSON: arguments.has("json"))
        let interruption = Task {
            guard await Signals.next() != nil else { return }
            session.interrupt()
        }
        defer { interruption.cancel() }
        return try await Task.detached { try session.repair(arguments.words) }.value
    }
}
