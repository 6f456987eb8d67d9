import Bytes
public import Units

/// Packets that a receiver misses and wants again (RFC 4585 §6.2.1).
public struct GenericNACK: Equatable, Sendable {
    public var sender: SSRC
    /// The stream that misses them.
    public var media: SSRC
    /// The missing ones, in the order in which they were sent.
    public var sequenceNumbers: [UInt16]

    public init(sender: SSRC, media: SSRC, sequenceNumbers: [UInt16]) {
        self.sender = sender
        self.media = media
        self.sequenceNumbers = sequenceNumbers
    }
}

extension GenericNACK {
    // |            PID (16)           |            BLP (16)           |
    // PID is missing; bit i of BLP says that PID + i + 1 is missing as well.
    init(parsing packet: Span<UInt8>) throws(WireError) {
        try packet.require(12)
        sender = SSRC(packet.uint32(at: 4))
        media = SSRC(packet.uint32(at: 8))
        sequenceNumbers = []
        for position in stride(from: 12, through: packet.count - 4, by: 4) {
            let first = packet.uint16(at: position)
            let bitmask = packet.uint16(at: position + 2)
            sequenceNumbers.append(first)
            for bit in UInt16(0)..<16 where bitmask >> bit & 1 == 1 {
                sequenceNumbers.append(first &+ bit &+ 1)
            }
        }
    }

    func appendBody(to packet: inout [UInt8]) {
        packet.append(bigEndian: sender.rawValue)
        packet.append(bigEndian: media.rawValue)
        var index = 0
        while index < sequenceNumbers.count {
            let first = sequenceNumbers[index]
            var bitmask: UInt16 = 0
            index += 1
            while index < sequenceNumbers.count {
                let distance = sequenceNumbers[index] &- first
                guard (1...16).contains(distance) else { break }
                bitmask |= 1 << (distance - 1)
                index += 1
            }
            packet.append(bigEndian: first)
            packet.append(bigEndian: bitmask)
        }
    }
}
