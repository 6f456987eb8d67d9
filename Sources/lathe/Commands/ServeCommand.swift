import API
import CommandLineOptions
import EventLoop
import Foundation
import Service

/// `lathe serve`: the server, until a signal ends it.
enum ServeCommand: Command {
    static let name = "serve"
    static let summary = "the channel server, the recorder, the HTTP API and the page, in one process"
    static let usage = "serve [OPTION…]"
    static let options = ServerOptions.table
    static let groups = ServerOptions.groups

    static func run(_ arguments: Arguments) async throws -> Int32 {
        var options = try ServerOptions.read(arguments)
        options.continuesRecordings = true
        options.logLevel = options.logLevel ?? .info
        CrashReporter.arm(in: options.stateDirectory + "/crashes")
        let watch = Watch()
        let server = try await RunningServer(options)
        say("Lathe listens at \(server.url); media on UDP \(server.mediaPorts)")
        say("recording to \(options.recordRoot), \(options.autoRecord.words)")
        for note in await server.hub.notes() { server.hub.log.write(.warning, note) }
        tell(server.resumed, server.hub.log)
        watch.tell(.ready(status: "listening at \(server.url)"))
        let telling = Task { await watch.keepTelling(of: server.hub) }
        let signal = await waitForEnd(of: server.hub, watch)
        watch.tell(.stopping)
        await server.stop(signal: signal)
        telling.cancel()
        return 0
    }

    /// Returns when a signal asks for the end, or when the last recording is over after one asked for that.
    private static func waitForEnd(of hub: Hub, _ watch: Watch) async -> Int32 {
        let asking = Task { for await _ in hub.windingDown { raise(SIGUSR1) } }
        defer { asking.cancel() }
        let signal = await Signals.next(of: [SIGINT, SIGTERM, SIGUSR1]) { signal in
            guard signal == SIGUSR1 else { return true }
            say("SIGUSR1: starting no recording any more, and ending when the last is over")
            watch.tell(.status("winding down"))
            Task {
                await hub.windDown()
                raise(SIGTERM)
            }
            return false
        }
        say("\(Signals.name(signal ?? SIGTERM)): closing every recording")
        return signal ?? SIGTERM
    }

    /// Says what a crash had left, and what became of it.
    private static func tell(_ report: ResumeReport, _ log: ProcessLog) {
        for (path, what) in report.files.sorted(by: { $0.key < $1.key }) { say("\(path) \(what)") }
        for id in report.resumed { say("recording \(id) goes on after a crash") }
        for id in report.closed { say("recording \(id) was closed after a crash") }
        for trouble in report.troubles { log.write(.error, trouble) }
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
