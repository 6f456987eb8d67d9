import Synchronization

/// Wakes whoever waits for events when some were kept.
final class EventBell: Sendable {
    private struct State {
        var newest: Int64 = 0
        var waiting: [Int: AsyncStream<Never>.Continuation] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// Wakes everybody: the newest event has this id now.
    func ring(_ id: Int64) {
        let waiting = state.withLock { state in
            state.newest = max(state.newest, id)
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for input in waiting { input.finish() }
    }

    /// Returns when there is an event newer than `id`, after `limit` at the latest, or when the task is cancelled.
    func wait(past id: Int64, atMost limit: Duration) async {
        let (stream, input) = AsyncStream<Never>.makeStream()
        let place = state.withLock { state -> Int? in
            guard state.newest <= id else { return nil }
            state.count += 1
            state.waiting[state.count] = input
            return state.count
        }
        guard let place else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream {} }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.waiting[place] = nil }
    }
}
