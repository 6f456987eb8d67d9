public import Bytes
public import EventLoop
import Synchronization
public import Units

/// The threads that touch the disk, so that no other has to wait for it.
///
/// Each file belongs to one thread for its whole life, which performs its writes in the order given.
/// Queues are bounded by `queueLimit` over all files: nothing is dropped below it, and a file whose
/// write would pass it fails as if the disk had refused it.
public final class StorageThreads: Sendable {
    /// What survives what.
    public enum Durability: Equatable, Sendable {
        /// Files survive the process; the kernel decides when data reaches the disk.
        case process
        /// Files survive a power cut, save for what was written in the last `interval`: all files
        /// with new data are synced together that often.
        case power(every: Duration)
    }

    /// Half a gibibyte: some minutes of a hundred video streams on a disk that hangs.
    public static let defaultQueueLimit = 512 << 20

    private let workers: [StorageWorker]
    /// Those that change files which nobody writes, so that reading an index holds no write up.
    private let menders: [Mender]
    private let watches: [DiskWatch]
    private let ledger: StorageLedger
    private let created = Atomic<Int>(0)

    /// How many files are mended beside each other: they wait for syncs, and disks do several in the time of one.
    private static let menderCount = 8

    /// Starts the threads, each of which has another beside it that waits for its syncs.
    public convenience init(
        threadCount: Int = 2, durability: Durability = .power(every: .seconds(1)),
        queueLimit: Int = defaultQueueLimit
    ) throws {
        try self.init(
            threadCount: threadCount, durability: durability, queueLimit: queueLimit, on: LinuxFileSystem())
    }

    /// Threads that write to another file system than this machine's.
    package init(threadCount: Int, durability: Durability, queueLimit: Int, on fileSystem: some FileSystem) throws {
        precondition(threadCount > 0, "somebody must do the writing")
        let ledger = StorageLedger(limit: queueLimit)
        self.ledger = ledger
        let watches = (0..<2 * threadCount).map { _ in DiskWatch() }
        self.watches = watches
        workers = try (0..<threadCount).map { index in
            let syncer = Syncer(
                on: try EventLoop(name: "sync-\(index)"),
                fileSystem: WatchedFileSystem(base: fileSystem, watch: watches[threadCount + index]), ledger: ledger)
            syncer.loop.post { syncer.assumeIsolated { $0.join($0.loop) } }
            let worker = StorageWorker(
                on: try EventLoop(name: "storage-\(index)"),
                fileSystem: WatchedFileSystem(base: fileSystem, watch: watches[index]), durability: durability,
                syncer: syncer, ledger: ledger)
            worker.loop.post { worker.assumeIsolated { $0.join($0.loop) } }
            return worker
        }
        menders = try (0..<Self.menderCount).map { index in
            Mender(on: try EventLoop(name: "mender-\(index)"), fileSystem: fileSystem)
        }
    }

    /// Begins a file that must not exist yet; returns at once, never waits for the disk.
    ///
    /// `onFailure` is called at most once, on the storage thread, when the first operation on the file
    /// fails; it must be quick. All later writes to the file are dropped and counted.
    public func create(
        _ path: String, onFailure: @escaping @Sendable (StorageError) -> Void
    ) -> StorageFile {
        StorageFile(path: path, opening: .new, worker: nextWorker, onFailure: onFailure)
    }

    /// Goes on with a file that is there, behind what it holds; else as `create`.
    public func extend(
        _ path: String, onFailure: @escaping @Sendable (StorageError) -> Void
    ) -> StorageFile {
        StorageFile(path: path, opening: .existing, worker: nextWorker, onFailure: onFailure)
    }

    /// How many bytes wait to be written, over all files.
    public var queuedByteCount: Int { ledger.queuedByteCount }

    /// What was done so far.
    public var counters: Counters { ledger.counters }

