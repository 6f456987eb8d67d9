/// Counts a wrapping 16-bit sequence number on without end (RFC 3550 §A.1's cycles).
///
/// The first value is taken as it is; each later one lands on the nearest place to the highest so far.
public struct SequenceUnwrapper: Sendable {
    /// The highest place so far; nothing before the first value.
    public private(set) var highest: Int64?

    public init() {}

    /// The place of a sequence number, without counting it as seen.
    public func place(of sequenceNumber: UInt16) -> Int64 {
        guard let highest else { return Int64(sequenceNumber) }
        let step = Int16(bitPattern: sequenceNumber &- UInt16(truncatingIfNeeded: highest))
        return highest + Int64(step)
    }

    /// The place of a sequence number, which then counts as seen.
    public mutating func unwrap(_ sequenceNumber: UInt16) -> Int64 {
        let place = place(of: sequenceNumber)
        highest = max(highest ?? place, place)
        return place
    }
}

/// Counts a wrapping 32-bit timestamp on without end.
public struct TimestampUnwrapper: Sendable {
    private var last: (wire: RTPTimestamp, ticks: Int64)?

    public init() {}

    /// The unwrapped ticks of a timestamp: nearest to the last one given.
    public mutating func unwrap(_ timestamp: RTPTimestamp) -> Int64 {
        let ticks = last.map { $0.ticks + Int64(timestamp.distance(from: $0.wire)) } ?? Int64(timestamp.rawValue)
        last = (timestamp, ticks)
        return ticks
    }
}
