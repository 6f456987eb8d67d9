public import Bytes

/// What must be known of AV1 to carry it: open bitstream units and the heads of frames (AV1 Bitstream & Decoding Process
/// Specification).
public enum AV1 {
    /// What an open bitstream unit (OBU) holds (§6.2.2).
    public enum UnitType: UInt8, Sendable {
        case sequenceHeader = 1
        case temporalDelimiter = 2
        case frameHeader = 3
        case tileGroup = 4
        case metadata = 5
        /// A frame header and a tile group in one.
        case frame = 6
        case redundantFrameHeader = 7
        case tileList = 8
        case padding = 15

        /// Whether it begins with the head of a frame.
        public var beginsWithFrameHeader: Bool { self == .frameHeader || self == .frame }
    }

    // |F|  type (4) |X|S|0|   | temporal (3) | spatial (2) | 000 |  if X    | size, LEB128 |  if S
    /// An open bitstream unit within a frame.
    public struct Unit: Equatable, Sendable {
        /// Nothing if it is reserved.
        public var type: UnitType?
        public var temporalLayer: Int
        public var spatialLayer: Int
        /// Header and all.
        public var range: Range<Int>
        /// What lies behind header and size.
        public var payload: Range<Int>
    }

    /// Reads the unit that starts at `start`; one without size reaches to the end.
    public static func unit(at start: Int, in bytes: Span<UInt8>) throws(WireError) -> Unit {
        var position = start
        guard start < bytes.count else { throw .truncated(at: start, needed: 1, available: 0) }
        let header = bytes[start]
        guard header & 0x80 == 0 else { throw .invalid("obu_forbidden_bit", at: start) }
        position += 1
        var layers: UInt8 = 0
        if header & 4 != 0 {
            guard position < bytes.count else { throw .truncated(at: position, needed: 1, available: 0) }
            layers = bytes[position]
            position += 1
        }
        var end = bytes.count
        if header & 2 != 0 {
            let size = try readLEB128(bytes, at: &position)
            guard size <= bytes.count - position else {
                throw .truncated(at: position, needed: size, available: bytes.count - position)
            }
            end = position + size
        }
        return Unit(
            type: UnitType(rawValue: header >> 3 & 0xF), temporalLayer: Int(layers >> 5),
            spatialLayer: Int(layers >> 3 & 3), range: start..<end, payload: position..<end)
    }

    /// The units of a frame, as many as are whole.
    public static func units(in frame: [UInt8]) -> [Unit] {
        var units: [Unit] = []
        var position = 0
        while position < frame.count, let unit = try? unit(at: position, in: frame.span) {
            units.append(unit)
            position = unit.range.upperBound
        }
        return units
    }
}

extension AV1 {
    /// Reads a number of seven bits a byte, least significant first (§4.10.5), and moves behind it.
    public static func readLEB128(_ bytes: Span<UInt8>, at position: inout Int) throws(WireError) -> Int {
        var value = 0
        let start = position
        for index in 0..<8 {
            guard start + index < bytes.count else { throw .truncated(at: start, needed: index + 1, available: index) }
            let byte = bytes[start + index]
            value |= Int(byte & 0x7F) << (7 * index)
            guard byte & 0x80 == 0 else { continue }
            // A number of this kind shall fit 32 bits.
            guard value <= Int(UInt32.max) else { throw .invalid("leb128", at: start) }
            position = start + index + 1
            return value
        }
        throw .invalid("leb128", at: start)
    }

    /// Appends a number of seven bits a byte, in as few bytes as hold it.
    public static func appendLEB128(_ value: Int, to bytes: inout [UInt8]) {
        precondition((0...Int(UInt32.max)).contains(value), "a number of this kind fits 32 bits")
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// How many bytes a number takes at least.
    public static func leb128ByteCount(_ value: Int) -> Int {
        var (count, rest) = (1, value >> 7)
        while rest > 0 { (count, rest) = (count + 1, rest >> 7) }
        return count
    }
}
