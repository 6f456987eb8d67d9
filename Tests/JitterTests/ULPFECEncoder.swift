import Bytes

/// Makes ULPFEC payloads, level 0 only, straight from RFC 5109 §7 and without a thought of speed.
struct ULPFECEncoder {
    /// Protects whole RTP packets; `reach` cuts how much of each, all of it if absent.
    static func protect(_ packets: [[UInt8]], reach: Int? = nil) -> [UInt8] {
        let numbers = packets.map { UInt16($0[2]) << 8 | UInt16($0[3]) }
        // The base is the earliest: the one that none lies closely before.
        let base = numbers.first { base in numbers.allSatisfy { $0 &- base < 48 } } ?? 0
        let isLong = numbers.contains { $0 &- base >= 16 }
        let longest = packets.map(\.count).max() ?? 12
        let protected = min(reach ?? .max, longest - 12)
        var head = [UInt8](repeating: 0, count: 10)
        var (mask, body) = (UInt64(0), [UInt8](repeating: 0, count: protected))
        for (number, packet) in zip(numbers, packets) {
            head[0] ^= packet[0] & 0x3F
            head[1] ^= packet[1]
            for index in 4..<8 { head[index] ^= packet[index] }
            head[8] ^= UInt8((packet.count - 12) >> 8)
            head[9] ^= UInt8((packet.count - 12) & 0xFF)
            mask |= 1 << UInt64(47 - (number &- base))
            for index in 0..<min(protected, packet.count - 12) { body[index] ^= packet[12 + index] }
        }
        if isLong { head[0] |= 0x40 }
        head.overwrite(bigEndian: base, at: 2)
        head.append(bigEndian: UInt16(protected))
        head.append(bigEndian: UInt16(mask >> 32))
        if isLong { head.append(bigEndian: UInt32(truncatingIfNeeded: mask)) }
        return head + body
    }
}
