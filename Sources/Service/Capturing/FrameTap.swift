package import Capture
package import Codecs
import Synchronization
package import Units

/// A frame of a user of a recording, as whoever looks on gets it.
package struct TappedFrame: Sendable {
    package var uid: String
    package var role: MediaRole
    /// Where it lies on the channel's timeline, which begins with the recording.
    package var time: ChannelTime
    package var frame: Frame

    package init(uid: String, role: MediaRole, time: ChannelTime, frame: Frame) {
        self.uid = uid
        self.role = role
        self.time = time
        self.frame = frame
    }
}

/// Where whoever looks on gets the frames of a recording, whether they go to a file or not.
///
/// Its watchers are called on the thread that writes files, so they must return at once: one that wants to do more puts
/// the frame into a queue of its own. While nobody watches, a frame costs one look at a number.
package final class FrameTap: Sendable {
    private struct State {
        var watchers: [Int: @Sendable (TappedFrame) -> Void] = [:]
        var made = 0
    }

    private let state = Mutex(State())
    private let count = Atomic<Int>(0)

    package init() {}

    /// Calls `body` with every frame from now on, until the number that is returned is given to `ignore`.
    package func watch(_ body: @escaping @Sendable (TappedFrame) -> Void) -> Int {
        state.withLock { state in
            state.made += 1
            state.watchers[state.made] = body
            count.store(state.watchers.count, ordering: .relaxed)
            return state.made
        }
    }

    /// Calls a watcher no more; one that is being called meanwhile still returns.
    package func ignore(_ watcher: Int) {
        state.withLock { state in
            state.watchers[watcher] = nil
            count.store(state.watchers.count, ordering: .relaxed)
        }
    }

    /// Lets the watchers have a frame.
    package func pass(_ frame: @autoclosure () -> TappedFrame) {
        guard count.load(ordering: .relaxed) > 0 else { return }
        let watchers = state.withLock { Array($0.watchers.values) }
        let frame = frame()
        for watcher in watchers { watcher(frame) }
    }
}
