public import Bytes
public import RTP
public import Units

/// Keeps the packets that one stream sent last, to send them again when they are missed (RFC 4588).
public struct RetransmissionHistory: Sendable {
    /// The stream that repairs travel on.
    public struct Stream: Equatable, Sendable {
        public var ssrc: SSRC
        public var payloadType: PayloadType
        public var nextSequenceNumber: UInt16

        public init(ssrc: SSRC, payloadType: PayloadType, nextSequenceNumber: UInt16) {
            self.ssrc = ssrc
            self.payloadType = payloadType
            self.nextSequenceNumber = nextSequenceNumber
        }
    }

    private struct Slot: Sendable {
        var fields: RTPFields?
        var payload: [UInt8] = []
        var lastSent = Instant(nanoseconds: 0)
    }

    /// Packets sent again.
    public private(set) var retransmittedCount = 0
    /// Requests for packets that are not kept any more, or never were sent.
    public private(set) var missedCount = 0

    private var slots: [Slot]

    /// Keeps up to `capacity` packets, a power of two.
    ///
    /// A second of 8 Mbit/s is about 1000 packets.
    public init(capacity: Int = 1024) {
        precondition(capacity > 0 && capacity <= 32_768 && capacity & (capacity - 1) == 0, "a power of two")
        slots = [Slot](repeating: Slot(), count: capacity)
    }

    /// Keeps a packet that is being sent, in the place of the oldest.
    public mutating func keep(_ fields: RTPFields, payload: Span<UInt8>, at now: Instant) {
        let index = index(of: fields.sequenceNumber)
        slots[index].fields = fields
        slots[index].lastSent = now
        slots[index].payload.removeAll(keepingCapacity: true)
        slots[index].payload.append(copying: payload)
    }

    /// Writes a kept packet into `packet` once more, and says whether it did.
    ///
    /// With a `stream`, as its next packet; else exactly as before. A packet that was sent less than a round trip ago
    /// is not sent again: the request crossed it on the way.
    public mutating func retransmit(
        _ sequenceNumber: UInt16, on stream: inout Stream?, extensions: [RTPExtension] = [], roundTrip: Duration,
        at now: Instant, into packet: inout PacketBuffer
    ) -> Bool {
        let index = index(of: sequenceNumber)
        guard var fields = slots[index].fields, fields.sequenceNumber == sequenceNumber else {
            missedCount += 1
            return false
        }
        guard slots[index].lastSent + roundTrip <= now else { return false }
        var original: UInt16?
        if let repair = stream {
            original = sequenceNumber
            fields.ssrc = repair.ssrc
            fields.payloadType = repair.payloadType
            fields.sequenceNumber = repair.nextSequenceNumber
            stream?.nextSequenceNumber &+= 1
        }
        let payload = slots[index].payload
        RTPWriter.write(
            fields, extensions: extensions, originalSequenceNumber: original, payload: payload.span, into: &packet)
        slots[index].lastSent = now
        retransmittedCount += 1
        return true
    }

    /// What a kept packet was sent as; nothing if it is not kept.
    public func payloadType(of sequenceNumber: UInt16) -> PayloadType? {
        guard let fields = slots[index(of: sequenceNumber)].fields else { return nil }
        return fields.sequenceNumber == sequenceNumber ? fields.payloadType : nil
    }

    private func index(of sequenceNumber: UInt16) -> Int { Int(sequenceNumber) & (slots.count - 1) }
}
