import CommandLineOptions
import Foundation
import Glibc
import Storage
import TestSupport
import Testing

@testable import Service

@Suite("What recordings are kept")
struct RetentionPolicyTests {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// Recordings of 100 bytes that ended so many days ago, the oldest named `0`.
    private static func shelf(_ ages: Double..., hold: [Int: RetentionPolicy.Hold] = [:]) -> [RetentionPolicy.Kept] {
        ages.enumerated().map { index, age in
            RetentionPolicy.Kept(
                directory: "\(index)", ended: now - age * 86_400, byteCount: 100, hold: hold[index])
        }
    }

    private static func chosen(
        _ policy: RetentionPolicy, of shelf: [RetentionPolicy.Kept], free: Int = 1000
    ) -> [String] { policy.deletions(of: shelf, free: free, at: now).map(\.directory) }

    @Test("are all of them if nothing is said")
    func everything() {
        #expect(RetentionPolicy().isEmpty)
        #expect(Self.chosen(RetentionPolicy(), of: Self.shelf(1000, 1), free: 0) == [])
    }

    @Test("are those that ended less than so many days ago")
    func age() {
        let policy = RetentionPolicy(days: 2)
        #expect(Self.chosen(policy, of: Self.shelf(5, 2, 1.99, 0)) == ["0", "1"])
        let reason = policy.deletions(of: Self.shelf(5), free: 0, at: Self.now)[0].reason
        #expect(reason == "it ended 5 days ago, and recordings are kept for 2")
    }

    @Test("are the newest that take no more than so much")
    func size() {
        #expect(Self.chosen(RetentionPolicy(bytes: 250), of: Self.shelf(3, 1, 2, 0)) == ["0", "2"])
        #expect(Self.chosen(RetentionPolicy(bytes: 400), of: Self.shelf(3, 1, 2, 0)) == [])
        #expect(Self.chosen(RetentionPolicy(bytes: 0), of: Self.shelf(1, 0)) == ["0", "1"])
    }

    @Test("are the newest that leave so much free")
    func room() {
        #expect(Self.chosen(RetentionPolicy(minimumFree: 500), of: Self.shelf(3, 2, 1), free: 320) == ["0", "1"])
        #expect(Self.chosen(RetentionPolicy(minimumFree: 500), of: Self.shelf(3, 2, 1), free: 500) == [])
    }

    @Test("are those, too, that must not be touched; they count for what all take")
    func holds() {
        let holds: [Int: RetentionPolicy.Hold] = [0: .recording, 1: .held, 2: .uploading]
        let shelf = Self.shelf(9, 8, 7, 6, hold: holds)
        #expect(Self.chosen(RetentionPolicy(days: 1, bytes: 0, minimumFree: 9999), of: shelf, free: 0) == ["3"])
        #expect(Self.chosen(RetentionPolicy(bytes: 300), of: shelf) == ["3"])
    }
}

@Suite("The shelf of recordings")
struct RecordingShelfTests {
    private final class Scene {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path

        func put(_ path: String, _ bytes: Int = 0) throws {
            let url = URL(fileURLWithPath: root + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(count: bytes).write(to: url)
        }

        deinit { try? FileManager.default.removeItem(atPath: root) }
    }

    @Test("knows what lies there, how much it takes, and what must stay")
    func looks() throws {
        let scene = Scene()
        for name in ["20260101/a", "20260101/b", "20260102/c", "20260102/d", "20260102/e"] {
            try scene.put(name + "/metadata.txt", 10)
            try scene.put(name + "/1_x.mp4", 90)
            if !name.hasSuffix("e") { try scene.put(name + "/recording2-done.txt") }
        }
        try scene.put("20260101/b/recording.hold")
        try scene.put("20260102/c/recording.uploading")
        try scene.put("20260102/none/x.mp4")
        try scene.put("else/f/metadata.txt")
        let lock = try DirectoryLock(scene.root + "/20260102/d")
        let found = RecordingShelf(root: scene.root).recordings()
        #expect(found.map { $0.directory.suffix(1) } == ["a", "b", "c", "d", "e"])
        #expect(found.map(\.hold) == [nil, .held, .uploading, .recording, .recording])
        #expect(found.allSatisfy { $0.byteCount == 100 })
        withExtendedLifetime(lock) {}
    }

    @Test("is rid of a recording whole, of its day when that is empty, and of what an interruption left")
    func deletes() throws {
        let scene = Scene()
        for name in ["20260101/a", "20260101/b"] { try scene.put(name + "/recording2-done.txt") }
        try scene.put("20260101/.deleted-c/1.mp4")
        let shelf = RecordingShelf(root: scene.root)
        shelf.sweep()
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.root + "/20260101").sorted() == ["a", "b"])
        try shelf.delete(scene.root + "/20260101/a")
        #expect(shelf.recordings().map { $0.directory.suffix(1) } == ["b"])
        try shelf.delete(scene.root + "/20260101/b")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.root) == [])
        #expect(throws: (any Error).self) { try shelf.delete(scene.root + "/20260101/b") }
    }

    @Test("keeps what is recorded and held while old recordings go, each with a line")
    func service() async throws {
        let scene = Scene()
        var ids: [String] = []
        try await withHub(at: scene.root) { hub, _ in
            for channel in ["a", "b"] {
                let id = try await hub.startRecording(RecordingRequest(channel: channel)).id
                ids.append(try await hub.stopAndFinish(id).id)
            }
            _ = try await hub.hold(ids[0], true)
        }
        try await withHub(at: scene.root, { ($0.keepBytes, $0.minimumFree) = (ByteCount(0), ByteCount(0)) }) { hub, _ in
            _ = try await hub.startRecording(RecordingRequest(channel: "c"))
            let log = try await eventually("something is deleted") {
                try? String(contentsOfFile: scene.root + "/.lathe/retention.log", encoding: .utf8)
            }
            #expect(log.split(separator: "\n").count == 1)
            #expect(log.contains("/b_") && log.contains("may take 0 bytes"))
            // The line comes before the deletion.
            let left = try await eventually("a recording is gone") {
                let left = RecordingShelf(root: scene.root).recordings()
                return left.count < 3 ? left : nil
            }
            #expect(left.map(\.hold) == [.held, .recording])
        }
    }

    @Test("says so if the disk lets a recording neither be held nor let go")
    func refusedHold() async throws {
        let disk = FaultyFileSystem()
        try await withHub(on: disk) { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "a")).id
            let directory = try await hub.stopAndFinish(id).directory
            let isHeld = { FileManager.default.fileExists(atPath: directory + "/" + RecordingShelf.holdName) }
            for wasHeld in [false, true] {
                disk.fault = .error(EROFS)
                let problem = await #expect(throws: Problem.self) { _ = try await hub.hold(id, !isHeld()) }
                #expect(problem?.status == 507 && problem?.detail.contains("Read-only") == true)
                #expect(isHeld() == wasHeld)
                disk.fault = nil
                _ = try await hub.hold(id, !wasHeld)
                #expect(isHeld() == !wasHeld)
            }
            disk.fault = .error(EROFS)
            // Nothing is held, so there is nothing to do.
            _ = try await hub.hold(id, false)
            disk.fault = nil
        }
    }
}
