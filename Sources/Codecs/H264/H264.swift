/// What must be known of H.264 to carry it: NAL units and parameter sets, never the pictures (ITU-T H.264).
public enum H264 {
    /// How many bytes of length stand before each NAL unit of a frame (ISO/IEC 14496-15 §5.3.2).
    public static let lengthByteCount = 4

    /// What a NAL unit holds, by the low five bits of its first byte (ITU-T H.264 table 7-1).
    public enum NALUnitType: UInt8, Sendable {
        case slice = 1
        case slicePartitionA = 2
        case slicePartitionB = 3
        case slicePartitionC = 4
        case idrSlice = 5
        case supplementalEnhancement = 6
        case sequenceParameterSet = 7
        case pictureParameterSet = 8
        case accessUnitDelimiter = 9
        case endOfSequence = 10
        case endOfStream = 11
        case fillerData = 12
        case sequenceParameterSetExtension = 13

        /// The type that a NAL unit's first byte names; nothing for the types that play no part here.
        public init?(header: UInt8) { self.init(rawValue: header & 0x1F) }

        /// Whether it holds part of a picture.
        public var isSlice: Bool { (1...5).contains(rawValue) }
    }
}
