import Synchronization

/// What waits to be written: events that happened, and events that somebody got.
///
/// Whoever puts something in never waits. `Catalog.commit` takes it out once it is on the disk.
public final class EventQueue: Sendable {
    /// How many events wait at most, while the disk takes none: further ones are counted and left out, except the final
    /// event of a recording.
    public static let waitingLimit = 100_000
    /// How many are written at once: others want the disk, too.
    static let batchCount = 1_000

    private struct State {
        var events: [EventRecord] = []
        var receipts: [DeliveryReceipt] = []
        var dropped = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Adds an event; says whether there was room for it.
    @discardableResult
    public func put(_ event: EventRecord) -> Bool {
        state.withLock { state in
            guard state.events.count < Self.waitingLimit || event.isFinal else {
                state.dropped += 1
                return false
            }
            state.events.append(event)
            return true
        }
    }

    /// Notes that a webhook has got an event.
    ///
    /// There are no more of these than events that a webhook waits for.
    public func put(_ receipt: DeliveryReceipt) { state.withLock { $0.receipts.append(receipt) } }

    /// How many events wait for the disk.
    public var waitingCount: Int { state.withLock { $0.events.count } }

    /// How many found no room.
    public var droppedCount: Int { state.withLock { $0.dropped } }

    public var isEmpty: Bool { state.withLock { $0.events.isEmpty && $0.receipts.isEmpty } }

    /// What is to be written next, oldest first; it stays.
    func next() -> (events: [EventRecord], receipts: [DeliveryReceipt]) {
        state.withLock { (Array($0.events.prefix(Self.batchCount)), Array($0.receipts.prefix(Self.batchCount))) }
    }

    /// Forgets the oldest, which are written.
    func removeFirst(events: Int, receipts: Int) {
        state.withLock { state in
            state.events.removeFirst(events)
            state.receipts.removeFirst(receipts)
        }
    }
}

/// That a webhook has got an event.
public struct DeliveryReceipt: Equatable, Sendable {
    public var webhook: String
    public var recording: String
    public var event: Int64

    public init(webhook: String, recording: String, event: Int64) {
        self.webhook = webhook
        self.recording = recording
        self.event = event
    }
}
