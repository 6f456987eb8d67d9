public import RTP
public import Units

/// Counts how well one stream arrives (RFC 3550 §6.4.1, §A.3, §A.8).
///
/// Feed it the packets of the stream itself. Repaired packets came on a retransmission stream, whose own
/// statistics they belong to (RFC 4588 §8): reports tell of the network, not of the repair.
public struct ReceptionStatistics: Sendable {
    public let source: SSRC
    public private(set) var clockRate: ClockRate

    /// Packets that arrived, duplicates included.
    public private(set) var packetCount: Int64 = 0
    /// Payload bytes that arrived.
    public private(set) var byteCount: Int64 = 0

    private var first: Int64 = 0
    private var highest: Int64 = -1
    private var previousTransit: (arrivalTicks: Int64, timestamp: RTPTimestamp)?
    /// Sixteen times the jitter, so that whole numbers keep its fraction (§A.8).
    private var scaledJitter: Int64 = 0
    private var reported: (expected: Int64, received: Int64) = (0, 0)
    private var senderReport: (middle: UInt32, arrival: Instant)?

    public init(source: SSRC, clockRate: ClockRate) {
        self.source = source
        self.clockRate = clockRate
    }

    /// Counts a packet; `place` is its unwrapped sequence number.
    public mutating func received(
        place: Int64, timestamp: RTPTimestamp, payloadByteCount: Int, at arrival: Instant
    ) {
        if packetCount == 0 {
            first = place
            highest = place
        }
        highest = max(highest, place)
        packetCount += 1
        byteCount += Int64(payloadByteCount)
        measureJitter(timestamp, at: arrival)
    }

    /// Remembers a sender report, for the sender to measure the round trip by our answer.
    public mutating func received(_ report: SenderReport, at arrival: Instant) {
        senderReport = (report.ntp.middle, arrival)
    }

    /// The stream's timestamps count another clock from now on.
    public mutating func change(to clockRate: ClockRate) {
        self.clockRate = clockRate
        previousTransit = nil
        scaledJitter = 0
    }

    /// Whether its sender has reported, so that our answer lets it measure the round trip.
    public var hasSenderReport: Bool { senderReport != nil }

    /// Packets that should have arrived by now, counted from the first to the highest.
    public var expectedCount: Int64 { packetCount == 0 ? 0 : highest - first + 1 }

    /// Packets that did not arrive; negative if duplicates outnumber them.
    public var lostCount: Int64 { expectedCount - packetCount }

    /// Interarrival jitter in ticks of the clock.
    public var jitterTicks: Int64 { scaledJitter >> 4 }

    /// Interarrival jitter as a length of time, rounded down.
    public var jitter: Duration { .nanoseconds(jitterTicks * 1_000_000_000 / Int64(clockRate.ticksPerSecond)) }

    /// What to tell the sender now; the next report's share of loss counts from here.
    public mutating func makeReport(at now: Instant) -> ReportBlock {
        let interval = (expected: expectedCount - reported.expected, received: packetCount - reported.received)
        reported = (expectedCount, packetCount)
        let lost = interval.expected - interval.received
        var block = ReportBlock(source: source)
        if interval.expected > 0, lost > 0 { block.fractionLost = UInt8(min(255, lost * 256 / interval.expected)) }
        block.cumulativeLost = Int32(max(-0x80_0000, min(0x7F_FFFF, lostCount)))
        block.highestSequenceNumber = packetCount == 0 ? 0 : UInt32(truncatingIfNeeded: highest)
        block.jitter = UInt32(min(Int64(UInt32.max), jitterTicks))
        if let senderReport {
            let delay = senderReport.arrival.duration(to: now).wholeNanoseconds
            block.lastSenderReport = senderReport.middle
            block.delaySinceLastSenderReport = Self.fixedPoint(nanoseconds: delay)
        }
        return block
    }

    /// A length of time in 65536ths of a second, cut to what 32 bits hold: 18 hours.
    private static func fixedPoint(nanoseconds: Int64) -> UInt32 {
        let limit = Int64(UInt32.max) * 15_259
        return UInt32(clamping: max(0, min(limit, nanoseconds)) * 128 / 1_953_125)
    }

    private mutating func measureJitter(_ timestamp: RTPTimestamp, at arrival: Instant) {
        let clock = ClockRate(1_000_000_000)
        let arrivalTicks = MediaTime(ticks: arrival.nanoseconds, rate: clock).rescaled(to: clockRate).ticks
        defer { previousTransit = (arrivalTicks, timestamp) }
        guard let previous = previousTransit else { return }
        let difference = arrivalTicks - previous.arrivalTicks - Int64(timestamp.distance(from: previous.timestamp))
        scaledJitter += difference.magnitude.clampedToInt64 - (scaledJitter + 8) >> 4
    }
}

extension UInt64 {
    fileprivate var clampedToInt64: Int64 { Int64(clamping: self) }
}
