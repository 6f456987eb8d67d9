import Capture
import Codecs
import Foundation
import MP4
import Publish
import Testing

@testable import Service

@Suite("Recording channels")
struct HubRecordingTests {
    private static func text(_ name: String, of document: RecordingDocument) throws -> String {
        try String(contentsOfFile: document.directory + "/" + name, encoding: .utf8)
    }

    @Test("cuts a user's call to a file, with everything that goes beside it", arguments: [Codec.h264, .vp8])
    func wholeCall(codec: Codec) async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42", codec: codec)
            try await user.send(for: .seconds(1))
            let document = try await hub.stopAndFinish(id)
            let take = try #require(document.takes.first)
            #expect(document.takes.count == 1)
            #expect(take.uid == "42")
            #expect(take.file.hasPrefix("42_"))
            #expect(take.file.hasSuffix(codec == .vp8 ? ".webm" : ".mp4"))
            #expect(take.video == RecordingDocument.Video(codec: codec.rawValue, width: 320, height: 240))
            #expect(take.audio?.codec == (codec == .vp8 ? "opus" : "aac"))
            #expect((25...31).contains(take.videoFrameCount))
            // As long as its pictures, which come thirty a second, and no longer than the recording.
            #expect(take.durationMilliseconds >= Int64(take.videoFrameCount - 1) * 1000 / 30)
            #expect(take.durationMilliseconds <= document.elapsedMilliseconds)
            let index = take.file.split(separator: ".")[0]
            let found = try FileManager.default.contentsOfDirectory(atPath: document.directory)
            #expect(
                Set(found) == [
                    take.file, "uid_\(index).txt", "metadata.txt", "recording.json", "recording2-done.txt",
                    "recording_sys.log",
                ])
            let size = try FileManager.default.attributesOfItem(atPath: document.directory + "/" + take.file)[.size]
            #expect((size as? NSNumber)?.intValue ?? 0 >= take.byteCount)
            #expect(try Self.text("uid_\(index).txt", of: document).hasSuffix(" close \n"))
            let log = try Self.text("recording_sys.log", of: document)
            for line in [
                "User 42 joined", "MediaFile \(take.file)", "~MediaFile \(take.file)", "User 42 offline, reason: 0",
            ] {
                #expect(log.contains(line))
            }
            let users = document.users
            #expect(users.map(\.uid) == ["42"])
            #expect(users[0].leftAtMilliseconds != nil)
            #expect(
                document.events.map(\.type) == [
                    "started", "userJoined", "userConnected", "takeOpened", "userLeft", "stopping", "takeClosed",
                    "finished",
                ])
            #expect(document.events.map(\.sequence) == Array(1...8))
            #expect(
                document.end
                    == .init(reason: "stopped by request", leaveCode: 16, leaveCodes: ["LEAVE_CODE_CLIENT_LEAVE"]))
        }
    }

    @Test("writes the story as the API tells it")
    func story() async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room", idleSeconds: 60, audio: .opus)).id
            let user = try await PatternUser.join(hub, uid: "1")
            try await user.send(for: .milliseconds(600))
            let told = try await hub.stopAndFinish(id)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            var written = try decoder.decode(
                RecordingDocument.self, from: Data(try Self.text("recording.json", of: told).utf8))
            #expect(abs(written.startedAt.timeIntervalSince(told.startedAt)) < 1)
            written.startedAt = told.startedAt
            #expect(written == told)
            #expect(told.takes.map(\.audio?.codec) == ["opus"])
            #expect(told.idleSeconds == 60)
        }
    }

    @Test("records a sender that waits for us to begin the handshake, as FFmpeg does")
    func passiveSender() async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "1", setup: "passive")
            try await user.send(for: .milliseconds(500))
            #expect(try await hub.stopAndFinish(id).takes.map(\.state) == [.closed])
        }
    }

    @Test("begins by itself when told to, once for all who come, and takes in who was there before")
    func automatic() async throws {
        try await withHub({ $0.autoRecord = .individual }) { hub in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for uid in 1...8 { group.addTask { _ = try await hub.admit("\(uid)") } }
                try await group.waitForAll()
            }
            let recordings = await hub.recordings(channel: "room")
            #expect(recordings.count == 1)
            #expect(recordings.first?.users.map(\.uid).sorted() == (1...8).map { "\($0)" })
        }
    }

    @Test("gives each of those who start a recording at once a directory of its own")
    func together() async throws {
        try await withHub { hub in
            let directories = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await hub.startRecording(RecordingRequest(channel: "room")).directory }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(directories.count == 8)
            let user = try await PatternUser.join(hub, uid: "1")
            try await user.send(for: .seconds(1))
            for recording in await hub.recordings() {
                let document = try await hub.stopAndFinish(recording.id)
                #expect(document.takes.map(\.state) == [.closed])
            }
        }
    }

    @Test("starts one of itself, however many come at once, beside those that were asked for")
    func oneOfItself() async throws {
        try await withHub({ $0.autoRecord = .individual }) { hub in
            let users = try await withThrowingTaskGroup(of: Publisher.self) { group in
                for number in 1...4 { group.addTask { try await PatternUser.join(hub, uid: "\(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(users.count == 4)
            #expect(await hub.recordings(channel: "room").count == 1)
        }
    }

    @Test(
        "refuses requests by the name of the field",
        arguments: [
            (RecordingRequest(channel: "a/b"), "channel"), (RecordingRequest(channel: "a", mode: "composite"), "mode"),
            (RecordingRequest(channel: "a", idleSeconds: 2), "idleSeconds"),
            (RecordingRequest(channel: "a", idleSeconds: 2_592_001), "idleSeconds"),
            (RecordingRequest(channel: "a", directory: ""), "directory"),
        ])
    func refusals(request: RecordingRequest, field: String) async throws {
        try await withHub { hub in
            let problem = try await #require(throws: Problem.self) { try await hub.startRecording(request) }
            #expect((problem.status, problem.field) == (400, field))
            #expect(await hub.recordings().isEmpty)
        }
    }

    @Test("puts files where it is told, but never beside another recording's")
    func directories() async throws {
        try await withHub { hub in
            let directory = hub.options.recordRoot + "/here"
            let first = try await hub.startRecording(RecordingRequest(channel: "a", directory: directory))
            #expect(first.directory == directory)
            let second = RecordingRequest(channel: "b", directory: directory)
            for _ in 0..<2 {
                let problem = try await #require(throws: Problem.self) { try await hub.startRecording(second) }
                #expect((problem.status, problem.field) == (409, "directory"))
                _ = try await hub.stopAndFinish(first.id)
            }
            #expect(try await hub.recording(first.id).events.allSatisfy { $0.type != "writeFailed" })
        }
    }

    @Test("says at the start if nothing can be written")
    func unwritable() async throws {
        try await withHub { hub in
            let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try Data().write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let request = RecordingRequest(channel: "a", directory: file.path + "/below")
            let problem = try await #require(throws: Problem.self) { try await hub.startRecording(request) }
            #expect((problem.status, problem.field) == (507, "directory"))
            #expect(await hub.recordings().isEmpty)
            _ = try await hub.startRecording(RecordingRequest(channel: "a"))
        }
    }

    @Test("ends when nobody was there for the idle limit, with the code of that")
    func idle() async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room", idleSeconds: 3)).id
            let session = try await hub.admit("1")
            try await hub.leave(channel: "room", id: session.id)
            let document = try await hub.finished(id)
            #expect(document.end?.reason == "No users in channel for 3 s")
            #expect(document.end?.leaveCode == 4)
            #expect(try Self.text("recording_sys.log", of: document).contains("No users in channel"))
            #expect(document.elapsedMilliseconds >= 3000)
        }
    }

    @Test(
        "ends by a signal with every recording whole, and says which", arguments: [(2, 2), (15, 10)] as [(Int32, Int)])
    func signals(signal: Int32, leaveCode: Int) async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "1")
            async let sending: Void = user.send(for: nil)
            _ = try await eventually("a picture is written") {
                try await hub.recording(id).takes.first.flatMap { $0.videoFrameCount > 5 ? true : nil }
            }
            await hub.shutDown(signal: signal)
            try? await sending
            let document = try await hub.recording(id)
            #expect(document.state == .finished)
            #expect(document.takes.map(\.state) == [.closed])
            #expect(document.end?.leaveCode == leaveCode)
            let path = document.directory + "/" + document.takes[0].file
            let movie = MovieFile(reading: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
            #expect(movie.form == .classic)
            #expect(movie.problems.isEmpty)
        }
    }

    @Test("finishes whatever is asked of it at the same time", .timeLimit(.minutes(1)))
    func turmoil() async throws {
        try await withHub({ $0.autoRecord = .individual }) { hub in
            await withTaskGroup(of: Void.self) { group in
                for uid in 1...24 {
                    group.addTask {
                        guard let session = try? await hub.admit("\(uid)", to: "room\(uid % 3)") else { return }
                        if uid % 2 == 0 { try? await hub.leave(channel: "room\(uid % 3)", id: session.id) }
                    }
                    group.addTask { _ = try? await hub.startRecording(RecordingRequest(channel: "room\(uid % 3)")) }
                    group.addTask {
                        for recording in await hub.recordings() { _ = try? await hub.stopRecording(recording.id) }
                    }
                }
            }
            #expect(await !hub.recordings().isEmpty)
            for recording in await hub.recordings() { _ = try await hub.stopAndFinish(recording.id) }
            for recording in await hub.recordings() {
                #expect(FileManager.default.fileExists(atPath: recording.directory + "/recording2-done.txt"))
                #expect(Set(recording.users.map(\.uid)).count == recording.users.count)
            }
        }
    }
}
