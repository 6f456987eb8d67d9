import EventLoop
import Synchronization

/// What waits for somebody who works on a thread of their own: bounded, the oldest left out and counted when it is full.
///
/// Whoever puts something in never waits, however long the one on the thread takes.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element?] = []
        /// Where the oldest is.
        var first = 0
        var isScheduled = false
        var droppedCount = 0
        var isClosed = false
    }

    private let limit: Int
    private let loop: EventLoop
    private let state = Mutex(State())
    private let body: @Sendable (Element) -> Void

    /// An inbox whose elements are given to `body`, in order, on a thread called `name`.
    init(_ name: String, limit: Int, _ body: @escaping @Sendable (Element) -> Void) throws {
        self.limit = limit
        self.body = body
        loop = try EventLoop(name: name)
    }

    deinit { loop.stop() }

    /// How many were left out so far.
    var droppedCount: Int { state.withLock { $0.droppedCount } }

    /// Adds one; never waits.
    func put(_ element: Element) {
        let mustSchedule = state.withLock { state in
            guard !state.isClosed else { return false }
            if state.waiting.count - state.first >= limit {
                state.waiting[state.first] = nil
                state.first += 1
                state.droppedCount += 1
            }
            state.waiting.append(element)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { loop.post { self.work() } }
    }

    /// Takes nothing any more; what waits is still worked on.
    func close() { state.withLock { $0.isClosed = true } }

    /// Returns when all that was put in before has been worked on.
    func settle() async {
        await withCheckedContinuation { continuation in loop.post { continuation.resume() } }
    }

    private func work() {
        while let element = next() { body(element) }
    }

    private func next() -> Element? {
        state.withLock { state in
            guard state.first < state.waiting.count else {
                state.waiting.removeAll(keepingCapacity: true)
                (state.first, state.isScheduled) = (0, false)
                return nil
            }
            let element = state.waiting[state.first]
            state.waiting[state.first] = nil
            state.first += 1
            if state.first > limit {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return element
        }
    }
}

/// What of a recorder's events may wait for one who listens.
enum EventInbox {
    /// An hour of statistics of a call of two; a program that is that far behind is lost.
    static let limit = 10_000
}
