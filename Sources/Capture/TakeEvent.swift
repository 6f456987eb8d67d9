public import Codecs
public import Units

/// What happened to a take, for logs and for the indexes beside it.
public enum TakeEvent: Equatable, Sendable {
    /// The file began; its timeline counts from `at`.
    case opened(Container, at: ChannelTime)
    /// A track got its first sample.
    case trackStarted(TrackFormat, at: ChannelTime)
    /// Pictures have another size from here on.
    case resized(width: Int, height: Int, at: ChannelTime)
    /// A picture refers to one that is lost; the last clean one stays until a keyframe comes.
    case keyframeNeeded(at: ChannelTime)
    /// Pictures go on with a keyframe after so many were left out.
    case recovered(droppedCount: Int, at: ChannelTime)
    /// A track cannot be held by this file any more, and is left out.
    case trackRefused(Codec)
    /// The file is whole once all writes are performed.
    case closed(at: ChannelTime)
}

/// What a take holds and what it had to leave out.
public struct TakeCounters: Equatable, Sendable {
    public var videoSampleCount = 0
    public var keyframeCount = 0
    public var audioSampleCount = 0
    /// Bytes of samples, without the container's own.
    public var payloadByteCount = 0
    public var fragmentCount = 0
    /// Pictures that came before the first keyframe.
    public var droppedBeforeKeyframe = 0
    /// Pictures that were or may have been damaged by loss.
    public var droppedAfterLoss = 0
    /// Frames of a codec that this file does not hold.
    public var droppedForeign = 0
    /// Frames from before the file's beginning, or behind its end.
    public var droppedOutside = 0

    public init() {}
}
