import Bytes
import Dispatch
import Glibc
import Testing
import Units

@testable import Storage

@Suite("Files that are synced together")
struct SyncTogetherTests {
    private let failures = Failures()

    /// Files that all wait for a sync by the time the disk answers its first call.
    private func waiting(
        _ count: Int, on disk: (@escaping @Sendable () -> Void) -> MemoryFileSystem
    ) throws -> (disk: MemoryFileSystem, threads: StorageThreads, files: [StorageFile], go: () -> Void) {
        let gate = DispatchSemaphore(value: 0)
        let disk = disk {
            gate.wait()
            gate.signal()
        }
        let threads = try StorageThreads(
            threadCount: 1, durability: .power(every: .seconds(3600)), queueLimit: 1 << 20, on: disk)
        let files = (0..<count).map { threads.create("d/\($0)", onFailure: failures.keep) }
        for file in files {
            file.write(.append([1, 2, 3]))
            file.write(.sync)
            file.write(.overwrite(at: 0, [9]))
        }
        return (disk, threads, files, { gate.signal() })
    }

    @Test("go on together, each in its order, and their names need no sync of their own")
    func order() async throws {
        let (disk, threads, files, go) = try waiting(40) { MemoryFileSystem(beforeCreation: $0) }
        disk.syncTogether()
        go()
        for file in files { #expect(try await file.finish() == 3) }
        #expect(disk.files.count == 40 && disk.files.values.allSatisfy { $0 == [9, 2, 3] })
        let calls = disk.calls
        // How many were waiting when the thread first looked is not certain, but all others were when it looked again.
        let together = calls.compactMap { $0.hasPrefix("sync together ") ? Int($0.dropFirst(14)) : nil }
        let alone = calls.filter { $0 == "sync" }.count
        #expect(!together.isEmpty && together.allSatisfy { $0 >= Syncer.groupSize })
        #expect(together.reduce(0, +) + alone == 2 * 40)
        #expect(calls.filter { $0 == "sync d" }.count <= alone)
        let firstSync = try #require(calls.firstIndex { $0.hasPrefix("sync") })
        #expect(!calls[..<firstSync].contains { $0.hasPrefix("overwrite") })
        #expect(failures.all == [])
        await threads.stop()
    }

    @Test("fail one by one: the others are none the worse")
    func failure() async throws {
        let (disk, threads, files, go) = try waiting(40) { MemoryFileSystem(beforeCreation: $0) }
        disk.syncTogether(exceptFor: "d/20")
        go()
        for (index, file) in files.enumerated() {
            if index == 20 {
                let error = await #expect(throws: StorageError.self) { try await file.finish() }
                #expect(error?.code == EIO)
            } else {
                #expect(try await file.finish() == 3)
            }
        }
        // What should have been on the disk first is not followed by what should not come before it.
        #expect(disk.files["d/20"] == [1, 2, 3])
        #expect(failures.all.map(\.path) == ["d/20"])
        await threads.stop()
    }

    @Test("are synced one after the other where a disk knows no other way, or they are few", arguments: [40, 5])
    func oneByOne(count: Int) async throws {
        let (disk, threads, files, go) = try waiting(count) { MemoryFileSystem(beforeCreation: $0) }
        if count < Syncer.groupSize { disk.syncTogether() }
        go()
        for file in files { #expect(try await file.finish() == 3) }
        #expect(disk.calls.filter { $0 == "sync" }.count == 2 * count)
        #expect(!disk.calls.contains { $0.hasPrefix("sync together") })
        await threads.stop()
    }

    @Test("include small files that are replaced, of which each has its old or its new content")
    func replacing() async throws {
        let disk = MemoryFileSystem()
        disk.syncTogether()
        let threads = try StorageThreads(
            threadCount: 1, durability: .power(every: .seconds(3600)), queueLimit: 1 << 20, on: disk)
        try await withThrowingTaskGroup { group in
            for index in 0..<100 {
                group.addTask { try await threads.replaceFile("d/\(index)", with: [UInt8(index)]) }
            }
            try await group.waitForAll()
        }
        #expect(disk.files == Dictionary(uniqueKeysWithValues: (0..<100).map { ("d/\($0)", [UInt8($0)]) }))
        #expect(disk.openCount == 0)
        await threads.stop()
    }
}
