import Foundation
import Lathe

/// Where the events of a recorder wait until the program asks for them.
final class EventMailbox: RecorderDelegate, @unchecked Sendable {
    // @unchecked Sendable: what changes is touched only while the condition is locked.

    /// As many as may wait for a delegate.
    static let limit = 10_000

    private let condition = NSCondition()
    private var waiting: [String] = []
    private var dropped = 0

    /// How many were left out so far.
    var droppedCount: Int { condition.withLock { dropped } }

    func happened(_ event: RecorderEvent) {
        condition.withLock {
            if waiting.count >= Self.limit {
                waiting.removeFirst()
                dropped += 1
            }
            waiting.append(event.json)
            condition.signal()
        }
    }

    /// The next event, waiting for it until `deadline`, if it is no longer than `capacity` bytes; else only its length.
    func next(until deadline: Date, capacity: Int) -> (event: String?, byteCount: Int)? {
        condition.withLock {
            while waiting.isEmpty { guard condition.wait(until: deadline) else { return nil } }
            let count = waiting[0].utf8.count
            return count <= capacity ? (waiting.removeFirst(), count) : (nil, count)
        }
    }

    /// Everything that waits.
    func takeAll() -> [String] {
        condition.withLock {
            defer { waiting = [] }
            return waiting
        }
    }
}
