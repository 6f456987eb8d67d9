import API
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
        let isWhole =
            if let server = order.server { try await follow(order, by: server) } else { try await host(order) }
        return isWhole ? 0 : 1
    }

    private static func host(_ order: RecordOrder) async throws -> Bool {
        // Before anything is said: the program starts itself anew.
        CrashReporter.arm(in: order.service.stateDirectory + "/crashes")
        tell(order)
        let server = try await RunningServer(order.service)
        let channel = order.request.channel
        say("hosting channel '\(channel)': publish to \(server.url)/whip/\(channel)")
        let isWhole = try await recording(by: LocalRecorder(hub: server.hub)).run(order.request)
        await server.stop(signal: SIGTERM)
        return isWhole
    }

    private static func follow(_ order: RecordOrder, by server: URL) async throws -> Bool {
        tell(order)
        return try await recording(by: RemoteRecorder(server: server)).run(order.request)
    }

    private static func recording(by recorder: some Recorder) -> RecordingRun {
        RecordingRun(recorder: recorder, voice: OwnVoice(), signals: Signals.requests(ending: [SIGINT, SIGTERM]))
    }

    private static func tell(_ order: RecordOrder) {
        for note in order.notes { complain("lathe record: \(note)") }
    }
}
