import Foundation

/// The few frames that a producing thread is ahead of the publisher that takes them.
///
/// When it is full the producer waits; when it is empty the publisher goes without.
final class FrameQueue: @unchecked Sendable {
    // @unchecked Sendable: every stored property is only touched with `condition` locked.

    /// A dozen frames are about 150 ms of sound and pictures: enough to ride out a busy machine, and little
    /// enough that a requested keyframe is not late.
    static let capacity = 12

    private let condition = NSCondition()
    private var frames: [SourceFrame] = []
    private var isStopped = false
    private var isOver = false
    private var wantsKeyframe = false
    private var end: Duration?
    private var reason: String?

    var nextDue: Duration? { locked { frames.first?.due } }
    var isEnded: Bool { locked { isStopped || isOver && frames.isEmpty } }
    var failure: String? { locked { reason } }

    func take(dueBy elapsed: Duration) -> SourceFrame? {
        locked {
            guard !isStopped, let first = frames.first, first.due <= elapsed else { return nil }
            condition.signal()
            return frames.removeFirst()
        }
    }

    func requestKeyframe() { locked { wantsKeyframe = true } }

    /// Tells the producer when to end.
    func end(at moment: Duration) { locked { end = moment } }

    /// When the producer was told to end, since this was last called.
    func takeEnd() -> Duration? { locked { end.take() } }

    func stop() {
        locked {
            isStopped = true
            condition.signal()
        }
    }

    /// Whether a keyframe was asked for since this was last called.
    func takeKeyframeRequest() -> Bool {
        locked {
            defer { wantsKeyframe = false }
            return wantsKeyframe
        }
    }

    /// Adds a frame, after waiting for room; false once nobody wants any.
    func put(_ frame: SourceFrame) -> Bool {
        locked {
            while frames.count >= Self.capacity, !isStopped { condition.wait() }
            if !isStopped { frames.append(frame) }
            return !isStopped
        }
    }

    /// Says that no more frames will come, and why if that is a failure.
    func close(failure: String? = nil) {
        locked {
            isOver = true
            reason = failure
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }
}
