import Bytes
import Codecs

/// Puts OBUs, whole or in fragments, behind each other, each with its size.
struct AV1UnitJoining: Sendable {
    /// Where the gap lies that is left for the size of the unit in hand; its fragments follow.
    private var gap: Int?

    /// How much is left for a size before it is known: most units that need fragments have 128…16,383 bytes.
    private static let gapByteCount = 2

    /// Whether fragments of a unit have come but not its end.
    var isUnderWay: Bool { gap != nil }

    /// Begins a unit with its first fragment.
    mutating func begin(_ payload: Span<UInt8>, in range: Range<Int>, in assembly: inout FrameAssembly) {
        gap = assembly.bytes.count
        assembly.append(UInt16(0))
        assembly.append(payload, in: range)
    }

    /// Adds a fragment.
    mutating func append(_ payload: Span<UInt8>, in range: Range<Int>, to assembly: inout FrameAssembly) {
        assembly.append(payload, in: range)
    }

    /// Ends the unit, and says where it came to lie; nothing if it is left out.
    mutating func end(in assembly: inout FrameAssembly) -> AV1.Unit? {
        guard let start = gap else { return nil }
        gap = nil
        let raw = start + Self.gapByteCount
        guard let unit = Self.unit(at: raw, in: assembly.bytes.span) else {
            assembly.markMalformed()
            return nil
        }
        guard !Self.isLeftOut(unit) else {
            assembly.truncate(to: start)
            return nil
        }
        let headerByteCount = assembly.bytes[raw] & 4 != 0 ? 2 : 1
        let sizeByteCount = AV1.leb128ByteCount(unit.payload.count)
        let payloadStart = start + headerByteCount + sizeByteCount
        assembly.reshape { bytes in
            bytes[start] = bytes[raw] | 2
            if headerByteCount == 2 { bytes[start + 1] = bytes[raw + 1] }
            let excess = unit.payload.lowerBound - payloadStart
            if excess > 0 { bytes.removeSubrange(payloadStart..<payloadStart + excess) }
            if excess < 0 { bytes.insert(contentsOf: repeatElement(0, count: -excess), at: unit.payload.lowerBound) }
            Self.writeSize(unit.payload.count, at: start + headerByteCount, in: &bytes)
        }
        return try? AV1.unit(at: start, in: assembly.bytes.span)
    }

    /// Adds a unit that came in one piece, and says where it came to lie; nothing if it is left out.
    func appendWhole(_ payload: Span<UInt8>, in range: Range<Int>, to assembly: inout FrameAssembly) -> AV1.Unit? {
        guard let unit = Self.unit(at: 0, in: payload.extracting(range)) else {
            assembly.markMalformed()
            return nil
        }
        guard !Self.isLeftOut(unit) else { return nil }
        let start = assembly.bytes.count
        let first = payload[range.lowerBound]
        assembly.append(first | 2)
        if first & 4 != 0 { assembly.append(payload[range.lowerBound + 1]) }
        assembly.reshape { AV1.appendLEB128(unit.payload.count, to: &$0) }
        let lower = range.lowerBound + unit.payload.lowerBound
        assembly.append(payload, in: lower..<lower + unit.payload.count)
        guard !assembly.isBroken else { return nil }
        return try? AV1.unit(at: start, in: assembly.bytes.span)
    }

    /// A unit that reaches from `start` to the end, whether it tells its size or not.
    private static func unit(at start: Int, in bytes: Span<UInt8>) -> AV1.Unit? {
        guard let unit = try? AV1.unit(at: start, in: bytes), unit.range.upperBound == bytes.count else { return nil }
        return unit
    }

    /// Temporal delimiters and tile lists are of no use to receivers (§4.4), and samples hold no padding (AV1 in
    /// ISOBMFF §2.4).
    private static func isLeftOut(_ unit: AV1.Unit) -> Bool {
        unit.type == .temporalDelimiter || unit.type == .tileList || unit.type == .padding
    }

    private static func writeSize(_ size: Int, at start: Int, in bytes: inout [UInt8]) {
        let count = AV1.leb128ByteCount(size)
        for index in 0..<count {
            let group = UInt8(size >> (7 * index) & 0x7F)
            bytes[start + index] = index + 1 < count ? group | 0x80 : group
        }
    }
}
