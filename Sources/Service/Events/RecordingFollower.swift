import Catalog
import Synchronization

/// One reader's way through the events of one recording, from its first to its last, for code in this process.
///
/// What it has not read lies in the database: it may take all the time it likes, and nobody waits for it.
package final class RecordingFollower: Sendable {
    /// How many events are read at once.
    private static let pageCount = 100
    /// How long to wait for a sign that there are more, before it is looked all the same.
    private static let patience = Duration.seconds(15)

    private struct State {
        var cursor: Int64
        /// Events that were read and not yet taken, the newest first.
        var ready: [EventDocument] = []
        var isOver = false
    }

    private let outbox: Outbox
    private let filter: EventFilter
    private let state: Mutex<State>

    init(_ outbox: Outbox, recording: String, after id: Int64) {
        self.outbox = outbox
        filter = EventFilter(recording: recording)
        state = Mutex(State(cursor: id))
    }

    /// The next event, as soon as there is one; nothing behind the last, or when the task is cancelled.
    ///
    /// Fails if the catalogue cannot be read. For one caller at a time.
    package func next() async throws -> EventDocument? {
        while !Task.isCancelled {
            let (event, isOver) = state.withLock { state in
                let event = state.ready.popLast()
                defer { state.isOver = state.isOver || event?.final == true }
                return (event, state.isOver)
            }
            if event != nil || isOver { return event }
            let cursor = state.withLock { $0.cursor }
            let page = try await outbox.reader.page(after: cursor, filter, limit: Self.pageCount)
            state.withLock { state in
                state.cursor = page.next
                state.ready = page.events.map(EventDocument.init).reversed()
            }
            if page.events.isEmpty { await outbox.bell.wait(past: page.next, atMost: Self.patience) }
        }
        return nil
    }
}
