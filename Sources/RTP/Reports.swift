import Bytes
public import Units

/// What a sender sent so far, and which wall clock its timestamps meet (RFC 3550 §6.4.1).
public struct SenderReport: Equatable, Sendable {
    public var sender: SSRC
    /// When the report was sent, by the sender's wall clock.
    public var ntp: NTPTime
    /// The same moment on the stream's own clock.
    public var timestamp: RTPTimestamp
    public var packetCount: UInt32
    /// Payload bytes only.
    public var byteCount: UInt32
    public var blocks: [ReportBlock]

    public init(
        sender: SSRC, ntp: NTPTime, timestamp: RTPTimestamp, packetCount: UInt32, byteCount: UInt32,
        blocks: [ReportBlock] = []
    ) {
        self.sender = sender
        self.ntp = ntp
        self.timestamp = timestamp
        self.packetCount = packetCount
        self.byteCount = byteCount
        self.blocks = blocks
    }
}

/// How well streams arrive, from one who sends none itself (RFC 3550 §6.4.2).
public struct ReceiverReport: Equatable, Sendable {
    public var sender: SSRC
    public var blocks: [ReportBlock]

    public init(sender: SSRC, blocks: [ReportBlock]) {
        self.sender = sender
        self.blocks = blocks
    }
}

extension SenderReport {
    init(parsing packet: Span<UInt8>, blockCount: Int) throws(WireError) {
        try packet.require(28)
        sender = SSRC(packet.uint32(at: 4))
        ntp = NTPTime(packet.uint64(at: 8))
        timestamp = RTPTimestamp(packet.uint32(at: 16))
        packetCount = packet.uint32(at: 20)
        byteCount = packet.uint32(at: 24)
        blocks = try ReportBlock.parseAll(blockCount, in: packet, at: 28)
    }

    func appendBody(to packet: inout [UInt8]) {
        packet.append(bigEndian: sender.rawValue)
        packet.append(bigEndian: ntp.rawValue)
        packet.append(bigEndian: timestamp.rawValue)
        packet.append(bigEndian: packetCount)
        packet.append(bigEndian: byteCount)
        for block in blocks { block.append(to: &packet) }
    }
}

extension ReceiverReport {
    init(parsing packet: Span<UInt8>, blockCount: Int) throws(WireError) {
        try packet.require(8)
        sender = SSRC(packet.uint32(at: 4))
        blocks = try ReportBlock.parseAll(blockCount, in: packet, at: 8)
    }

    func appendBody(to packet: inout [UInt8]) {
        packet.append(bigEndian: sender.rawValue)
        for block in blocks { block.append(to: &packet) }
    }
}
