import Bytes
import Glibc
import Synchronization
import Testing

@testable import Storage

/// Keeps the failures that files report.
final class Failures: Sendable {
    private let kept = Mutex<[StorageError]>([])
    var all: [StorageError] { kept.withLock { $0 } }
    func keep(_ error: StorageError) { kept.withLock { $0.append(error) } }
}

@Suite("Storage threads, on a file system in memory")
struct StorageThreadsTests {
    private let failures = Failures()

    private func threads(
        _ fileSystem: MemoryFileSystem, durability: StorageThreads.Durability = .power(every: .seconds(3600)),
        limit: Int = 1 << 20
    ) throws -> StorageThreads {
        try StorageThreads(threadCount: 1, durability: durability, queueLimit: limit, on: fileSystem)
    }

    /// What a take does in its life: grow, close with an index, have its head patched.
    private func writeTake(_ file: StorageFile) {
        file.write(.append([1, 2, 3, 4]))
        file.write(.append([5, 6]))
        file.write(.sync)
        file.write(.overwrite(at: 1, [9, 9]))
        file.write(.sync)
        file.rename(to: "d/whole")
    }

    @Test("performs a file's writes in their order, and leaves it durable under its last name")
    func order() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk)
        let file = threads.create("d/open", onFailure: failures.keep)
        writeTake(file)
        #expect(try await file.finish() == 6)

        #expect(disk.files == ["d/whole": [1, 9, 9, 4, 5, 6]])
        let durable = ["sync", "sync d"]
        #expect(
            disk.calls.filter { !$0.hasPrefix("append") }
                == ["create d/open"] + durable + ["overwrite 2 at 1", "sync", "rename d/open d/whole"] + durable
                + ["close"])
        #expect(threads.queuedByteCount == 0)
        #expect(failures.all == [])
        await threads.stop()
    }

    @Test("leaves syncing to the kernel if only the process may die")
    func processDurability() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk, durability: .process)
        let file = threads.create("d/open", onFailure: failures.keep)
        writeTake(file)
        try await file.finish()
        #expect(disk.files == ["d/whole": [1, 9, 9, 4, 5, 6]])
        #expect(!disk.calls.contains { $0.hasPrefix("sync") })
        await threads.stop()
    }

    @Test("reports the first failure once, drops what follows, and closes the file", arguments: 0..<10)
    func failsAnywhere(call: Int) async throws {
        let disk = MemoryFileSystem(failing: call)
        let threads = try threads(disk)
        let file = threads.create("d/open", onFailure: failures.keep)
        writeTake(file)
        await #expect(throws: StorageError.self) { try await file.finish() }

        #expect(failures.all.count == 1)
        #expect(failures.all.first?.code == EIO)
        #expect(disk.openCount == 0)
        #expect(threads.queuedByteCount == 0)
        #expect(threads.counters.failedFiles == 1)
        await threads.stop()
    }
}
