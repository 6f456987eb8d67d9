import Bytes
public import Units

/// How well one stream arrives, as its receiver tells its sender (RFC 3550 §6.4.1).
public struct ReportBlock: Equatable, Sendable {
    /// Whose stream this is about.
    public var source: SSRC
    /// The share lost since the previous report, in 256ths.
    public var fractionLost: UInt8
    /// Packets lost since the beginning, 24 bits signed: duplicates can make it negative.
    public var cumulativeLost: Int32
    /// The highest sequence number seen, with its cycle count in the upper half.
    public var highestSequenceNumber: UInt32
    /// Interarrival jitter in ticks of the stream's clock.
    public var jitter: UInt32
    /// The middle bits of the last sender report's NTP time; 0 if none came.
    public var lastSenderReport: UInt32
    /// How long ago that report came, in 65536ths of a second; 0 if none came.
    public var delaySinceLastSenderReport: UInt32

    public init(
        source: SSRC, fractionLost: UInt8 = 0, cumulativeLost: Int32 = 0, highestSequenceNumber: UInt32 = 0,
        jitter: UInt32 = 0, lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
    ) {
        self.source = source
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.highestSequenceNumber = highestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }
}

extension ReportBlock {
    /// The round trip that the report implies, if it names a sender report of ours (RFC 3550 §6.4.1).
    ///
    /// `now` is our own wall clock when the report came, the one that our sender reports carry. Nothing if the
    /// answer would be negative: clocks step, and peers get the delay wrong.
    public func roundTrip(at now: NTPTime) -> Duration? {
        guard lastSenderReport != 0 else { return nil }
        let units = now.middle &- lastSenderReport &- delaySinceLastSenderReport
        guard units < 1 << 31 else { return nil }
        return .nanoseconds((Int64(units) * 1_000_000_000) >> 16)
    }

    static let byteCount = 24

    init(parsing bytes: Span<UInt8>, at position: Int) {
        source = SSRC(bytes.uint32(at: position))
        fractionLost = bytes[position + 4]
        cumulativeLost = Int32(bitPattern: bytes.uint24(at: position + 5) << 8) >> 8
        highestSequenceNumber = bytes.uint32(at: position + 8)
        jitter = bytes.uint32(at: position + 12)
        lastSenderReport = bytes.uint32(at: position + 16)
        delaySinceLastSenderReport = bytes.uint32(at: position + 20)
    }

    func append(to packet: inout [UInt8]) {
        packet.append(bigEndian: source.rawValue)
        packet.append(fractionLost)
        packet.append(bigEndian24: UInt32(bitPattern: cumulativeLost) & 0xFF_FFFF)
        packet.append(bigEndian: highestSequenceNumber)
        packet.append(bigEndian: jitter)
        packet.append(bigEndian: lastSenderReport)
        packet.append(bigEndian: delaySinceLastSenderReport)
    }

    static func parseAll(
        _ count: Int, in bytes: Span<UInt8>, at start: Int
    ) throws(WireError) -> [ReportBlock] {
        try bytes.require(count * byteCount, at: start)
        return (0..<count).map { ReportBlock(parsing: bytes, at: start + $0 * byteCount) }
    }
}
