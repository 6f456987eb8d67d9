import CommandLineOptions
import Foundation
import Service

/// `lathe record`: starts one recording and follows it to its end.
enum RecordCommand: Command {
    static let name = "record"
    static let summary = "starts one recording and follows it; without --server it hosts the channel itself"
    static let usage = "record --channel C [--server URL] [OPTION…]"
    static let groups = RecordOptions.own + RecordOptions.legacy
    static let options = groups.flatMap(\.options)

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let order = try RecordOrder(arguments, try RecordOptions.legacyValues(arguments))
        guard !order.request.channel.isEmpty else {
            throw OptionError("--channel is missing: name the channel to record")
        }
        for note in order.notes { complain("lathe record: \(note)") }
        guard let server = order.server else { return try await host(order.service, order.request) }
        return try await follow(RemoteRecorder(server: server), order.request)
    }

    private static func host(_ options: ServiceOptions, _ request: RecordingRequest) async throws -> Int32 {
        CrashReporter.arm(in: options.stateDirectory + "/crashes")
        let server = try await RunningServer(options)
        say("hosting channel '\(request.channel)': publish to \(server.url)/whip/\(request.channel)")
        let status = try await follow(LocalRecorder(hub: server.hub), request)
        await server.stop(signal: SIGTERM)
        return status
    }

    /// Prints what happens until the recording has ended; a signal asks it to.
    private static func follow(_ recorder: some Recorder, _ request: RecordingRequest) async throws -> Int32 {
        var document = try await recorder.start(request)
        say("recording channel '\(document.channel)' to \(document.directory)")
        let id = document.id
        let signals = Task {
            guard let signal = await Signals.next() else { return }
            say("\(Signals.name(signal)): stopping")
            try await recorder.stop(id, signal: signal)
        }
        var shown = 0
        while true {
            for event in document.events where event.sequence > shown { say(line(event)) }
            shown = document.events.last?.sequence ?? shown
            if document.state == .finished { break }
            try await Task.sleep(for: .milliseconds(200))
            document = try await recorder.document(id)
        }
        signals.cancel()
        for take in document.takes { say(line(take)) }
        say("ended: \(document.end?.reason ?? "")")
        let isWhole = document.takes.allSatisfy { $0.state == .closed }
        return isWhole ? 0 : 1
    }

    private static func line(_ event: RecordingDocument.Event) -> String {
        let seconds = String(format: "%8.3f", Double(event.atMilliseconds) / 1000)
        return "\(seconds)  \(event.type)" + (event.uid.map { " \($0)" } ?? "") + (event.detail.map { "  \($0)" } ?? "")
    }

    private static func line(_ take: RecordingDocument.Take) -> String {
        let seconds = String(format: "%.3f s", Double(take.durationMilliseconds) / 1000)
        return "\(take.file)  \(seconds)  \(take.byteCount) bytes  \(take.state.rawValue)"
    }
}
