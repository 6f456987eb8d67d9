public import Bytes
import EventLoop
import Synchronization
import Units

/// One file being written by a storage thread.
///
/// Every method but `finish` only queues, and may be called from any thread, event loops included.
/// What one thread asks for is performed in that order. A file must be finished or closed.
public final class StorageFile: Sendable {
    /// What is at the path before the file begins.
    enum Opening: Sendable {
        /// Nothing.
        case new
        /// A file that goes on.
        case existing
    }

    enum Order: Sendable {
        case create
        case write(FileWrite)
        case rename(to: String)
        /// Whoever waits for it is woken.
        case close(CheckedContinuation<Void, Never>?)
        /// A write that found the queue full was left out here.
        case overflow

        /// Whether what was written before has to be on the disk first.
        var wantsSync: Bool {
            switch self {
            case .write(.sync), .close: true
            case .create, .write, .rename, .overflow: false
            }
        }
    }

    private struct Queue {
        var orders: [Order] = []
        /// The worker has this file on its list, and will come for the orders.
        var isListed = false
        /// When the oldest of them was given.
        var since: Instant?
    }

    private struct End {
        var byteCount = 0
        var failure: StorageError?
    }

    /// Where the file was created; `rename` does not change it.
    public let path: String

    let opening: Opening
    private let onFailure: @Sendable (StorageError) -> Void
    private let worker: StorageWorker
    private let queue = Mutex(Queue())
    private let end = Mutex(End())
    private let failed = Atomic<Bool>(false)
    private let written = Atomic<Bool>(false)

    /// Whether the disk took something of the file by now.
    public var isOnDisk: Bool { written.load(ordering: .relaxed) }

    /// Whether the disk refused something of the file by now.
    public var hasFailed: Bool { failed.load(ordering: .relaxed) }

    init(
        path: String, opening: Opening, worker: StorageWorker, onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.path = path
        self.opening = opening
        self.worker = worker
        self.onFailure = onFailure
        put(.create)
    }

    /// Queues one write; the bytes are shared, not copied.
    public func write(_ write: FileWrite) {
        put(worker.reserve(write.byteCount) ? .write(write) : .overflow)
    }

    /// Gives the file another name; one that exists is replaced.
    public func rename(to newPath: String) { put(.rename(to: newPath)) }

    /// Closes the file after all that was queued, without waiting for it.
    public func close() { put(.close(nil)) }

    /// Performs all that was queued, makes it durable, closes the file, and returns how long it is.
    ///
    /// Throws the first failure of the file's whole life, if there was one.
    @discardableResult
    public func finish() async throws -> Int {
        await withCheckedContinuation { put(.close($0)) }
        let end = end.withLock { $0 }
        if let failure = end.failure { throw failure }
        return end.byteCount
    }

    /// The disk refused something; called once at most, on the storage thread.
    func fail(_ error: StorageError) {
        failed.store(true, ordering: .relaxed)
        onFailure(error)
    }

    /// The disk took something.
    func noteWritten() { written.store(true, ordering: .relaxed) }

    /// Keeps what `finish` returns or throws.
    func end(byteCount: Int, failure: StorageError?) {
        end.withLock { $0 = End(byteCount: byteCount, failure: failure) }
    }

    /// Takes the orders out, and tells when the oldest of them was given.
    func takeOrders() -> (orders: [Order], since: Instant?) {
        queue.withLock { queue in
            defer { queue = Queue() }
            return (queue.orders, queue.since)
        }
    }

    private func put(_ order: Order) {
        let mustList = queue.withLock { queue in
            queue.orders.append(order)
            if queue.since == nil { queue.since = SystemClock.now() }
            defer { queue.isListed = true }
            return !queue.isListed
        }
        if mustList { worker.list(self) }
    }
}

extension FileWrite {
    var byteCount: Int {
        switch self {
        case .append(let bytes), .overwrite(_, let bytes): bytes.count
        case .sync, .reserve: 0
        }
    }
}
