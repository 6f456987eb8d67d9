import Bytes

/// Puts the sections of one identifier together: tables that say what a stream holds (ISO/IEC 13818-1 §2.4.4).
struct SectionReader: Sendable {
    /// The longest section of these tables (§2.4.4.5).
    static let maximumByteCount = 1_024

    private var open: [UInt8] = []

    /// Takes a packet's payload, and returns the section that it completes, its checksum proven and cut off.
    mutating func push(_ payload: Span<UInt8>, beginsUnit: Bool) -> [UInt8]? {
        var start = 0
        if beginsUnit {
            // A pointer says how many bytes still belong to the section before.
            guard payload.count > 0, Int(payload[0]) + 1 < payload.count else {
                open = []
                return nil
            }
            start = 1 + Int(payload[0])
            open = []
        } else if open.isEmpty {
            return nil
        }
        open.append(copying: payload, in: start..<payload.count)
        return completed()
    }

    /// Forgets the open section, of which something is missing.
    mutating func abandon() { open = [] }

    private mutating func completed() -> [UInt8]? {
        guard open.count >= 3 else { return nil }
        let byteCount = 3 + (Int(open[1] & 0x0F) << 8 | Int(open[2]))
        guard byteCount <= Self.maximumByteCount, byteCount >= 12 else {
            open = []
            return nil
        }
        guard open.count >= byteCount else { return nil }
        defer { open = [] }
        let section = Array(open[..<byteCount])
        // A checksum over itself is zero (annex A).
        return Self.checksum(section) == 0 ? Array(section.dropLast(4)) : nil
    }

    /// The CRC of annex A: polynomial 04C11DB7, all ones at first, highest bit first.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte) << 24
            for _ in 0..<8 {
                remainder = remainder & 0x8000_0000 != 0 ? remainder << 1 ^ 0x04C1_1DB7 : remainder << 1
            }
        }
        return remainder
    }
}
