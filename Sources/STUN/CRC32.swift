/// The checksum of Ethernet and of STUN's FINGERPRINT (ITU-T V.42 §8.1.1.6.2, RFC 8489 §14.7).
enum CRC32 {
    /// The checksum of the bytes in `range`.
    static func checksum(_ bytes: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for index in range {
            remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ bytes[index])] ^ remainder >> 8
        }
        return ~remainder
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
