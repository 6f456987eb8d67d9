import CommandLineOptions
import Foundation
import Service

/// `lathe serve`: the server, until a signal ends it.
enum ServeCommand: Command {
    static let name = "serve"
    static let summary = "the channel server, the recorder, the HTTP API and the page, in one process"
    static let usage = "serve [OPTION…]"
    static let options = ServerOptions.table

    static func run(_ arguments: Arguments) async throws -> Int32 {
        var options = try ServerOptions.read(arguments)
        options.continuesRecordings = true
        let server = try await RunningServer(options)
        say("Lathe listens at \(server.url); media on UDP \(server.mediaPorts)")
        say("recording to \(server.hub.options.recordRoot), \(server.hub.options.autoRecord.words)")
        for note in await server.hub.notes() { complain("lathe: \(note)") }
        tell(server.resumed)
        let signal = await Signals.next() ?? SIGTERM
        say("\(Signals.name(signal)): closing every recording")
        await server.stop(signal: signal)
        return 0
    }
}

extension ServeCommand {
    /// Says what a crash had left, and what became of it.
    private static func tell(_ report: ResumeReport) {
        for (path, what) in report.files.sorted(by: { $0.key < $1.key }) { say("\(path) \(what)") }
        for id in report.resumed { say("recording \(id) goes on after a crash") }
        for id in report.closed { say("recording \(id) was closed after a crash") }
        for trouble in report.troubles { complain("lathe: \(trouble)") }
    }
}

extension ServiceOptions.AutoRecord {
    /// What is recorded, in words.
    var words: String {
        switch self {
        case .individual: "every user as they come"
        case .off: "what is asked for"
        }
    }
}
