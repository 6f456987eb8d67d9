import Bytes
import Dispatch
import EventLoop
import Glibc
import Synchronization
import Testing
import Units

@testable import Storage

/// How many syncs there were by now.
private final class SyncCount: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}

@Suite("While a sync takes long", .timeLimit(.minutes(1)))
struct SyncerTests {
    private let failures = Failures()
    private let began = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)

    /// A disk whose first `held` syncs each tell that they began, and end when they may.
    private func disk(failing: Int? = nil, holding held: Int = .max) -> MemoryFileSystem {
        let syncs = SyncCount()
        return MemoryFileSystem(
            failing: failing,
            beforeSync: { [began, gate] in
                guard syncs.next() < held else { return }
                began.signal()
                gate.wait()
            })
    }

    private func threads(_ disk: MemoryFileSystem, every interval: Duration = .seconds(3600)) throws -> StorageThreads {
        try StorageThreads(threadCount: 1, durability: .power(every: interval), queueLimit: 1 << 20, on: disk)
    }

    private func waitForSync() async { await Task.detached { [began] in began.wait() }.value }

    private func wait(until isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// A file whose first byte is being synced, which takes as long as the disk wants.
    private func syncing(
        on disk: MemoryFileSystem
    ) async throws -> (threads: StorageThreads, file: StorageFile) {
        let threads = try threads(disk, every: .milliseconds(1))
        let file = threads.create("d/f", onFailure: failures.keep)
        file.write(.append([1]))
        await waitForSync()
        return (threads, file)
    }

    @Test("files go on growing, and others begin: a kill would take nothing of them")
    func growing() async throws {
        let disk = disk(holding: 1)
        let (threads, first) = try await syncing(on: disk)
        first.write(.append([2]))
        let second = threads.create("d/2", onFailure: failures.keep)
        second.write(.append([3]))
        first.write(.append([4]))
        try await wait { disk.files == ["d/f": [1, 2, 4], "d/2": [3]] }
        #expect(!disk.calls.contains("sync"))
        #expect(threads.queuedByteCount == 0)
        gate.signal()
        #expect(try await first.finish() == 3)
        #expect(try await second.finish() == 1)
        await threads.stop()
    }

    @Test("what comes is left to the next one")
    func next() async throws {
        let disk = disk(holding: 1)
        let threads = try threads(disk)
        let file = threads.create("d/f", onFailure: failures.keep)
        file.write(.append([1]))
        let commit = Task { await threads.commit() }
        await waitForSync()
        file.write(.append([2]))
        try await wait { disk.files == ["d/f": [1, 2]] }
        gate.signal()
        await commit.value
        #expect(disk.calls.last == "sync d")
        await threads.commit()
        // The name was part of the first.
        #expect(disk.calls == ["create d/f", "append 1", "append 1", "sync", "sync d", "sync"])
        #expect(try await file.finish() == 2)
        #expect(disk.calls.count == 7 && disk.calls.last == "close")
        await threads.stop()
    }

    @Test("a file stays open, and what wants it on the disk waits, others of its kind with it")
    func waiting() async throws {
        let disk = disk(holding: 2)
        let (threads, file) = try await syncing(on: disk)
        file.write(.sync)
        file.write(.overwrite(at: 0, [9]))
        file.rename(to: "d/g")
        let length = Task { try await file.finish() }
        let other = threads.create("d/other", onFailure: failures.keep)
        other.write(.append([2]))
        try await wait { disk.files["d/other"] == [2] }
        #expect(disk.files["d/f"] == [1] && disk.openCount == 2)
        gate.signal()
        gate.signal()
        #expect(try await length.value == 1)
        #expect(try await other.finish() == 1)
        #expect(disk.files == ["d/g": [9], "d/other": [2]])
        #expect(disk.openCount == 0)
        await threads.stop()
    }

    @Test("that fails, what wants the data on the disk is not done")
    func failing() async throws {
        // Creating, appending, and what came meanwhile.
        let disk = disk(failing: 3, holding: 1)
        let (threads, file) = try await syncing(on: disk)
        file.write(.append([2]))
        file.write(.sync)
        file.write(.overwrite(at: 0, [9]))
        try await wait { disk.files == ["d/f": [1, 2]] }
        gate.signal()
        let error = await #expect(throws: StorageError.self) { try await file.finish() }
        #expect(error == StorageError(verb: "sync", path: "d/f", code: EIO))
        #expect(failures.all == [StorageError(verb: "sync", path: "d/f", code: EIO)])
        #expect(disk.files == ["d/f": [1, 2]])
        #expect(disk.openCount == 0)
        #expect(threads.queuedByteCount == 0)
        await threads.stop()
    }

    @Test("the stall is known, and stopping waits for it")
    func stopping() async throws {
        let disk = disk(holding: 1)
        let before = SystemClock.now()
        let (threads, file) = try await syncing(on: disk)
        #expect(threads.stall(at: before + .seconds(5)) > .zero)
        file.write(.append([2]))
        let stop = Task { await threads.stop() }
        gate.signal()
        await stop.value
        #expect(disk.files == ["d/f": [1, 2]])
        #expect(disk.openCount == 0)
        #expect(threads.stall(at: before + .seconds(5)) == .zero)
    }
}
