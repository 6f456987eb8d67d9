public import Bytes
public import Units

/// The header of an RTP packet (RFC 3550 §5.1); payload and extensions stay in the datagram.
public struct RTPHeader: Equatable, Sendable {
    /// Whether a frame ends here (video), or a talkspurt begins (audio).
    public var marker: Bool
    public var payloadType: PayloadType
    public var sequenceNumber: UInt16
    public var timestamp: RTPTimestamp
    public var ssrc: SSRC

    /// Where the payload lies in the datagram, padding cut off.
    ///
    /// Empty in packets that only probe for bandwidth.
    public var payload: Range<Int>

    /// Where the header extension's elements lie in the datagram; empty if there is none.
    public var extensionBlock: Range<Int>

    /// Which form those elements have (RFC 8285 §4.2, §4.3); 0 if there are none.
    public var extensionProfile: UInt16

    // |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    // |                           timestamp                           |
    // |                             SSRC                              |
    // |                   CSRC, four bytes each, CC of them           |
    // |  if X: profile (16), length in words (16), that many words    |
    // |  payload …                     if P: padding, its last byte   |
    /// Reads the header of `datagram`, a decrypted packet.
    public init(parsing datagram: Span<UInt8>) throws(WireError) {
        try datagram.require(Self.fixedByteCount)
        let flags = datagram[0]
        guard flags >> 6 == 2 else { throw .invalid("version", at: 0) }
        marker = datagram[1] & 0x80 != 0
        payloadType = PayloadType(datagram[1])
        sequenceNumber = datagram.uint16(at: 2)
        timestamp = RTPTimestamp(datagram.uint32(at: 4))
        ssrc = SSRC(datagram.uint32(at: 8))

        var position = Self.fixedByteCount + Int(flags & 0x0F) * 4
        extensionProfile = 0
        extensionBlock = position..<position
        if flags & 0x10 != 0 {
            try datagram.require(4, at: position)
            extensionProfile = datagram.uint16(at: position)
            let byteCount = Int(datagram.uint16(at: position + 2)) * 4
            position += 4
            extensionBlock = position..<position + byteCount
            position += byteCount
        }
        try datagram.require(0, at: position)

        var end = datagram.count
        if flags & 0x20 != 0 {
            let padding = Int(datagram[end - 1])
            guard padding > 0, padding <= end - position else { throw .invalid("padding", at: end - 1) }
            end -= padding
        }
        payload = position..<end
    }

    /// The length of the header without contributors and extensions.
    static let fixedByteCount = 12
}
