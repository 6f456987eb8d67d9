extension AV1 {
    /// Whether a temporal unit can be decoded without any earlier one: it has a sequence header, and its first frame
    /// is a key frame that is shown at once.
    public static func isKeyframe(_ temporalUnit: [UInt8]) -> Bool {
        guard let header = sequenceHeader(in: temporalUnit) else { return false }
        guard let parsed = try? SequenceHeader(parsing: header) else { return false }
        for unit in units(in: temporalUnit) where unit.type?.beginsWithFrameHeader == true {
            let payload = temporalUnit.span.extracting(unit.payload)
            guard let frame = try? FrameHeader(parsing: payload, of: unit, in: parsed) else { return false }
            return frame.type == .key && frame.isShown && frame.existingSlot == nil
        }
        return false
    }

    /// The sequence header of a temporal unit as a whole OBU with its size; nothing if there is none.
    public static func sequenceHeader(in temporalUnit: [UInt8]) -> [UInt8]? {
        var position = 0
        while position < temporalUnit.count, let unit = try? unit(at: position, in: temporalUnit.span) {
            if unit.type == .sequenceHeader { return withSize(unit, of: temporalUnit) }
            position = unit.range.upperBound
        }
        return nil
    }

    /// The temporal unit as a low-overhead byte stream has it: behind a temporal delimiter (§5.2).
    public static func byteStream(of temporalUnit: [UInt8]) -> [UInt8] { temporalDelimiter + temporalUnit }

    /// The temporal unit that a low-overhead byte stream of one holds, as frames and samples carry it: each OBU with
    /// its size, without temporal delimiters, padding and tile lists (AV1 in ISOBMFF §2.4).
    public static func temporalUnit(ofByteStream stream: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(stream.count)
        for unit in units(in: stream) {
            switch unit.type {
            case .temporalDelimiter, .padding, .tileList: continue
            default: result += withSize(unit, of: stream)
            }
        }
        return result
    }

    private static let temporalDelimiter: [UInt8] = [0x12, 0]

    private static func withSize(_ unit: Unit, of bytes: [UInt8]) -> [UInt8] {
        let header = bytes[unit.range.lowerBound]
        guard header & 2 == 0 else { return Array(bytes[unit.range]) }
        var result = [header | 2]
        if header & 4 != 0 { result.append(bytes[unit.range.lowerBound + 1]) }
        appendLEB128(unit.payload.count, to: &result)
        return result + bytes[unit.payload]
    }
}
