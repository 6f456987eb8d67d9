extension H265 {
    /// Where the NAL units of a frame lie, without their lengths; as many as are whole and have their header.
    public static func nalUnits(in frame: [UInt8]) -> [Range<Int>] {
        H264.nalUnits(in: frame).filter { $0.count >= headerByteCount }
    }

    /// Whether a frame can be decoded without any earlier one: whether it holds a slice of a random access picture.
    public static func isKeyframe(_ frame: [UInt8]) -> Bool {
        var position = 0
        while let unit = H264.nalUnit(at: position, in: frame) {
            if case .randomAccessSlice = NALUnitType(header: frame[unit.lowerBound]) { return true }
            position = unit.upperBound
        }
        return false
    }

    /// The parameter sets that a frame brings along, as a container's sample entry wants them.
    public static func parameterSets(in frame: [UInt8]) -> ParameterSets {
        var sets = ParameterSets()
        for unit in nalUnits(in: frame) {
            switch NALUnitType(header: frame[unit.lowerBound]) {
            case .videoParameterSet: sets.video.append(Array(frame[unit]))
            case .sequenceParameterSet: sets.sequence.append(Array(frame[unit]))
            case .pictureParameterSet: sets.picture.append(Array(frame[unit]))
            default: continue
            }
        }
        return sets
    }

    /// The frame as a byte stream: a start code of four bytes before each NAL unit (ITU-T H.265 §B.1).
    public static func byteStream(of frame: [UInt8]) -> [UInt8] { H264.byteStream(of: frame) }

    /// The frame that a byte stream of one picture holds: start codes of three or four bytes become lengths.
    public static func frame(ofByteStream stream: [UInt8]) -> [UInt8] { H264.frame(ofByteStream: stream) }
}
