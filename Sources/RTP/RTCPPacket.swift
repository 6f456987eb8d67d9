public import Bytes
public import Units

/// One of the control packets that travel beside the media (RFC 3550 §6, RFC 4585 §6).
public enum RTCPPacket: Equatable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ReceiverReport)
    case sourceDescription(SourceDescription)
    /// These sources send no more (RFC 3550 §6.6); the reason that may follow is not kept.
    case bye([SSRC])
    case nack(GenericNACK)
    case pictureLossIndication(PictureLossIndication)
    case fullIntraRequest(FullIntraRequest)
    case transportFeedback(TransportFeedback)
    case receiverEstimatedBitrate(ReceiverEstimatedBitrate)
    /// Anything else, well framed: its type, the five bits beside the version, and what follows the header.
    case unknown(type: UInt8, count: UInt8, body: [UInt8])
}

extension RTCPPacket {
    // |V=2|P|  count  |     type      |  length in words, less one    |
    /// Reads a compound packet, or a lone one (RFC 5506 §3.4.1): all of `datagram` or nothing.
    public static func parseCompound(_ datagram: Span<UInt8>) throws(WireError) -> [RTCPPacket] {
        var packets: [RTCPPacket] = []
        var position = 0
        repeat {
            try datagram.require(4, at: position)
            guard datagram[position] >> 6 == 2 else { throw .invalid("version", at: position) }
            let byteCount = (Int(datagram.uint16(at: position + 2)) + 1) * 4
            try datagram.require(byteCount, at: position)
            let padding = try padding(of: datagram, from: position, byteCount: byteCount)
            packets.append(try RTCPPacket(parsing: datagram.extracting(position..<position + byteCount - padding)))
            position += byteCount
        } while position < datagram.count
        return packets
    }

    private static func padding(
        of datagram: Span<UInt8>, from position: Int, byteCount: Int
    ) throws(WireError) -> Int {
        guard datagram[position] & 0x20 != 0 else { return 0 }
        let last = position + byteCount - 1
        let padding = Int(datagram[last])
        guard padding > 0, padding <= byteCount - 4 else { throw .invalid("padding", at: last) }
        return padding
    }

    /// Reads one packet, its padding cut off.
    private init(parsing packet: Span<UInt8>) throws(WireError) {
        let count = packet[0] & 0x1F
        switch (RTCPType(rawValue: packet[1]), count) {
        case (.senderReport, _):
            self = .senderReport(try SenderReport(parsing: packet, blockCount: Int(count)))
        case (.receiverReport, _):
            self = .receiverReport(try ReceiverReport(parsing: packet, blockCount: Int(count)))
        case (.sourceDescription, _):
            self = .sourceDescription(try SourceDescription(parsing: packet, chunkCount: Int(count)))
        case (.bye, _):
            try packet.require(Int(count) * 4, at: 4)
            self = .bye((0..<Int(count)).map { SSRC(packet.uint32(at: 4 + $0 * 4)) })
        case (.transportFeedback, 1): self = .nack(try GenericNACK(parsing: packet))
        case (.transportFeedback, 15): self = .transportFeedback(try TransportFeedback(parsing: packet))
        case (.payloadFeedback, 1):
            try packet.require(12)
            let (sender, media) = (SSRC(packet.uint32(at: 4)), SSRC(packet.uint32(at: 8)))
            self = .pictureLossIndication(PictureLossIndication(sender: sender, media: media))
        case (.payloadFeedback, 4): self = .fullIntraRequest(try FullIntraRequest(parsing: packet))
        case (.payloadFeedback, 15) where Self.isBitrate(packet):
            self = .receiverEstimatedBitrate(try ReceiverEstimatedBitrate(parsing: packet))
        case (.transportFeedback, _), (.payloadFeedback, _), (nil, _):
            var body: [UInt8] = []
            body.append(copying: packet, in: 4..<packet.count)
            self = .unknown(type: packet[1], count: count, body: body)
        }
    }

    /// Whether application-layer feedback is the one kind that we know (RFC 4585 §6.4 leaves it open).
    private static func isBitrate(_ packet: Span<UInt8>) -> Bool {
        packet.count >= 16 && packet.uint32(at: 12) == ReceiverEstimatedBitrate.identifier
    }
}

extension RTCPPacket {
    /// Appends the packet to a compound packet under construction.
    public func append(to datagram: inout [UInt8]) {
        let start = datagram.count
        let (type, count) = header
        datagram.append(0x80 | count)
        datagram.append(type)
        datagram.append(bigEndian: UInt16(0))
        appendBody(to: &datagram)
        let excess = (datagram.count - start) % 4
        if excess != 0 {
            // Only transport feedback ends between words; its padding counts itself in the last byte.
            datagram += [UInt8](repeating: 0, count: 3 - excess) + [UInt8(4 - excess)]
            datagram[start] |= 0x20
        }
        datagram.overwrite(bigEndian: UInt16((datagram.count - start) / 4 - 1), at: start + 2)
    }

    private var header: (type: UInt8, count: UInt8) {
        switch self {
        case .senderReport(let report): (RTCPType.senderReport.rawValue, Self.five(report.blocks.count))
        case .receiverReport(let report): (RTCPType.receiverReport.rawValue, Self.five(report.blocks.count))
        case .sourceDescription(let description):
            (RTCPType.sourceDescription.rawValue, Self.five(description.chunks.count))
        case .bye(let sources): (RTCPType.bye.rawValue, Self.five(sources.count))
        case .nack: (RTCPType.transportFeedback.rawValue, 1)
        case .transportFeedback: (RTCPType.transportFeedback.rawValue, 15)
        case .pictureLossIndication: (RTCPType.payloadFeedback.rawValue, 1)
        case .fullIntraRequest: (RTCPType.payloadFeedback.rawValue, 4)
        case .receiverEstimatedBitrate: (RTCPType.payloadFeedback.rawValue, 15)
        case .unknown(let type, let count, _): (type, Self.five(Int(count)))
        }
    }

    private static func five(_ count: Int) -> UInt8 {
        precondition((0...31).contains(count), "five bits count the parts of a packet")
        return UInt8(count)
    }

    private func appendBody(to datagram: inout [UInt8]) {
        switch self {
        case .senderReport(let report): report.appendBody(to: &datagram)
        case .receiverReport(let report): report.appendBody(to: &datagram)
        case .sourceDescription(let description): description.appendBody(to: &datagram)
        case .bye(let sources): for source in sources { datagram.append(bigEndian: source.rawValue) }
        case .nack(let nack): nack.appendBody(to: &datagram)
        case .transportFeedback(let feedback): feedback.appendBody(to: &datagram)
        case .pictureLossIndication(let indication):
            datagram.append(bigEndian: indication.sender.rawValue)
            datagram.append(bigEndian: indication.media.rawValue)
        case .fullIntraRequest(let request): request.appendBody(to: &datagram)
        case .receiverEstimatedBitrate(let bitrate): bitrate.appendBody(to: &datagram)
        case .unknown(_, _, let body): datagram += body
        }
    }
}

/// The packet types that have a reader (RFC 3550 §12.1, RFC 4585 §6.1).
private enum RTCPType: UInt8 {
    case senderReport = 200
    case receiverReport = 201
    case sourceDescription = 202
    case bye = 203
    case transportFeedback = 205
    case payloadFeedback = 206
}
