import Bytes
import Secure

/// Where the parts of a packet lie that SRTP treats differently.
enum PacketLayout {
    /// The SRTCP index and its encryption bit (RFC 3711 §3.4).
    static let indexWordByteCount = 4
    /// What of an RTCP packet stays in the clear: its first header, and the SSRC.
    static let controlHeaderByteCount = 8

    /// How long an RTP packet's header is with contributors and extension (RFC 3550 §5.1, §5.3.1).
    static func headerByteCount(of packet: Span<UInt8>) throws(SecureError) -> Int {
        guard packet.count >= 12 else { throw .malformed }
        var count = 12 + 4 * Int(packet[0] & 0x0F)
        if packet[0] & 0x10 != 0 {
            guard packet.count >= count + 4 else { throw .malformed }
            count += 4 + 4 * (Int(packet[count + 2]) << 8 | Int(packet[count + 3]))
        }
        guard packet.count >= count else { throw .malformed }
        return count
    }

    static func sequenceNumber(of packet: Span<UInt8>) -> UInt16 { UInt16(packet[2]) << 8 | UInt16(packet[3]) }

    /// Four bytes, big-endian.
    static func word(of packet: Span<UInt8>, at offset: Int) -> UInt32 {
        var word: UInt32 = 0
        for index in offset..<offset + 4 { word = word << 8 | UInt32(packet[index]) }
        return word
    }
}

extension PacketBuffer {
    /// Appends the SRTCP index, and that what comes before is encrypted.
    mutating func appendIndexWord(_ index: UInt32) {
        let word = index | 1 << 31
        for shift: UInt32 in [24, 16, 8, 0] {
            storage[count] = UInt8(truncatingIfNeeded: word >> shift)
            count += 1
        }
    }
}
