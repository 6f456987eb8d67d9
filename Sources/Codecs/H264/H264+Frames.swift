import Bytes

extension H264 {
    /// Where the NAL units of a frame lie, without their lengths; as many as are whole.
    public static func nalUnits(in frame: [UInt8]) -> [Range<Int>] {
        var units: [Range<Int>] = []
        var position = 0
        while let unit = nalUnit(at: position, in: frame) {
            units.append(unit)
            position = unit.upperBound
        }
        return units
    }

    /// Whether a frame can be decoded without any earlier one: whether it holds an IDR slice.
    ///
    /// A recovery point (ITU-T H.264 §D.2.8) promises good pictures only some frames later, and a player that seeks
    /// there needs what came before: it is no keyframe.
    public static func isKeyframe(_ frame: [UInt8]) -> Bool {
        var position = 0
        while let unit = nalUnit(at: position, in: frame) {
            if NALUnitType(header: frame[unit.lowerBound]) == .idrSlice { return true }
            position = unit.upperBound
        }
        return false
    }

    /// The parameter sets that a frame brings along, as a container's sample entry wants them.
    public static func parameterSets(in frame: [UInt8]) -> ParameterSets {
        var sets = ParameterSets()
        for unit in nalUnits(in: frame) {
            switch NALUnitType(header: frame[unit.lowerBound]) {
            case .sequenceParameterSet: sets.sequence.append(Array(frame[unit]))
            case .pictureParameterSet: sets.picture.append(Array(frame[unit]))
            default: continue
            }
        }
        return sets
    }

    /// The parameter sets of a stream: NAL units without start code or length.
    public struct ParameterSets: Equatable, Sendable {
        public var sequence: [[UInt8]] = []
        public var picture: [[UInt8]] = []

        public init(sequence: [[UInt8]] = [], picture: [[UInt8]] = []) {
            self.sequence = sequence
            self.picture = picture
        }
    }

    package static func nalUnit(at position: Int, in frame: [UInt8]) -> Range<Int>? {
        let start = position + lengthByteCount
        guard start < frame.count else { return nil }
        var count = 0
        for byte in frame[position..<start] { count = count << 8 | Int(byte) }
        guard count > 0, count <= frame.count - start else { return nil }
        return start..<start + count
    }
}