    /// Creates a directory and those above it, durably; one that is there already is fine.
    public func createDirectory(_ path: String) async throws { try await nextWorker.syncer.createDirectory(path) }

    /// Writes a small file as a whole: readers, and the disk after a crash, see the old or the new
    /// content and nothing between.
    public func replaceFile(_ path: String, with bytes: [UInt8]) async throws {
        try await nextWorker.syncer.replaceFile(path, with: bytes)
    }

    /// Performs all that was asked for so far, and syncs all files with new data, as every interval does by itself.
    package func commit() async {
        for worker in workers { await worker.commit() }
    }

    /// Performs all that was asked for so far, except for what waits for a sync.
    package func settle() async {
        for worker in workers { await worker.performListed() }
    }

    /// Lets `plan` look at a file that is there and nobody writes, performs what it asks for in its order, durably, and
    /// returns what it found.
    ///
    /// `plan` runs on a thread of its own kind, may take as long as it needs, and must not be called for a file in use.
    public func amend<Result: Sendable>(
        _ path: String, _ plan: @Sendable (any ByteSource) -> (writes: [FileWrite], result: Result)
    ) async throws -> Result {
        try await menders[created.add(1, ordering: .relaxed).oldValue % menders.count].amend(path, plan)
    }

    /// How long the disk has kept a thread that writes or syncs waiting by now; zero while none waits.
    public func stall(at now: Instant) -> Duration { watches.map { $0.waiting(at: now) }.max() ?? .zero }

    /// Renames a file that no `StorageFile` writes, durably.
    public func rename(_ path: String, to newPath: String) async throws {
        try await nextWorker.syncer.rename(path, to: newPath)
    }

    /// Deletes a file, durably.
    public func delete(_ path: String) async throws { try await nextWorker.syncer.delete(path) }

    /// How many bytes can still be written on the disk that holds `path`.
    public func freeByteCount(at path: String) async throws -> Int {
        try await nextWorker.syncer.freeByteCount(at: path)
    }

    /// Performs all that is queued, closes every file, and ends the threads.
    public func stop() async {
        for worker in workers {
            await worker.stop()
            await worker.loop.ended()
            await worker.syncer.stop()
            await worker.syncer.loop.ended()
        }
        for mender in menders {
            mender.loop.stop()
            await mender.loop.ended()
        }
    }

    private var nextWorker: StorageWorker {
        workers[created.add(1, ordering: .relaxed).oldValue % workers.count]
    }
}

extension StorageThreads {
    /// What storage has done, and how well the disk keeps up.
    public struct Counters: Equatable, Sendable {
        public var writtenByteCount = 0
        /// System calls that wrote; small appends to one file share one.
        public var writes = 0
        public var syncs = 0
        public var slowestSync = Duration.zero
        public var failedFiles = 0
        /// Writes to files that had failed before.
        public var droppedWrites = 0
        /// From the oldest order of a file that waited to the end of the write.
        public var writeWaits = LatencyHistogram()
        /// From the first write behind a file's last sync to the end of the next one.
        public var syncWaits = LatencyHistogram()
    }
}

/// What all storage threads account for together.
final class StorageLedger: Sendable {
    private let limit: Int
    private let queued = Atomic<Int>(0)
    private let counted = Mutex(StorageThreads.Counters())

    init(limit: Int) { self.limit = limit }

    var queuedByteCount: Int { queued.load(ordering: .relaxed) }
    var counters: StorageThreads.Counters { counted.withLock { $0 } }

    /// Takes room in the queue; says whether there was any.
    func reserve(_ byteCount: Int) -> Bool {
        guard queued.add(byteCount, ordering: .relaxed).newValue > limit else { return true }
        queued.subtract(byteCount, ordering: .relaxed)
        return false
    }

    func release(_ byteCount: Int) { queued.subtract(byteCount, ordering: .relaxed) }

    func count(_ change: (inout StorageThreads.Counters) -> Void) { counted.withLock { change(&$0) } }
}
