import Bytes
import EventLoop
import Synchronization
import Units

/// One storage thread: performs the orders of the files that are its own.
///
/// It is the one member of an event loop of its own, and the only one who waits for the disk there.
actor StorageWorker: LoopMember {
    let ledger: StorageLedger
    nonisolated let loop: EventLoop
    let fileSystem: any FileSystem
    private let syncInterval: Duration?
    private let listed = Mutex<[StorageFile]>([])
    nonisolated let replacements = ReplacementList()
    private let isStopped = Atomic<Bool>(false)

    private var files: [ObjectIdentifier: OpenFile] = [:]
    private var nextSync: Instant?

    /// So many files or more are synced by one call for the whole file system: each by itself costs the disk's cache a
    /// flush, and the journal a commit.
    static let groupSize = 8

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(
        on loop: EventLoop, fileSystem: some FileSystem, durability: StorageThreads.Durability, ledger: StorageLedger
    ) {
        self.loop = loop
        self.fileSystem = fileSystem
        self.ledger = ledger
        syncInterval =
            switch durability {
            case .process: nil
            case .power(let interval): interval
            }
    }

    /// Notes that a file has orders; each file is listed once until they are taken.
    nonisolated func list(_ file: StorageFile) {
        listed.withLock { $0.append(file) }
        wake()
    }

    private nonisolated func wake() {
        loop.wake()
        // Nobody looks at the lists by himself any more.
        if isStopped.load(ordering: .sequentiallyConsistent) { Task { await commit() } }
    }

    func advance(to now: Instant) -> Instant? {
        performListed()
        performReplacements()
        guard let syncInterval else { return nil }
        if let due = nextSync, due <= now { syncAll() }
        if nextSync == nil, files.values.contains(where: \.isDirty) { nextSync = now + syncInterval }
        return nextSync
    }

    /// Performs what is listed, and syncs every file that has new data.
    func commit() {
        performListed()
        performReplacements()
        syncAll()
    }

    private func syncAll() {
        sync(Array(files.keys))
        nextSync = nil
    }

    /// Performs everything, closes every file, and lets the thread end behind this.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        performListed()
        performReplacements()
        syncAll()
        for open in files.values { close(open.file) }
        leave(loop)
        loop.stop()
    }

    private func takeListed() -> [StorageFile] {
        listed.withLock { files in
            defer { files = [] }
            return files
        }
    }

    private func close(_ file: StorageFile) {
        guard var open = files.removeValue(forKey: ObjectIdentifier(file)) else { return }
        open.close()
        file.end(byteCount: open.byteCount, failure: open.failure)
    }
}

// MARK: - Orders

extension StorageWorker {
    /// Performs what is listed: each file's orders as far as it has to wait for the disk, then one sync for all that wait,
    /// then their next orders.
    private func performListed() {
        var waiting: [WaitingFile] = []
        for file in takeListed() {
            let (orders, since) = file.takeOrders()
            perform(orders[...], of: file, &waiting)
            guard let since else { continue }
            let wait = since.duration(to: SystemClock.now())
            ledger.count { $0.writeWaits.note(wait) }
        }
        while !waiting.isEmpty {
            sync(waiting.map { ObjectIdentifier($0.file) })
            let synced = waiting
            waiting = []
            for file in synced { perform(file.orders, of: file.file, &waiting) }
        }
    }

    /// Performs a file's orders up to one that wants the file on the disk first.
    private func perform(
        _ orders: ArraySlice<StorageFile.Order>, of file: StorageFile, _ waiting: inout [WaitingFile]
    ) {
        let id = ObjectIdentifier(file)
        for index in orders.indices {
            if orders[index].wantsSync, files[id]?.flushedNeedsSync() ?? false {
                return waiting.append(WaitingFile(file: file, orders: orders[index...]))
            }
            perform(orders[index], of: file, id)
        }
        files[id]?.flush()
    }

    /// Returns when everything so far of these files is on the disk.
    private func sync(_ ids: [ObjectIdentifier]) {
        let dirty = ids.filter { files[$0]?.flushedNeedsSync() ?? false }
        let descriptors = dirty.compactMap { files[$0]?.descriptor }
        let start = SystemClock.now()
        guard dirty.count >= Self.groupSize, descriptors.count == dirty.count,
            let failures = fileSystem.sync(together: descriptors)
        else {
            for id in dirty { files[id]?.sync() }
            return
        }
        let now = SystemClock.now()
        let duration = start.duration(to: now)
        for (id, failure) in zip(dirty, failures) { files[id]?.noteSynced(failure, at: now) }
        ledger.count { counters in
            counters.syncs += 1
            counters.slowestSync = max(counters.slowestSync, duration)
        }
    }

    private func perform(_ order: StorageFile.Order, of file: StorageFile, _ id: ObjectIdentifier) {
        switch order {
        case .create:
            files[id] = OpenFile(file, fileSystem: fileSystem, ledger: ledger, isDurable: syncInterval != nil)
        case .write(let write):
            guard files[id] == nil else { return files[id]?.perform(write) ?? () }
            // It was closed before.
            ledger.release(write.byteCount)
            ledger.count { $0.droppedWrites += 1 }
        case .rename(let path): files[id]?.rename(to: path)
        case .overflow: files[id]?.overflow()
        case .close(let waiter):
            close(file)
            waiter?.resume()
        }
    }
}

/// A file whose orders go on when what it holds is on the disk.
private struct WaitingFile {
    var file: StorageFile
    var orders: ArraySlice<StorageFile.Order>
}

// MARK: - Whole files and directories

extension StorageWorker {
    func createDirectory(_ path: String) throws {
        try attempt(path) { fileSystem throws(FileFailure) in try fileSystem.createDirectory(path) }
    }

    nonisolated func replaceFile(_ path: String, with bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { waiter in
            replacements.add(Replacement(path: path, bytes: bytes, waiter: waiter))
            wake()
        }
    }

    func rename(_ path: String, to newPath: String) throws {
        try attempt(path) { fileSystem throws(FileFailure) in
            try fileSystem.rename(path, to: newPath)
            try fileSystem.syncDirectory(newPath.parentDirectory)
        }
    }

    func delete(_ path: String) throws {
        try attempt(path) { fileSystem throws(FileFailure) in
            try fileSystem.delete(path)
            try fileSystem.syncDirectory(path.parentDirectory)
        }
    }

    func freeByteCount(at path: String) throws -> Int {
        try attempt(path) { fileSystem throws(FileFailure) in try fileSystem.freeByteCount(at: path) }
    }

    func attempt<Result>(
        _ path: String, _ body: (any FileSystem) throws(FileFailure) -> Result
    ) throws -> Result {
        do throws(FileFailure) {
            return try body(fileSystem)
        } catch {
            throw StorageError(error, path: path)
        }
    }
}
