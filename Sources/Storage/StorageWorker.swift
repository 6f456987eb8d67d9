import Bytes
import EventLoop
import Synchronization
import Units

/// One storage thread: performs the orders of the files that are its own.
///
/// It is the one member of an event loop of its own, and the only one who waits for the disk there. What it does not wait
/// for are syncs, which take seconds where another program keeps the disk busy: its syncer does. What comes meanwhile is
/// written, so that the kernel has it and a kill takes nothing of it.
actor StorageWorker: LoopMember {
    private let ledger: StorageLedger
    nonisolated let loop: EventLoop
    nonisolated let syncer: Syncer
    private let fileSystem: any FileSystem
    private let syncInterval: Duration?
    private let listed = Mutex<[StorageFile]>([])
    private let isStopped = Atomic<Bool>(false)

    private var files: [ObjectIdentifier: OpenFile] = [:]
    /// Files whose next order wants what they hold on the disk first.
    private var waiting: [ObjectIdentifier: WaitingFile] = [:]
    private var nextSync: Instant?
    /// The sync that is going on.
    private var sync: Task<Void, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(
        on loop: EventLoop, fileSystem: some FileSystem, durability: StorageThreads.Durability, syncer: Syncer,
        ledger: StorageLedger
    ) {
        self.loop = loop
        self.syncer = syncer
        self.fileSystem = fileSystem
        self.ledger = ledger
        syncInterval =
            switch durability {
            case .process: nil
            case .power(let interval): interval
            }
    }

    /// Takes room in the queue for a write of that many bytes; says whether there was any.
    nonisolated func reserve(_ byteCount: Int) -> Bool { ledger.reserve(byteCount) }

    /// Notes that a file has orders; each file is listed once until they are taken.
    nonisolated func list(_ file: StorageFile) {
        listed.withLock { $0.append(file) }
        loop.wake()
        // Nobody looks at the list by himself any more.
        if isStopped.load(ordering: .sequentiallyConsistent) { Task { await performAll() } }
    }

    func advance(to now: Instant) -> Instant? {
        performListed()
        if sync == nil { beginDueSync(at: now) }
        if let syncInterval, nextSync == nil, files.values.contains(where: \.isDirty) { nextSync = now + syncInterval }
        // The end of a sync brings a round of its own.
        return sync == nil ? nextSync : nil
    }

    /// Performs what is listed, and returns when the disk has all that files hold by then.
    func commit() async {
        performListed()
        while let sync { await sync.value }
        await beginSync(of: files.keys)?.value
    }

    /// Performs what is listed, whatever it waits for.
    private func performAll() async {
        performListed()
        while let sync = sync ?? beginSync(of: files.keys) { await sync.value }
    }

    /// Performs everything, closes every file, and lets the thread end behind this.
    func stop() async {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        await performAll()
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
    /// Performs what is listed: each file's orders as far as it has to wait for a sync.
    func performListed() {
        for file in takeListed() {
            let (orders, since) = file.takeOrders()
            if waiting[ObjectIdentifier(file)]?.orders.append(contentsOf: orders) == nil {
                perform(orders[...], of: file)
            }
            guard let since else { continue }
            let wait = since.duration(to: SystemClock.now())
            ledger.count { $0.writeWaits.note(wait) }
        }
    }

    /// Performs a file's orders up to one that wants the file on the disk first.
    private func perform(_ orders: ArraySlice<StorageFile.Order>, of file: StorageFile) {
        let id = ObjectIdentifier(file)
        for index in orders.indices {
            if orders[index].wantsSync, files[id]?.isFlushedAndSynced() == false {
                waiting[id] = WaitingFile(file: file, orders: orders[index...])
                return
            }
            perform(orders[index], of: file, id)
        }
        files[id]?.flush()
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

// MARK: - Syncs

extension StorageWorker {
    /// Begins the sync of all files if its time has come, else that of the files that wait for one.
    private func beginDueSync(at now: Instant) {
        guard let due = nextSync, due <= now else {
            beginSync(of: waiting.keys)
            return
        }
        nextSync = nil
        beginSync(of: files.keys)
    }

    /// Begins to put on the disk what these files hold by now; nothing if it has everything.
    ///
    /// Only where none is going on.
    @discardableResult
    private func beginSync(of ids: some Collection<ObjectIdentifier>) -> Task<Void, Never>? {
        var begun: [ObjectIdentifier] = []
        var requests: [SyncRequest] = []
        for id in ids {
            guard let request = files[id]?.beginSync() else { continue }
            begun.append(id)
            requests.append(request)
        }
        guard !requests.isEmpty else { return nil }
        let task = Task { [begun, requests] in endSync(of: begun, await syncer.sync(requests)) }
        sync = task
        return task
    }

    private func endSync(of ids: [ObjectIdentifier], _ failures: [FileFailure?]) {
        sync = nil
        let now = SystemClock.now()
        for (id, failure) in zip(ids, failures) { files[id]?.endSync(failure, at: now) }
        let waited = waiting.values
        waiting = [:]
        for file in waited { perform(file.orders, of: file.file) }
    }
}
