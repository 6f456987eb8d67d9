public import Bytes

/// The header of a PES packet: one or more pictures or packets of sound, and when (ISO/IEC 13818-1 §2.4.3.6).
public struct PESHeader: Equatable, Sendable {
    public var streamIdentifier: UInt8
    /// How many bytes the packet has behind this header; nothing if it does not say, which pictures' may.
    public var payloadByteCount: Int?
    /// When it is shown, in 33 bits that wrap, 90,000 ticks a second.
    public var presentation: UInt64?
    /// When it is decoded, if that is another moment.
    public var decode: UInt64?
    /// Where its payload begins.
    public var payloadStart: Int

    /// Whether a stream identifier is one of pictures or sound (table 2-18).
    static func isMedia(_ identifier: UInt8) -> Bool { (0xC0...0xEF).contains(identifier) }

    static func kind(_ identifier: UInt8) -> StreamKind {
        (0xE0...0xEF).contains(identifier) ? .unnamedPictures : .unnamedSound
    }

    // | 00 00 01 | stream | length (16) | 10 … | flags: time stamps in the upper two | header length | stamps …
    /// Reads the header at the start of a packet.
    public init(parsing bytes: Span<UInt8>) throws(WireError) {
        var reader = ByteReader(bytes)
        guard try reader.readUInt24() == 1 else { throw .invalid("packet_start_code_prefix", at: 0) }
        streamIdentifier = try reader.read()
        guard Self.isMedia(streamIdentifier) else { throw .invalid("stream_id", at: 3) }
        let length = Int(try reader.read(UInt16.self))
        guard try reader.read(UInt8.self) >> 6 == 2 else { throw .invalid("PES header", at: 6) }
        let flags: UInt8 = try reader.read()
        let headerByteCount = Int(try reader.read(UInt8.self))
        payloadStart = 9 + headerByteCount
        guard payloadStart <= bytes.count else {
            throw .truncated(at: 9, needed: headerByteCount, available: bytes.count - 9)
        }
        if length > 0 {
            payloadByteCount = length - 3 - headerByteCount
            guard length >= 3 + headerByteCount else { throw .invalid("PES_packet_length", at: 4) }
        }
        if flags & 0x80 != 0, headerByteCount >= 5 { presentation = try Self.stamp(&reader) }
        if flags & 0xC0 == 0xC0, headerByteCount >= 10 { decode = try Self.stamp(&reader) }
    }

    // | 4 bits | 3 of the stamp | 1 | 15 | 1 | 15 | 1 |
    private static func stamp(_ reader: inout ByteReader) throws(WireError) -> UInt64? {
        let high = UInt64(try reader.read(UInt8.self))
        let middle = UInt64(try reader.read(UInt16.self))
        let low = UInt64(try reader.read(UInt16.self))
        // Marker bits that are not set say that this is no stamp.
        guard high & 1 == 1, middle & 1 == 1, low & 1 == 1 else { return nil }
        return (high >> 1 & 7) << 30 | (middle >> 1) << 15 | low >> 1
    }
}
