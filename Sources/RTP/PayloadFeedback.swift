import Bytes
public import Units

/// A decoder cannot go on without a keyframe (RFC 4585 §6.3.1).
public struct PictureLossIndication: Equatable, Sendable {
    public var sender: SSRC
    /// The stream whose keyframe is wanted.
    public var media: SSRC

    public init(sender: SSRC, media: SSRC) {
        self.sender = sender
        self.media = media
    }
}

/// A command to send keyframes (RFC 5104 §4.3.1).
public struct FullIntraRequest: Equatable, Sendable {
    /// One stream that shall begin afresh.
    public struct Entry: Equatable, Sendable {
        public var media: SSRC
        /// Tells a new command from a repeated one.
        public var sequenceNumber: UInt8

        public init(media: SSRC, sequenceNumber: UInt8) {
            self.media = media
            self.sequenceNumber = sequenceNumber
        }
    }

    public var sender: SSRC
    public var entries: [Entry]

    public init(sender: SSRC, entries: [Entry]) {
        self.sender = sender
        self.entries = entries
    }
}

/// How much a receiver believes it can take (draft-alvestrand-rmcat-remb-03 §2.2).
public struct ReceiverEstimatedBitrate: Equatable, Sendable {
    public var sender: SSRC
    /// For all of `streams` together; what does not fit a 64-bit number is cut to the largest.
    public var bitsPerSecond: UInt64
    public var streams: [SSRC]

    public init(sender: SSRC, bitsPerSecond: UInt64, streams: [SSRC]) {
        precondition(streams.count <= 255, "a bitrate message names at most 255 streams")
        self.sender = sender
        self.bitsPerSecond = bitsPerSecond
        self.streams = streams
    }
}

extension FullIntraRequest {
    init(parsing packet: Span<UInt8>) throws(WireError) {
        try packet.require(12)
        sender = SSRC(packet.uint32(at: 4))
        entries = []
        for position in stride(from: 12, through: packet.count - 8, by: 8) {
            let media = SSRC(packet.uint32(at: position))
            entries.append(Entry(media: media, sequenceNumber: packet[position + 4]))
        }
    }

    func appendBody(to packet: inout [UInt8]) {
        packet.append(bigEndian: sender.rawValue)
        // The media source of the header is unused (§4.3.1.1).
        packet.append(bigEndian: UInt32(0))
        for entry in entries {
            packet.append(bigEndian: entry.media.rawValue)
            packet.append(bigEndian: UInt32(entry.sequenceNumber) << 24)
        }
    }
}

extension ReceiverEstimatedBitrate {
    // |  'R' 'E' 'M' 'B'                                              |
    // |  count of SSRCs (8) | exponent (6) | mantissa (18)            |
    // |  SSRC …
    static let identifier: UInt32 = 0x5245_4D42

    init(parsing packet: Span<UInt8>) throws(WireError) {
        try packet.require(20)
        sender = SSRC(packet.uint32(at: 4))
        let word = packet.uint32(at: 16)
        let (exponent, mantissa) = (UInt64(word >> 18 & 0x3F), UInt64(word & 0x3FFFF))
        bitsPerSecond = (mantissa << exponent) >> exponent == mantissa ? mantissa << exponent : .max
        let count = Int(word >> 24)
        try packet.require(count * 4, at: 20)
        streams = (0..<count).map { SSRC(packet.uint32(at: 20 + $0 * 4)) }
    }

    func appendBody(to packet: inout [UInt8]) {
        var (exponent, mantissa) = (UInt32(0), bitsPerSecond)
        while mantissa > 0x3FFFF {
            mantissa >>= 1
            exponent += 1
        }
        packet.append(bigEndian: sender.rawValue)
        packet.append(bigEndian: UInt32(0))
        packet.append(bigEndian: Self.identifier)
        packet.append(bigEndian: UInt32(streams.count) << 24 | exponent << 18 | UInt32(mantissa))
        for stream in streams { packet.append(bigEndian: stream.rawValue) }
    }
}
