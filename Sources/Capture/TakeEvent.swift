public import Codecs
public import Units

/// What happened to a take, for logs and for the indexes beside it.
public enum TakeEvent: Equatable, Sendable {
    /// The file began; its timeline counts from `at`.
    case opened(Container, at: ChannelTime)
    /// A track got its first sample; pictures must be turned clockwise by `rotation`.
    case trackStarted(TrackFormat, rotation: Rotation, at: ChannelTime)
    /// Pictures must be turned otherwise from here on.
    case rotated(Rotation, at: ChannelTime)
    /// Pictures have another size from here on.
    case resized(width: Int, height: Int, at: ChannelTime)
    /// Nothing can be shown before a keyframe: none came yet, or a picture refers to one that is lost.
    case keyframeNeeded(at: ChannelTime)
    /// Pictures go on after so many were left out.
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
    /// Pictures left out because they refer to one that is lost.
    public var droppedAfterLoss = 0
    /// Pictures that refer to one that is lost, and are in the file all the same.
    public var brokenSampleCount = 0
    /// Frames of a codec that this file does not hold.
    public var droppedForeign = 0
    /// Frames from before the file's beginning, or behind its end.
    public var droppedOutside = 0

    public init() {}
}
