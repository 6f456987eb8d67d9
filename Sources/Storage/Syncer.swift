import EventLoop
import Synchronization
import Units

/// What is to be put on the disk of one file.
struct SyncRequest: Equatable, Sendable {
    var descriptor: Int32
    /// Which directory holds the file's name, if the disk may lack that too.
    var directory: String?
}

/// The thread that waits until the disk has something: syncs, and everything that ends with one.
///
/// It is a storage thread's other half, so that files grow while a sync goes on.
actor Syncer: LoopMember {
    nonisolated let loop: EventLoop
    let fileSystem: any FileSystem
    nonisolated let replacements = ReplacementList()
    private let ledger: StorageLedger
    private let isStopped = Atomic<Bool>(false)

    /// So many files or more are synced by one call for the whole file system: each by itself costs the disk's cache a
    /// flush, and the journal a commit.
    static let groupSize = 8

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop, fileSystem: some FileSystem, ledger: StorageLedger) {
        self.loop = loop
        self.fileSystem = fileSystem
        self.ledger = ledger
    }

    func advance(to now: Instant) -> Instant? {
        performReplacements()
        return nil
    }

    nonisolated func replaceFile(_ path: String, with bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { waiter in
            replacements.add(Replacement(path: path, bytes: bytes, waiter: waiter))
            loop.wake()
            // Nobody looks at the list by himself any more.
            if isStopped.load(ordering: .sequentiallyConsistent) { Task { await performReplacements() } }
        }
    }

    /// Returns when the disk has everything that was asked for, with what failed for each.
    func sync(_ requests: [SyncRequest]) -> [FileFailure?] {
        guard requests.count >= Self.groupSize else { return requests.map(sync) }
        let failures = timed { fileSystem.sync(together: requests.map(\.descriptor)) }
        return failures ?? requests.map(sync)
    }

    private func sync(_ request: SyncRequest) -> FileFailure? {
        timed {
            do throws(FileFailure) {
                try fileSystem.sync(request.descriptor)
                if let directory = request.directory { try fileSystem.syncDirectory(directory) }
                return nil
            } catch {
                return error
            }
        }
    }

    private func timed<Result>(_ body: () -> Result) -> Result {
        let start = SystemClock.now()
        defer {
            let duration = start.duration(to: SystemClock.now())
            ledger.count { counters in
                counters.syncs += 1
                counters.slowestSync = max(counters.slowestSync, duration)
            }
        }
        return body()
    }

    /// Performs what was asked for, and lets the thread end behind this.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        performReplacements()
        leave(loop)
        loop.stop()
    }
}

// MARK: - Directories

extension Syncer {
    func createDirectory(_ path: String) throws {
        try StorageError.naming(path) { () throws(FileFailure) in try fileSystem.createDirectory(path) }
    }

    func rename(_ path: String, to newPath: String) throws {
        try StorageError.naming(path) { () throws(FileFailure) in
            try fileSystem.rename(path, to: newPath)
            try fileSystem.syncDirectory(newPath.parentDirectory)
        }
    }

    func delete(_ path: String) throws {
        try StorageError.naming(path) { () throws(FileFailure) in
            try fileSystem.delete(path)
            try fileSystem.syncDirectory(path.parentDirectory)
        }
    }

    func freeByteCount(at path: String) throws -> Int {
        try StorageError.naming(path) { () throws(FileFailure) in try fileSystem.freeByteCount(at: path) }
    }
}
