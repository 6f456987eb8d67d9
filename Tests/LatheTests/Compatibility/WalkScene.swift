import Lathe
import Publish
import Service
import Testing

/// What is done to see whether a row of docs/compatibility.md is as it says.
enum WalkStep: Sendable {
    /// It is called, and what it does is looked at.
    case honoured(@Sendable (WalkScene) async throws -> Void)
    /// It is called, and fails with this code.
    case refused(ErrorCode, @Sendable (WalkScene) async throws -> Void)
    /// There is nothing to call.
    case nothing

    /// Does it, and compares what comes of it with what the page says.
    func take(in scene: WalkScene, as row: PageRow) async throws {
        let isRefused = row.promise.hasPrefix("refused") || row.promise.hasPrefix("none yet: it fails")
        let isNothing = !isRefused && (row.promise.hasPrefix("nothing to") || row.promise.hasPrefix("none"))
        switch self {
        case .honoured(let body):
            #expect(!isRefused && !isNothing, "the page says: \(row.promise)")
            try await body(scene)
        case .refused(let code, let body):
            #expect(isRefused, "the page says: \(row.promise)")
            let error = await #expect(throws: RecorderError.self) { try await body(scene) }
            #expect(error?.code == code)
            let sentence = row.promise.prefixMatch(of: /refused: ([^;`]+)/)?.output.1
            if let sentence { #expect(error?.message.contains(sentence) == true, "\(error?.message ?? "")") }
        case .nothing: #expect(isNothing, "the page says: \(row.promise)")
        }
    }
}

/// A service, and two users who send pictures and sound to its channel `room`.
struct WalkScene: Sendable {
    static let channel = "room"

    let service: LatheService

    /// Calls `body` while everything runs.
    static func run(_ body: (WalkScene) async throws -> Void) async throws {
        try await withService { service in
            let users = [try await service.join(channel, uid: 7), try await service.join(channel, uid: 8)]
            let sending = users.map { user in Task { _ = try? await user.send(for: nil) } }
            let result = await Result { try await body(WalkScene(service: service)) }
            for user in users { await user.stop() }
            for one in sending { await one.value }
            try result.get()
        }
    }

    /// Takes the step of each row under some headings, in a service whose users send.
    static func walk(_ tables: [(heading: String, steps: [String: WalkStep])]) async throws {
        try await run { scene in
            for (heading, steps) in tables {
                for row in PageRow.rows(under: heading) {
                    do { try await steps[row.name]?.take(in: scene, as: row) } catch {
                        Issue.record(error, "\(row.testDescription)")
                    }
                }
            }
        }
    }

    /// Calls `body` with a recorder that has joined, and leaves afterwards.
    @discardableResult
    func recording<Value: Sendable>(
        _ change: (inout RecorderSettings) -> Void = { _ in }, body: (Recorder, Diary) async throws -> Value
    ) async throws -> (value: Value, departure: Departure) {
        var settings = RecorderSettings()
        change(&settings)
        let recorder = try Recorder(service, settings: settings)
        let diary = Diary()
        try recorder.register(diary)
        try await recorder.join(Self.channel, user: "900", token: try TestToken.ending(inSeconds: 3_600))
        let value = try await body(recorder, diary)
        return (value, try await recorder.leave())
    }

    /// What the engine has been told of a recording, with settings read from JSON as programs in C write them.
    func document(of json: String) async throws -> RecordingDocument {
        let settings = try RecorderError.reading(RecorderSettings.self, from: json)
        return try await recording({ $0 = settings }) { recorder, _ in try await recorder.document() }.value
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call comes to.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
