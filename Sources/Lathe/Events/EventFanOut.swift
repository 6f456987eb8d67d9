import Synchronization

/// Lets everybody who listens have each event: streams, and delegates.
///
/// None of them keeps another waiting, or the recorder.
final class EventFanOut: Sendable {
    private struct State {
        var streams: [Int: AsyncStream<RecorderEvent>.Continuation] = [:]
        var delegates: [ObjectIdentifier: Inbox<RecorderEvent>] = [:]
        var made = 0
        var droppedCount = 0
    }

    private let state = Mutex(State())

    /// How many events were left out, since somebody listens too slowly.
    var droppedCount: Int {
        state.withLock { state in state.delegates.values.reduce(state.droppedCount) { $0 + $1.droppedCount } }
    }

    /// A stream of what happens from now on.
    func stream() -> AsyncStream<RecorderEvent> {
        let (stream, input) = AsyncStream.makeStream(
            of: RecorderEvent.self, bufferingPolicy: .bufferingNewest(EventInbox.limit))
        let number = state.withLock { state in
            state.made += 1
            state.streams[state.made] = input
            return state.made
        }
        input.onTermination = { [weak self] _ in self?.state.withLock { $0.streams[number] = nil } }
        return stream
    }

    /// Tells a delegate what happens from now on; one that is there already hears everything once.
    func add(_ delegate: any RecorderDelegate) throws {
        let inbox = try Inbox<RecorderEvent>("delegate", limit: EventInbox.limit) { delegate.happened($0) }
        state.withLock { state in
            guard state.delegates[ObjectIdentifier(delegate)] == nil else { return }
            state.delegates[ObjectIdentifier(delegate)] = inbox
        }
    }

    /// Tells a delegate nothing more, but what waits for it already.
    func remove(_ delegate: any RecorderDelegate) {
        state.withLock { state in
            guard let inbox = state.delegates.removeValue(forKey: ObjectIdentifier(delegate)) else { return }
            state.droppedCount += inbox.droppedCount
            inbox.close()
        }
    }

    /// Lets everybody have some events; never waits.
    func send(_ events: [RecorderEvent]) {
        guard !events.isEmpty else { return }
        let (streams, delegates) = state.withLock { (Array($0.streams.values), Array($0.delegates.values)) }
        for event in events {
            for stream in streams {
                if case .dropped = stream.yield(event) { state.withLock { $0.droppedCount += 1 } }
            }
            for delegate in delegates { delegate.put(event) }
        }
    }
}

/// A recorder's events, from when it was asked for them, without an end: those of the next channel follow.
public struct RecorderEvents: AsyncSequence, Sendable {
    public typealias Element = RecorderEvent

    private let stream: AsyncStream<RecorderEvent>

    init(_ stream: AsyncStream<RecorderEvent>) { self.stream = stream }

    public func makeAsyncIterator() -> AsyncStream<RecorderEvent>.Iterator { stream.makeAsyncIterator() }
}
