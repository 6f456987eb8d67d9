/// What must be known of H.265 to carry it: NAL units and parameter sets, never the pictures (ITU-T H.265).
public enum H265 {
    /// How many bytes of length stand before each NAL unit of a frame (ISO/IEC 14496-15 §8.3.2).
    public static let lengthByteCount = H264.lengthByteCount

    /// How many bytes a NAL unit's header has (ITU-T H.265 §7.3.1.2).
    public static let headerByteCount = 2

    // |F|   type (6)  | layer (6)   | temporal ID + 1 (3) |
    /// What a NAL unit holds (ITU-T H.265 table 7-1).
    public enum NALUnitType: Hashable, Sendable {
        /// Part of a picture. `isReference` is false if no other picture of its temporal sub-layer refers to it.
        case slice(isReference: Bool)
        /// Part of a picture that comes after a random access point but is shown before it, and cannot be decoded
        /// when decoding starts there.
        case skippedLeadingSlice(isReference: Bool)
        /// Part of a picture from which decoding can start: IDR, BLA or CRA.
        case randomAccessSlice(RandomAccess)
        case videoParameterSet
        case sequenceParameterSet
        case pictureParameterSet
        case accessUnitDelimiter
        case endOfSequence
        case endOfBitstream
        case fillerData
        case supplementalEnhancement
        /// Reserved, or left to applications.
        case other

        /// The type that a NAL unit's first byte names.
        public init(header: UInt8) {
            switch header >> 1 & 0x3F {
            // The lowest bit tells up to 15 whether the picture is referred to within its sub-layer.
            case let type where type <= 7: self = .slice(isReference: type & 1 == 1)
            case let type where type <= 9: self = .skippedLeadingSlice(isReference: type & 1 == 1)
            case 16...18: self = .randomAccessSlice(.brokenLink)
            case 19, 20: self = .randomAccessSlice(.refresh)
            case 21: self = .randomAccessSlice(.clean)
            case 32: self = .videoParameterSet
            case 33: self = .sequenceParameterSet
            case 34: self = .pictureParameterSet
            case 35: self = .accessUnitDelimiter
            case 36: self = .endOfSequence
            case 37: self = .endOfBitstream
            case 38: self = .fillerData
            case 39, 40: self = .supplementalEnhancement
            default: self = .other
            }
        }

        /// Whether it holds part of a picture.
        public var isSlice: Bool {
            switch self {
            case .slice, .skippedLeadingSlice, .randomAccessSlice: true
            case .videoParameterSet, .sequenceParameterSet, .pictureParameterSet, .accessUnitDelimiter,
                .endOfSequence, .endOfBitstream, .fillerData, .supplementalEnhancement, .other:
                false
            }
        }
    }

    /// How a picture from which decoding can start treats those before it.
    public enum RandomAccess: Hashable, Sendable {
        /// IDR: nothing behind it refers to anything before it.
        case refresh
        /// CRA: pictures shown before it may refer to what was decoded earlier.
        case clean
        /// BLA: as a CRA behind which the stream was cut.
        case brokenLink
    }

    /// The parameter sets of a stream: NAL units without start code or length.
    public struct ParameterSets: Equatable, Sendable {
        public var video: [[UInt8]] = []
        public var sequence: [[UInt8]] = []
        public var picture: [[UInt8]] = []

        public init(video: [[UInt8]] = [], sequence: [[UInt8]] = [], picture: [[UInt8]] = []) {
            self.video = video
            self.sequence = sequence
            self.picture = picture
        }

        /// Whether there is one of each kind.
        public var isComplete: Bool { !video.isEmpty && !sequence.isEmpty && !picture.isEmpty }
    }
}
