import Bytes

/// Packets that wait for their turn to be sent, in buffers that are used again and again.
struct PacketQueue: Sendable {
    private var buffers: [PacketBuffer] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The place for one more packet, behind the last: fill it, then `commit()`.
    var next: PacketBuffer {
        get { buffers[(head + count) % buffers.count] }
        _modify { yield &buffers[(head + count) % buffers.count] }
    }

    /// Makes sure that there is a place for one more.
    ///
    /// The queue grows by doubling, up to the largest burst that was ever queued.
    mutating func reserve() {
        if count == buffers.count { grow() }
    }

    /// Queues what was put into `next`.
    mutating func commit() {
        precondition(count < buffers.count, "a place was reserved")
        count += 1
    }

    /// Exchanges the first packet for the buffer given; false if there is none.
    mutating func popFirst(into buffer: inout PacketBuffer) -> Bool {
        guard count > 0 else { return false }
        swap(&buffers[head], &buffer)
        head = (head + 1) % buffers.count
        count -= 1
        return true
    }

    mutating func removeAll() { count = 0 }

    private mutating func grow() {
        var larger: [PacketBuffer] = []
        larger.reserveCapacity(max(32, buffers.count * 2))
        for index in 0..<count { larger.append(buffers[(head + index) % buffers.count]) }
        while larger.count < max(32, buffers.count * 2) { larger.append(PacketBuffer()) }
        buffers = larger
        head = 0
    }
}
