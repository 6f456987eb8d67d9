/// What a container must know of a track before its first sample.
///
/// One case per codec, each with what its sample entry needs and nothing else.
public enum TrackFormat: Equatable, Sendable {
    /// `sequenceParameterSets` and `pictureParameterSets` are NAL units without start code or length.
    case h264(width: Int, height: Int, sequenceParameterSets: [[UInt8]], pictureParameterSets: [[UInt8]])
    /// The sets are NAL units without start code or length.
    case h265(
        width: Int, height: Int, videoParameterSets: [[UInt8]], sequenceParameterSets: [[UInt8]],
        pictureParameterSets: [[UInt8]])
    case vp8(width: Int, height: Int)
    case vp9(VP9Format)
    /// `sequenceHeader` is the whole OBU with its size (AV1 bitstream specification §5.5).
    case av1(width: Int, height: Int, sequenceHeader: [UInt8])
    /// `preSkip` in samples at 48 kHz (RFC 7845 §5.1).
    case opus(channelCount: Int, preSkip: Int)
    /// `configuration` is the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
    case aac(sampleRate: Int, channelCount: Int, configuration: [UInt8])
    /// `delay` is how many samples of one channel come out of a decoder before the sound.
    case mp3(sampleRate: Int, channelCount: Int, delay: Int)

    /// The codec whose track it describes.
    public var codec: Codec {
        switch self {
        case .h264: .h264
        case .h265: .h265
        case .vp8: .vp8
        case .vp9: .vp9
        case .av1: .av1
        case .opus: .opus
        case .aac: .aac
        case .mp3: .mp3
        }
    }

    /// The size of the pictures; nothing for sound.
    public var pictureSize: PictureSize? {
        switch self {
        case .h264(let width, let height, _, _), .h265(let width, let height, _, _, _), .vp8(let width, let height),
            .av1(let width, let height, _):
            PictureSize(width: width, height: height)
        case .vp9(let format): format.size
        case .opus, .aac, .mp3: nil
        }
    }

    /// How many channels the sound has; nothing for pictures.
    public var channelCount: Int? {
        switch self {
        case .opus(let channelCount, _), .aac(_, let channelCount, _), .mp3(_, let channelCount, _): channelCount
        case .h264, .h265, .vp8, .vp9, .av1: nil
        }
    }
}

/// What a VP9 stream's keyframes say of it (its bitstream specification §6.2, §7.2).
public struct VP9Format: Equatable, Sendable {
    public var size: PictureSize
    /// 0…3: odd profiles subsample otherwise than 4:2:0, those from 2 on have more than 8 bits.
    public var profile: Int
    public var bitDepth: Int
    /// As `vpcC` counts it: 0 and 1 for 4:2:0 (vertical, collocated), 2 for 4:2:2, 3 for 4:4:4.
    public var chromaSubsampling: Int
    public var isFullRange: Bool
    /// `color_space`: 0 is unknown, 1 BT.601, 2 BT.709, 3 SMPTE 170M, 4 SMPTE 240M, 5 BT.2020, 7 RGB.
    public var colourSpace: Int

    public init(
        size: PictureSize, profile: Int, bitDepth: Int, chromaSubsampling: Int, isFullRange: Bool,
        colourSpace: Int = 0
    ) {
        self.size = size
        self.profile = profile
        self.bitDepth = bitDepth
        self.chromaSubsampling = chromaSubsampling
        self.isFullRange = isFullRange
        self.colourSpace = colourSpace
    }
}

/// One frame on its way into a container.
public struct Sample: Equatable, Sendable {
    /// Ticks of the track's timescale since the start of the file; grows strictly along a track.
    public var decodeTicks: Int64
    /// How much later than it is decoded it is shown; below zero if pictures are out of display order and none
    /// may be delayed (ISO/IEC 14496-12 §8.6.1.3, version 1).
    public var compositionOffsetTicks: Int32
    /// Ticks until the next sample begins; at least 1.
    public var durationTicks: UInt32
    public var isKeyframe: Bool
    public var bytes: [UInt8]

    public init(
        decodeTicks: Int64, compositionOffsetTicks: Int32 = 0, durationTicks: UInt32, isKeyframe: Bool, bytes: [UInt8]
    ) {
        self.decodeTicks = decodeTicks
        self.compositionOffsetTicks = compositionOffsetTicks
        self.durationTicks = durationTicks
        self.isKeyframe = isKeyframe
        self.bytes = bytes
    }
}
