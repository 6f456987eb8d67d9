import Bytes

/// Makes small transport streams for tests (ISO/IEC 13818-1).
public struct TransportWriter {
    public static let pictures: UInt16 = 0x100
    public static let sound: UInt16 = 0x101
    private static let map: UInt16 = 0x1000

    public private(set) var bytes: [UInt8] = []
    private var counters: [UInt16: UInt8] = [:]

    public init() {}

    /// The tables of a program whose streams have these types.
    public mutating func tables(pictures: UInt8? = 0x1B, sound: UInt8? = 0x0F) {
        section([0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0 | UInt8(Self.map >> 8), UInt8(Self.map & 255)], 0)
        var streams: [UInt8] = []
        for (type, identifier) in [(pictures, Self.pictures), (sound, Self.sound)] {
            guard let type else { continue }
            streams += [type, 0xE0 | UInt8(identifier >> 8), UInt8(identifier & 255), 0xF0, 0]
        }
        let length = UInt8(9 + streams.count + 4)
        section([2, 0xB0, length, 0, 1, 0xC1, 0, 0, 0xE1, 0, 0xF0, 0] + streams, Self.map)
    }

    /// One unit of the pictures: a whole picture as a byte stream.
    public mutating func picture(_ payload: [UInt8], presentation: Int64?, decode: Int64? = nil) {
        unit(Self.pictures, 0xE0, payload, presentation: presentation, decode: decode, hasLength: false)
    }

    /// One unit of the sound: packets with headers.
    public mutating func sound(_ payload: [UInt8], presentation: Int64?) {
        unit(Self.sound, 0xC0, payload, presentation: presentation, decode: nil, hasLength: true)
    }

    /// One unit of any stream.
    public mutating func unit(
        _ identifier: UInt16, _ stream: UInt8, _ payload: [UInt8], presentation: Int64?, decode: Int64?,
        hasLength: Bool
    ) {
        var stamps: [UInt8] = []
        if let presentation { stamps += stamp(presentation, prefix: decode == nil ? 2 : 3) }
        if let decode { stamps += stamp(decode, prefix: 1) }
        let flags: UInt8 = presentation == nil ? 0 : decode == nil ? 0x80 : 0xC0
        var unit: [UInt8] = [0, 0, 1, stream]
        unit.append(bigEndian: UInt16(hasLength ? 3 + stamps.count + payload.count : 0))
        unit += [0x80, flags, UInt8(stamps.count)] + stamps + payload
        packets(unit, identifier)
    }

    private func stamp(_ ticks: Int64, prefix: UInt8) -> [UInt8] {
        let value = UInt64(bitPattern: ticks) & 0x1_FFFF_FFFF
        return [
            prefix << 4 | UInt8(value >> 30) << 1 | 1, UInt8(value >> 22 & 255), UInt8(value >> 15 & 127) << 1 | 1,
            UInt8(value >> 7 & 255), UInt8(value & 127) << 1 | 1,
        ]
    }

    private mutating func section(_ content: [UInt8], _ identifier: UInt16) {
        var section = content
        section.append(bigEndian: checksum(content))
        packets([0] + section, identifier, filler: 0xFF)
    }

    private mutating func packets(_ unit: [UInt8], _ identifier: UInt16, filler: UInt8? = nil) {
        var rest = unit[...]
        var isFirst = true
        repeat {
            let counter = counters[identifier, default: 0]
            counters[identifier] = (counter + 1) & 15
            var header: [UInt8] = [
                0x47, (isFirst ? 0x40 : 0) | UInt8(identifier >> 8), UInt8(identifier & 255), 0x10 | counter,
            ]
            var part = Array(rest.prefix(184))
            rest = rest.dropFirst(184)
            if let filler {
                part += [UInt8](repeating: filler, count: 184 - part.count)
            } else if part.count < 184 {
                // What is left is filled up in front of the payload.
                header[3] |= 0x20
                let count = 183 - part.count
                header.append(UInt8(count))
                if count > 0 { header += [0] + [UInt8](repeating: 0xFF, count: count - 1) }
            }
            bytes += header + part
            isFirst = false
        } while !rest.isEmpty
    }

    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = remainder >> 31 != UInt32(byte >> UInt8(7 - bit) & 1)
                remainder = remainder << 1 ^ (isSet ? 0x04C1_1DB7 : 0)
            }
        }
        return remainder
    }
}
