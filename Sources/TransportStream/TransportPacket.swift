public import Bytes

/// The header of one packet of a transport stream (ISO/IEC 13818-1 §2.4.3.2).
public struct TransportPacket: Equatable, Sendable {
    public static let byteCount = 188
    static let syncByte: UInt8 = 0x47
    /// Packets that only fill the stream (§2.4.1).
    static let nullIdentifier: UInt16 = 0x1FFF

    /// Whose packet it is.
    public var identifier: UInt16
    /// Whether a section or a PES packet begins in it.
    public var beginsUnit: Bool
    /// Whether a gateway found it damaged.
    public var isDamaged: Bool
    public var isScrambled: Bool
    /// Counts the stream's packets with payload, modulo 16.
    public var counter: UInt8
    /// Whether the counter may jump here (§2.4.3.4).
    public var announcesDiscontinuity = false
    /// Whether bytes fill up what the payload left, which happens where a unit ends.
    public var hasStuffing = false
    /// Where in the packet its payload lies; empty if it has none.
    public var payload: Range<Int>

    // | 47 |E|U|P| identifier (13) | scrambling (2) | adaptation (1) | payload (1) | counter (4) |
    // | if adaptation: length (8) | flags (8) | … stuffing |   payload …
    /// Reads the header of a packet of 188 bytes.
    ///
    /// A sync byte that is not there is no reason to refuse it: whoever found the packet knows where it begins.
    public init(parsing bytes: Span<UInt8>) throws(WireError) {
        guard bytes.count >= Self.byteCount else {
            throw .truncated(at: 0, needed: Self.byteCount, available: bytes.count)
        }
        isDamaged = bytes[1] & 0x80 != 0
        beginsUnit = bytes[1] & 0x40 != 0
        identifier = UInt16(bytes[1] & 0x1F) << 8 | UInt16(bytes[2])
        isScrambled = bytes[3] & 0xC0 != 0
        counter = bytes[3] & 0x0F
        var start = 4
        if bytes[3] & 0x20 != 0 {
            let length = Int(bytes[4])
            start += 1 + length
            guard start <= Self.byteCount else { throw .invalid("adaptation_field_length", at: 4) }
            if length > 0 {
                announcesDiscontinuity = bytes[5] & 0x80 != 0
                hasStuffing = length > Self.fieldByteCount(flags: bytes[5])
            } else {
                hasStuffing = true
            }
        }
        payload = bytes[3] & 0x10 != 0 ? start..<Self.byteCount : Self.byteCount..<Self.byteCount
    }

    /// How many bytes an adaptation field has at the least, by its flags: clock references and the splice's countdown.
    private static func fieldByteCount(flags: UInt8) -> Int {
        1 + (flags & 0x10 != 0 ? 6 : 0) + (flags & 0x08 != 0 ? 6 : 0) + (flags & 0x04 != 0 ? 1 : 0)
    }
}
