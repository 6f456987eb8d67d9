import Capture
import CommandLineOptions
import Foundation
import Service

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `lathe record`: starts one recording and follows it to its end.
enum RecordCommand: Command {
    static let name = "record"
    static let summary = "starts one recording and follows it; without --server it hosts the channel itself"
    static let usage = "record --channel C [--server URL] [OPTION…]"
    static let options =
        [
            OptionDescription("channel", "C", "the channel to record"),
            OptionDescription("server", "URL", "a running server; without it this command is the server"),
            OptionDescription("directory", "DIR", "put the files directly here"),
        ] + ServerOptions.table.filter { $0.name != "auto-record" }

    /// Options of a server of our own, which mean nothing to somebody else's.
    private static let hosting: Set<String> = ["http", "udp-ports", "public-ip", "record-root", "loops", "config"]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard let channel = arguments["channel"] else {
            throw OptionError("--channel is missing: name the channel to record")
        }
        if arguments.has("server"), let extra = arguments.options.first(where: { hosting.contains($0.name) }) {
            throw OptionError("--server and --\(extra.name) exclude each other: the server has its own")
        }
        let options = try ServerOptions.read(arguments)
        let request = RecordingRequest(
            channel: channel, idleSeconds: Int(options.idle.components.seconds), files: options.files,
            directory: arguments["directory"])
        guard let text = arguments["server"] else { return try await host(options, request) }
        guard let url = URL(string: text), url.host != nil else {
            throw OptionError("--server wants a URL such as http://127.0.0.1:8080, not '\(text)'")
        }
        return try await follow(RemoteRecorder(server: url), request)
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

/// Whoever does the recording: this process or another.
protocol Recorder: Sendable {
    func start(_ request: RecordingRequest) async throws -> RecordingDocument
    func document(_ id: String) async throws -> RecordingDocument
    func stop(_ id: String, signal: Int32) async throws
}

/// The hub in this process.
struct LocalRecorder: Recorder {
    let hub: Hub

    func start(_ request: RecordingRequest) async throws -> RecordingDocument { try await hub.startRecording(request) }
    func document(_ id: String) async throws -> RecordingDocument { try await hub.recording(id) }
    func stop(_ id: String, signal: Int32) async throws { _ = try await hub.stopRecording(id, .signal(signal)) }
}

/// A server elsewhere, by its API.
struct RemoteRecorder: Recorder {
    let server: URL

    func start(_ request: RecordingRequest) async throws -> RecordingDocument {
        try await call("POST", "v1/recordings", body: try JSONEncoder().encode(request))
    }

    func document(_ id: String) async throws -> RecordingDocument { try await call("GET", "v1/recordings/\(id)") }

    func stop(_ id: String, signal: Int32) async throws {
        let _: RecordingDocument = try await call("POST", "v1/recordings/\(id)/stop")
    }

    private func call(_ method: String, _ path: String, body: Data? = nil) async throws -> RecordingDocument {
        var request = URLRequest(url: server.appendingPathComponent(path), timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (answer, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200...299).contains(status) else {
            let problem = try? JSONSerialization.jsonObject(with: answer) as? [String: Any]
            throw Problem(
                status: 502, title: "Refused", detail: problem?["detail"] as? String ?? "\(server) refused \(path)")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(RecordingDocument.self, from: answer)
    }
}
