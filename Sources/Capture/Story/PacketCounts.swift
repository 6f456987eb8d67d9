/// Packets of one stream: those that should have come, and what became of them.
public struct PacketCounts: Codable, Equatable, Sendable {
    public var expected = 0
    /// Those that never came.
    public var lost = 0
    /// Those that were lost, and came again or were made from redundancy.
    public var repaired = 0

    public init(expected: Int = 0, lost: Int = 0, repaired: Int = 0) {
        self.expected = expected
        self.lost = lost
        self.repaired = repaired
    }

    static func += (left: inout PacketCounts, right: PacketCounts) {
        left.expected += right.expected
        left.lost += right.lost
        left.repaired += right.repaired
    }
}

/// Pictures by what became of them.
public struct PictureCounts: Codable, Equatable, Sendable {
    /// In the file, and nothing of them was lost on the way.
    public var whole = 0
    /// In the file and whole, after something of them had been lost.
    public var repaired = 0
    /// In the file, but they refer to a picture that is lost.
    public var broken = 0
    /// Left out, because they refer to a picture that is lost.
    public var dropped = 0

    public init(whole: Int = 0, repaired: Int = 0, broken: Int = 0, dropped: Int = 0) {
        self.whole = whole
        self.repaired = repaired
        self.broken = broken
        self.dropped = dropped
    }

    static func += (left: inout PictureCounts, right: PictureCounts) {
        left.whole += right.whole
        left.repaired += right.repaired
        left.broken += right.broken
        left.dropped += right.dropped
    }
}
