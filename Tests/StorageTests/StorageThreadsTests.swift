import Bytes
import Dispatch
import EventLoop
import Glibc
import Synchronization
import Testing
import Units

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

    /// A thread that creates a file of one byte, and is kept at that until the gate is opened.
    private func heldThreads(
        limit: Int = 1 << 20
    ) async throws -> (disk: MemoryFileSystem, threads: StorageThreads, gate: DispatchSemaphore) {
        let (gate, began) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let disk = MemoryFileSystem(beforeCreation: {
            began.signal()
            gate.wait()
            gate.signal()
        })
        let threads = try threads(disk, limit: limit)
        threads.create("first", onFailure: failures.keep).write(.append([1]))
        await Task.detached { began.wait() }.value
        return (disk, threads, gate)
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

    @Test("writes small appends together while the disk is busy")
    func gathering() async throws {
        let (disk, threads, gate) = try await heldThreads()
        let file = threads.create("f", onFailure: failures.keep)
        for byte in UInt8(0)..<100 { file.write(.append([byte])) }
        #expect(threads.queuedByteCount == 100)
        gate.signal()
        #expect(try await file.finish() == 100)
        #expect(disk.files == ["first": [1], "f": Array(0..<100)])
        #expect(threads.counters.writes == 2)
        #expect(threads.counters.writtenByteCount == 101)
        await threads.stop()
    }

    @Test("fails a file whose writes outgrow the queue, keeping what fitted")
    func overflow() async throws {
        let (disk, threads, gate) = try await heldThreads(limit: 10)
        let file = threads.create("f", onFailure: failures.keep)
        file.write(.append([1, 2, 3, 4, 5, 6]))
        file.write(.append([7, 8, 9, 10, 11]))
        file.write(.append([12]))
        gate.signal()
        let error = await #expect(throws: StorageError.self) { try await file.finish() }
        #expect(error?.code == ENOMEM)
        #expect(error?.remedy.contains("slower") == true)
        #expect(disk.files == ["first": [1], "f": [1, 2, 3, 4, 5, 6]])
        #expect(threads.queuedByteCount == 0)
        #expect(threads.counters.droppedWrites == 1)
        await threads.stop()
    }

    @Test("cuts a file back to whole appends when the disk fills up, and goes on with others")
    func diskFull() async throws {
        let disk = MemoryFileSystem(capacity: 10)
        let threads = try threads(disk)
        let file = threads.create("big", onFailure: failures.keep)
        file.write(.append([1, 2, 3, 4]))
        file.write(.sync)
        file.write(.append([UInt8](repeating: 7, count: 20)))
        file.write(.append([8]))
        let error = await #expect(throws: StorageError.self) { try await file.finish() }
        #expect(error?.isDiskFull == true)
        #expect(failures.all == [StorageError(verb: "write", path: "big", code: ENOSPC)])
        #expect(disk.files["big"] == [1, 2, 3, 4])

        let other = threads.create("small", onFailure: failures.keep)
        other.write(.append([5]))
        #expect(try await other.finish() == 1)
        await threads.stop()
    }

    @Test("stops before the disk is so full that a file could not be finished any more", arguments: [true, false])
    func reserve(_ knowsAllocation: Bool) async throws {
        let disk = MemoryFileSystem(capacity: 200_000, knowsAllocation: knowsAllocation)
        let threads = try threads(disk)
        let file = threads.create("take", onFailure: failures.keep)
        file.write(.reserve(50_000))
        for byte in UInt8(0)..<12 {
            file.write(.append([UInt8](repeating: byte, count: 20_000)))
            // Or all would be gathered into one.
            file.write(.sync)
        }
        let error = await #expect(throws: StorageError.self) {
            file.write(.append([1]))
            try await file.finish()
        }
        #expect(error?.isDiskFull == true)
        // What could not be reserved can be written all the same: 7 of 20,000 bytes and 50,000 behind them.
        #expect(disk.files["take"]?.count == (knowsAllocation ? 140_000 : 200_000))
        let index = [UInt8](repeating: 0xFF, count: knowsAllocation ? 50_000 : 1)
        let mended = Task { try await threads.amend("take") { _ in (writes: [.append(index)], result: true) } }
        #expect((try? await mended.value) == (knowsAllocation ? true : nil))
        #expect(disk.ownedBeyondEnds == 0)
        await threads.stop()
    }

    @Test("gives back what it took ahead of a file that is finished")
    func giveBack() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk)
        let file = threads.create("take", onFailure: failures.keep)
        file.write(.reserve(50_000))
        file.write(.append([UInt8](repeating: 1, count: 1000)))
        file.write(.sync)
        for await call in disk.stream where call == "sync d" || call == "sync ." { break }
        #expect(disk.ownedBeyondEnds > 50_000)
        file.write(.reserve(0))
        file.write(.append([2]))
        #expect(try await file.finish() == 1001)
        #expect(disk.ownedBeyondEnds == 0)
        await threads.stop()
    }

    @Test("goes on with a file that is there")
    func extending() async throws {
        let disk = MemoryFileSystem()
        disk.put("log", [1, 2])
        let threads = try threads(disk)
        let file = threads.extend("log", onFailure: failures.keep)
        file.write(.append([3]))
        #expect(try await file.finish() == 3)
        #expect(disk.files == ["log": [1, 2, 3]])
        await threads.stop()
    }

    @Test("lets a file be looked at and mended, and leaves it as it was if nothing is to be done")
    func amending() async throws {
        let disk = MemoryFileSystem()
        disk.put("f", Array(0..<100))
        let threads = try threads(disk)
        let sum = try await threads.amend("f") { source in
            (writes: [], result: source.read(at: 90, count: 20).reduce(0) { $0 + Int($1) })
        }
        #expect(sum == (90..<100).reduce(0, +))
        #expect(!disk.calls.contains { $0.hasPrefix("truncate") })
        let count = try await threads.amend("f") { source in
            (writes: [.append([7]), .sync, .overwrite(at: 0, [9])], result: source.byteCount)
        }
        #expect(count == 100)
        #expect(disk.files["f"] == [9] + Array(1..<100) + [7])
        #expect(disk.openCount == 0)
        await #expect(throws: StorageError.self) { try await threads.amend("g") { _ in (writes: [], result: 0) } }
        await threads.stop()
    }

    @Test("cuts off again what it appended if a mend fails, at whatever call", arguments: 0..<8)
    func failingMend(call: Int) async throws {
        let disk = MemoryFileSystem(failing: call)
        disk.put("f", [1, 2, 3])
        let threads = try threads(disk)
        let isMended = try? await threads.amend("f") { source in
            (
                writes: [.append([4, 5]), .sync, .overwrite(at: 0, [9]), .sync],
                result: source.read(at: 0, count: 1) == [1]
            )
        }
        let whole: [UInt8] = [9, 2, 3, 4, 5]
        let after = try #require(disk.files["f"])
        switch call {
        // Opening, measuring, reading and appending: nothing is changed.
        case ..<4: #expect(after == [1, 2, 3] && isMended == nil)
        // Between the append and the overwrite: what was appended is behind what was there.
        case 4, 5: #expect(after == [1, 2, 3, 4, 5] && isMended == nil)
        default: #expect(after == whole)
        }
        #expect(disk.openCount == 0)
        await threads.stop()
    }

    @Test("knows how long the disk keeps a thread waiting")
    func stall() async throws {
        let (gate, began) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let disk = MemoryFileSystem {
            began.signal()
            gate.wait()
        }
        let threads = try threads(disk)
        let before = SystemClock.now()
        #expect(threads.stall(at: before + .seconds(5)) == .zero)
        let file = threads.create("f", onFailure: failures.keep)
        file.write(.append([1]))
        await Task.detached { began.wait() }.value
        let stall = threads.stall(at: before + .seconds(5))
        #expect(stall > .zero && stall <= .seconds(5))
        gate.signal()
        #expect(try await file.finish() == 1)
        #expect(threads.stall(at: before + .seconds(500)) == .zero)
        await threads.stop()
    }

    @Test("syncs all files with new data together, once an interval")
    func groupCommit() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk, durability: .power(every: .milliseconds(1)))
        let files = ["a/1", "b/2"].map { threads.create($0, onFailure: failures.keep) }
        for file in files { file.write(.append([1])) }
        var directories: Set<String> = []
        for await call in disk.stream where call.hasPrefix("sync ") {
            directories.insert(call)
            if directories.count == 2 { break }
        }
        #expect(directories == ["sync a", "sync b"])
        for file in files { try await file.finish() }
        await threads.stop()
    }

    @Test("drops and counts what comes after the end of a file")
    func afterTheEnd() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk)
        let file = threads.create("f", onFailure: failures.keep)
        file.write(.append([1, 2]))
        file.close()
        file.write(.append([3]))
        #expect(try await file.finish() == 2)
        #expect(try await file.finish() == 2)
        #expect(disk.files == ["f": [1, 2]])
        #expect(threads.counters.droppedWrites == 1)
        #expect(threads.queuedByteCount == 0)
        await threads.stop()
    }

    @Test("closes the files that are left when it stops, and still answers then")
    func stopping() async throws {
        let disk = MemoryFileSystem()
        let threads = try threads(disk)
        let file = threads.create("f", onFailure: failures.keep)
        file.write(.append([1, 2]))
        await threads.stop()
        #expect(disk.files == ["f": [1, 2]])
        #expect(disk.openCount == 0)
        #expect(try await file.finish() == 2)
    }

    @Test("keeps the old content of a small file if any step of replacing it fails", arguments: 0..<7)
    func replacing(call: Int) async throws {
        let disk = MemoryFileSystem(failing: 7 + call)
        let threads = try threads(disk)
        try await threads.replaceFile("d/f", with: [1])
        #expect(disk.callCount == 7)
        // Its first call removes a draft that a crash may have left, and its failure does not matter.
        if call == 0 { try await threads.replaceFile("d/f", with: [2]) }
        if call > 0 {
            let error = await #expect(throws: StorageError.self) { try await threads.replaceFile("d/f", with: [2]) }
            #expect(error?.path == "d/f")
        }
        // The last call makes the rename durable: then the new content is there already.
        #expect(disk.files == ["d/f": call == 0 || call == 6 ? [2] : [1]])
        #expect(disk.openCount == 0)
        await threads.stop()
    }
}
