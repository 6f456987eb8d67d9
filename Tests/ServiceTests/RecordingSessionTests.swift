import Capture
import Codecs
import EventLoop
import Foundation
import Storage
import Testing
import Units

@testable import Service

@Suite("A recording's story")
struct RecordingSessionTests {
    private static let capture = CaptureID(rawValue: 1)

    /// A session with one capture open, in a directory that is gone afterwards.
    private static func withSession(_ body: (RecordingSession) throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let storage = try StorageThreads(threadCount: 1)
        let document = RecordingDocument(
            id: "r", channel: "room", state: .recording, startedAt: Date(timeIntervalSince1970: 0),
            elapsedMilliseconds: 0,
            directory: directory.path, audio: .aac, container: .auto, splitting: .continuous, streamType: .high,
            onLoss: .hold, idleSeconds: 300, users: [], takes: [], events: [], end: nil)
        let session = RecordingSession(
            document, origin: SystemClock.now(), wallOrigin: WallTime(unixNanoseconds: 0),
            log: SystemLog(storage.create(directory.path + "/log") { _ in }), lock: nil)
        session.openCaptures[capture] = "7"
        try body(session)
        await storage.stop()
        try FileManager.default.removeItem(at: directory)
    }

    private static func summary(byteCount: Int, proof: TakeProof? = nil) -> TakeSummary {
        TakeSummary(
            file: "7_0.mp4", lane: .user, cause: .first, video: nil, audio: nil,
            start: ChannelTime(nanoseconds: 2_000_000_000),
            end: ChannelTime(nanoseconds: 3_500_000_000), firstPictureDelay: .milliseconds(120), byteCount: byteCount,
            proof: proof)
    }

    @Test("follows a file from its opening to its close")
    func take() async throws {
        try await Self.withSession { session in
            session.update(Self.summary(byteCount: 1), of: Self.capture, state: .open)
            session.update(Self.summary(byteCount: 2), of: Self.capture, state: .open)
            session.update(Self.summary(byteCount: 3), of: Self.capture, state: .closed)
            let take = try #require(session.document.takes.first)
            #expect(session.document.takes.count == 1)
            #expect((take.uid, take.state, take.byteCount) == ("7", .closed, 3))
            #expect((take.lane, take.cause, take.firstPictureMilliseconds) == ("user", .first, 120))
            #expect((take.startedAtMilliseconds, take.durationMilliseconds) == (2000, 1500))
        }
    }

    @Test("keeps a file's story while reports come without one")
    func proof() async throws {
        try await Self.withSession { session in
            var proof = TakeProof()
            proof.concealedMilliseconds = 20
            session.update(Self.summary(byteCount: 1, proof: proof), of: Self.capture, state: .open)
            session.update(Self.summary(byteCount: 2), of: Self.capture, state: .open)
            #expect(session.document.takes.map(\.proof) == [proof])
            #expect(session.document.takes.map(\.byteCount) == [2])
        }
    }

    @Test("never calls a file open or whole again that could not be written, nor counts what is not in it")
    func failedTake() async throws {
        try await Self.withSession { session in
            session.update(Self.summary(byteCount: 5), of: Self.capture, state: .open)
            session.update(Self.summary(byteCount: 0), of: Self.capture, state: .failed)
            session.update(Self.summary(byteCount: 9), of: Self.capture, state: .open)
            session.update(Self.summary(byteCount: 9), of: Self.capture, state: .closed)
            #expect(session.document.takes.map(\.state) == [.failed])
            #expect(session.document.takes.map(\.byteCount) == [5])
        }
    }

    @Test("knows nothing of captures that are none of its own, or over")
    func strangers() async throws {
        try await Self.withSession { session in
            session.update(Self.summary(byteCount: 1), of: CaptureID(rawValue: 2), state: .open)
            #expect(session.document.takes.isEmpty)
        }
    }

    @Test("numbers its events, and stops at ten thousand")
    func events() async throws {
        try await Self.withSession { session in
            for _ in 0..<10_010 { session.note("userJoined", uid: "7") }
            #expect(session.document.events.map(\.sequence) == Array(1...10_000))
        }
    }

    @Test(
        "ends for a reason in words and in bits",
        arguments: [
            (RecordingEnd.stopped, 16, ["LEAVE_CODE_CLIENT_LEAVE"]), (.idle(seconds: 5), 4, ["LEAVE_CODE_NO_USERS"]),
            (.signal(2), 2, ["LEAVE_CODE_SIG"]), (.signal(15), 10, ["LEAVE_CODE_SIG", "LEAVE_CODE_TIMER_CATCH"]),
        ])
    func ends(end: RecordingEnd, code: Int, names: [String]) async throws {
        try await Self.withSession { session in
            session.end(end)
            #expect(session.document.state == .finishing)
            #expect(session.document.end == .init(reason: end.description, leaveCode: code, leaveCodes: names))
            #expect(session.document.events.map(\.detail) == [end.description])
        }
    }
}
