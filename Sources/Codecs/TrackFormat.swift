/// What a container must know of a track before its first sample.
///
/// One case per codec, each with what its sample entry needs and nothing else.
public enum TrackFormat: Equatable, Sendable {
    /// `sequenceParameterSets` and `pictureParameterSets` are NAL units without start code or length.
    case h264(width: Int, height: Int, sequenceParameterSets: [[UInt8]], pictureParameterSets: [[UInt8]])
    case vp8(width: Int, height: Int)
    /// `preSkip` in samples at 48 kHz (RFC 7845 §5.1).
    case opus(channelCount: Int, preSkip: Int)
    /// `configuration` is the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
    case aac(sampleRate: Int, channelCount: Int, configuration: [UInt8])

    /// The codec whose track it describes.
    public var codec: Codec {
        switch self {
        case .h264: .h264
        case .vp8: .vp8
        case .opus: .opus
        case .aac: .aac
        }
    }
}

/// One frame on its way into a container.
public struct Sample: Equatable, Sendable {
    /// Ticks of the track's timescale since the start of the file; grows strictly along a track.
    public var decodeTicks: Int64
    /// Ticks until the next sample begins; at least 1.
    public var durationTicks: UInt32
    public var isKeyframe: Bool
    public var bytes: [UInt8]

    public init(decodeTicks: Int64, durationTicks: UInt32, isKeyframe: Bool, bytes: [UInt8]) {
        self.decodeTicks = decodeTicks
        self.durationTicks = durationTicks
        self.isKeyframe = isKeyframe
        self.bytes = bytes
    }
}
