public import Bytes

/// What one ULPFEC packet protects, and with what (RFC 5109 §7.3, §7.4).
///
/// Only level 0 is read. Further levels protect the beginnings of packets better than their ends, which no browser
/// asks for: Chromium and all who took its code send one level as long as the longest packet.
public struct ULPFECPacket: Equatable, Sendable {
    /// The first sequence number that may be protected.
    public var baseSequenceNumber: UInt16
    /// Bit *i*, the lowest being 0, says that the base and *i* more is protected.
    public var mask: UInt64

    /// P, X and CC of the protected headers, as they stand in an RTP header's first byte, combined by XOR.
    public var flags: UInt8
    /// M and PT of the protected headers, combined likewise.
    public var markerAndType: UInt8
    /// The timestamps, combined likewise.
    public var timestamp: UInt32
    /// How many bytes follow the fixed header of each, combined likewise.
    public var length: UInt16

    /// Where the combined bytes lie in the payload that was parsed: as many of each packet are protected, counted
    /// from the end of its fixed header.
    public var protection: Range<Int>

    // |E|L|P|X|  CC   |M| PT recovery |            SN base            |
    // |                          TS recovery                          |
    // |        length recovery        |       protection length       |
    // |             mask              |    if L: 32 more bits of it   |
    // then as many bytes as the protection length says.
    /// Reads the payload of an FEC packet.
    public init(parsing payload: Span<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        let first: UInt8 = try reader.read()
        flags = first & 0x3F
        markerAndType = try reader.read()
        baseSequenceNumber = try reader.read()
        timestamp = try reader.read()
        length = try reader.read()
        let protectedByteCount: UInt16 = try reader.read()
        let short: UInt16 = try reader.read()
        var bits = UInt64(short) << 48
        if first & 0x40 != 0 {
            let more: UInt32 = try reader.read()
            bits |= UInt64(more) << 16
        }
        // The wire's highest bit is the base itself.
        mask = bits.bitReversed
        guard mask != 0 else { throw .invalid("mask", at: 12) }
        let start = reader.position
        try reader.skip(Int(protectedByteCount))
        protection = start..<reader.position
    }
}

extension UInt64 {
    fileprivate var bitReversed: UInt64 {
        var (rest, reversed): (UInt64, UInt64) = (self, 0)
        while rest != 0 {
            reversed |= 1 << UInt64(rest.leadingZeroBitCount)
            rest &= ~(1 << UInt64(63 - rest.leadingZeroBitCount))
        }
        return reversed
    }
}
