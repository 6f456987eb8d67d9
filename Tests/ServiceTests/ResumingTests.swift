import Capture
import Foundation
import Publish
import Testing
import Units

@testable import Service

@Suite("Starting after a crash")
struct ResumingTests {
    /// A directory for recordings, and the state in which a process that died left it.
    private final class Scene {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        private var image: String { root + "-image" }

        /// Keeps what lies there now, as the kernel does for a process that is killed.
        func freeze() throws {
            // Drafts come and go while it is copied; then it is copied again.
            for attempt in 0... {
                do {
                    return try FileManager.default.copyItem(atPath: root, toPath: image)
                } catch {
                    guard attempt < 20 else { throw error }
                    try? FileManager.default.removeItem(atPath: image)
                }
            }
        }

        /// Forgets what was written since.
        func crash() async throws {
            // The last to close the catalogue takes its journal away, a little after the hub has ended.
            _ = try await eventually("the catalogue is closed") {
                FileManager.default.fileExists(atPath: root + "/.lathe/lathe.db-wal") ? nil : true
            }
            try FileManager.default.removeItem(atPath: root)
            try FileManager.default.moveItem(atPath: image, toPath: root)
        }

        deinit {
            for path in [root, image] { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    /// Records a user, and dies in the middle; returns the recording as it was told last.
    private static func die(
        _ scene: Scene, _ change: (inout ServiceOptions) -> Void = { $0.continuesRecordings = true },
        meanwhile: (Hub, String) async throws -> Void = { _, _ in }
    ) async throws -> RecordingDocument {
        let document = try await withHub(at: scene.root, change) { hub, _ in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .seconds(1.5))
            try await meanwhile(hub, id)
            // The story is written a second after something happened at the latest.
            _ = try await eventually("the story is written") {
                let path = try await hub.recording(id).directory + "/recording.json"
                return FileManager.default.contents(atPath: path)
            }
            try scene.freeze()
            return try await hub.recording(id)
        }
        try await scene.crash()
        return document
    }

    private static func text(_ name: String, of document: RecordingDocument) throws -> String {
        try String(contentsOfFile: document.directory + "/" + name, encoding: .utf8)
    }

    private static func mended(_ file: String, of document: RecordingDocument) throws -> MendedTake {
        let data = try Data(contentsOf: URL(fileURLWithPath: document.directory + "/" + file))
        return TakeMender.plan(for: [UInt8](data), named: file).result
    }

    @Test("goes on with the recording in its directory and on its timeline, when its user is back")
    func goesOn() async throws {
        let scene = Scene()
        let before = try await Self.die(scene)
        let file = try #require(before.takes.first?.file)
        try await withHub(at: scene.root, { $0.continuesRecordings = true }) { hub, report in
            #expect(report.resumed == [before.id])
            #expect(report.troubles == [] && report.closed == [])
            #expect(report.files.keys.contains { $0.hasSuffix("/" + file) })
            let found = try await hub.recording(before.id)
            #expect(found.state == .recording)
            #expect(found.directory == before.directory)
            #expect(found.takes.map(\.state) == [.recovered])
            #expect(try Self.mended(file, of: found).outcome == .whole)
            #expect(found.users.allSatisfy { !$0.isPresent })
            let interruption = try #require(found.interruptions?.first)
            #expect(interruption.cause == "the process was killed")
            #expect(interruption.atMilliseconds <= interruption.untilMilliseconds)

            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .seconds(1))
            let document = try await hub.stopAndFinish(before.id)
            #expect(document.takes.map(\.cause) == [.first, .crash])
            #expect(document.takes[1].startedAtMilliseconds >= interruption.untilMilliseconds)
            for take in document.takes { #expect(try Self.mended(take.file, of: document).outcome == .whole) }
            #expect(document.events.map(\.sequence) == Array(1...document.events.count))
            for type in ["started", "interrupted", "takeRecovered", "resumed", "finished"] {
                #expect(document.events.contains { $0.type == type }, "\(type)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: document.directory)
            #expect(names.contains("recording2-done.txt"))
            let indexes = try names.filter { $0.hasPrefix("uid_42_") }.map { try Self.text($0, of: document) }
            #expect(indexes.count == 2)
            #expect(indexes.allSatisfy { IndexMender.openFiles(in: $0).isEmpty }, "\(indexes)")
            // On a busy machine a user comes to life again behind the end of what was written; nothing else does.
            let ends = indexes.map { $0.split(separator: "\n").last { !$0.contains(" unmute ") } }
            #expect(ends.allSatisfy { $0?.hasSuffix("close ") == true }, "\(indexes)")
            let log = try Self.text("recording_sys.log", of: document)
            #expect(
                log.components(separatedBy: " MediaFile ").count == log.components(separatedBy: "~MediaFile ").count)
            let crash = try Self.text("crash.log", of: document)
            #expect(crash.contains("cause: the process was killed") && crash.contains(before.id))
        }
    }

    @Test("closes what was to end, and what was one command's own", arguments: [true, false])
    func closes(_ isEnding: Bool) async throws {
        let scene = Scene()
        // The user is still there while the files wait for their end.
        let before = try await Self.die(scene, { $0.continuesRecordings = isEnding }) { hub, id in
            guard isEnding else { return }
            _ = try await hub.stopRecording(id)
            _ = try await hub.finished(id)
            // As if the process had died behind the note about the end, and before the rest.
            let directory = try await hub.recording(id).directory
            try FileManager.default.removeItem(atPath: directory + "/recording2-done.txt")
        }
        try await withHub(at: scene.root, { $0.continuesRecordings = true }) { hub, report in
            #expect(report.resumed == [])
            #expect(report.closed.count == 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: before.directory)
            if !isEnding {
                let document = try await hub.finished(before.id)
                #expect(document.end?.reason.contains("the process died while recording") == true)
            }
            _ = try await eventually("the marker is there") {
                FileManager.default.fileExists(atPath: before.directory + "/recording2-done.txt") ? true : nil
            }
            #expect(names.contains { $0.hasPrefix("42_") })
        }
    }

    @Test("finds recordings by themselves if the catalogue is no more, and puts what it was aside")
    func damagedCatalogue() async throws {
        let scene = Scene()
        let before = try await Self.die(scene)
        let catalogue = scene.root + "/.lathe/lathe.db"
        for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: catalogue + ending) }
        try Data(repeating: 9, count: 20_000).write(to: URL(fileURLWithPath: catalogue))
        try await withHub(at: scene.root) { hub, report in
            #expect(report.closed == [before.directory])
            #expect(await hub.notes().contains { $0.contains("is kept as") })
            let story = try #require(RecoveredStory.read(before.directory + "/recording.json"))
            #expect(story.state == .finished)
            #expect(story.takes.map(\.state) == [.recovered])
            #expect(try Self.mended(story.takes[0].file, of: story).outcome == .whole)
            let names = try FileManager.default.contentsOfDirectory(atPath: scene.root + "/.lathe")
            #expect(names.contains { $0.hasPrefix("lathe.db.damaged-") })
        }
    }

    @Test("lets what another process is recording alone")
    func locked() async throws {
        let scene = Scene()
        try await withHub(at: scene.root, { $0.continuesRecordings = true }) { hub, _ in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .milliseconds(600))
            try await withHub(at: scene.root, { $0.continuesRecordings = true }) { _, report in
                #expect(report.resumed == [] && report.closed == [] && report.files == [:])
                #expect(report.troubles.count == 1 && report.troubles[0].contains("another process is recording"))
            }
            let document = try await hub.stopAndFinish(id)
            #expect(document.takes.map(\.state) == [.closed])
        }
    }

    @Test("does nothing if everything ended in order")
    func nothing() async throws {
        let scene = Scene()
        try await withHub(at: scene.root) { hub, _ in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .milliseconds(600))
            _ = try await hub.stopAndFinish(id)
        }
        try await withHub(at: scene.root) { _, report in #expect(report == ResumeReport()) }
    }
}
