public import Codecs

/// What a media file says of one of its tracks.
public struct MediaTrack: Equatable, Sendable {
    /// Its place among the file's streams.
    public var index: Int
    /// Whether it is heard or seen.
    public var kind: MediaKind
    /// Nothing if it is a codec that calls do not carry.
    public var codec: Codec?
    /// FFmpeg's name for the codec.
    public var codecName: String
    /// Zero for sound.
    public var width: Int
    /// Zero for sound.
    public var height: Int
    /// The average rate of pictures; zero for sound, or if unknown.
    public var framesPerSecond: Double
    /// Whether pictures are stored in another order than shown, as a call never sends them.
    public var hasReorderedPictures: Bool
    /// How players are told to turn the pictures; decoded pictures are as they were coded.
    public var rotation: Rotation
    /// Zero for pictures.
    public var sampleRate: Int
    /// Zero for pictures.
    public var channelCount: Int
    /// As the container claims it.
    public var duration: Duration?
}

/// One encoded frame as it lies in a media file.
public struct MediaPacket: Equatable, Sendable {
    /// The track's `index`.
    public var track: Int
    /// When it is to be shown or heard, on the file's own timeline.
    public var time: Duration
    /// Whether it can be decoded alone, as the container says.
    public var isKeyframe: Bool
    /// Laid out as `Frame.bytes` is.
    public var bytes: [UInt8]
}
