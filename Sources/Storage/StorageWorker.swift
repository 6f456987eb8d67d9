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
    private let fileSystem: any FileSystem
    private let syncInterval: Duration?
    private let listed = Mutex<[StorageFile]>([])

    private var files: [ObjectIdentifier: OpenFile] = [:]
    private var nextSync: Instant?
    private var orders: [StorageFile.Order] = []

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
        loop.wake()
    }

    func advance(to now: Instant) -> Instant? {
        for file in takeListed() { perform(file) }
        guard let syncInterval else { return nil }
        if let due = nextSync, due <= now { syncAll() }
        if nextSync == nil, files.values.contains(where: \.isDirty) { nextSync = now + syncInterval }
        return nextSync
    }

    /// Performs what is listed, and syncs every file that has new data.
    func commit() {
        for file in takeListed() { perform(file) }
        syncAll()
    }

    private func syncAll() {
        for id in files.keys { files[id]?.sync() }
        nextSync = nil
    }

    /// Performs a file's remaining orders, closes it, and returns its length.
    func finish(_ file: StorageFile) throws -> Int {
        perform(file)
        close(file)
        return try file.outcome()
    }

    /// Performs everything, closes every file, and lets the thread end behind this.
    func stop() {
        for file in takeListed() { perform(file) }
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

    private func perform(_ file: StorageFile) {
        let id = ObjectIdentifier(file)
        file.exchangeOrders(with: &orders)
        for order in orders { perform(order, of: file, id) }
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
        case .close: close(file)
        }
    }

    private func close(_ file: StorageFile) {
        guard var open = files.removeValue(forKey: ObjectIdentifier(file)) else { return }
        open.close()
        file.end(byteCount: open.byteCount, failure: open.failure)
    }
}

// MARK: - Whole files and directories

extension StorageWorker {
    func createDirectory(_ path: String) throws {
        try attempt(path) { fileSystem throws(FileFailure) in try fileSystem.createDirectory(path) }
    }

    func replaceFile(_ path: String, with bytes: [UInt8]) throws {
        let draft = path + ".new"
        try attempt(path) { fileSystem throws(FileFailure) in
            // One that a crash left behind.
            _ = try? fileSystem.delete(draft)
            let descriptor = try fileSystem.create(draft)
            do throws(FileFailure) {
                try Self.fill(descriptor, with: bytes, on: fileSystem)
                try fileSystem.rename(draft, to: path)
            } catch {
                _ = try? fileSystem.delete(draft)
                throw error
            }
            try fileSystem.syncDirectory(path.parentDirectory)
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

    private static func fill(
        _ descriptor: Int32, with bytes: [UInt8], on fileSystem: any FileSystem
    ) throws(FileFailure) {
        do throws(FileFailure) {
            try fileSystem.append(bytes, to: descriptor)
            // Before the rename, or a power cut could leave an empty file under the good name.
            try fileSystem.sync(descriptor)
        } catch {
            _ = try? fileSystem.close(descriptor)
            throw error
        }
        try fileSystem.close(descriptor)
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
