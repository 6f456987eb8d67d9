public import Codecs
import Units

/// What a source sends as one track.
public struct SourceTrack: Equatable, Sendable {
    /// What it begins with.
    public var codec: Codec
    /// What it may be sent as later.
    public var alternatives: [Codec] = []
    /// Zero for sound, or if it may change.
    public var width = 0
    /// Zero for sound, or if it may change.
    public var height = 0
    /// Zero for pictures.
    public var channelCount = 0
    /// How many pictures of different sizes are sent side by side, the largest first.
    public var encodingCount = 1
    /// Whether its frames say how the camera was held.
    public var saysRotation = false
    /// Whether pictures come in another order than they are shown in.
    public var hasReorderedPictures = false
}

/// One encoded frame of a source.
///
/// Ticks and due times both count from the start of the source, so that frames of different tracks that are
/// due together belong together; a sender adds its own offsets. Only pictures out of order are due later than their
/// ticks say, since they are sent in order of decoding. As with every live sender, an Opus packet's
/// ticks are those of the sound that went into it: it comes out of a decoder `Opus.usualPreSkip` later.
public struct SourceFrame: Equatable, Sendable {
    public var frame: Frame
    /// When to send it.
    public var due: Duration
    /// Which of its track's encodings it belongs to.
    public var encoding = 0

    /// The same frame so many whole seconds later.
    func shifted(bySeconds seconds: Int64) -> SourceFrame {
        var copy = self
        copy.due += .seconds(seconds)
        copy.frame.ticks += seconds * Int64(frame.codec.clockRate.ticksPerSecond)
        return copy
    }
}

/// Where a publisher gets what it sends: frames in order of their due times, encoded, at its own pace.
///
/// None of this ever waits, so it may be called on an event loop; frames are made on the source's own thread.
public protocol MediaSource: AnyObject, Sendable {
    /// At most one of each kind.
    var tracks: [SourceTrack] { get }

    /// When the next frame is due, since the start; nothing while none is ready, or at the end.
    var nextDue: Duration? { get }

    /// Whether everything was taken and nothing will follow.
    var isEnded: Bool { get }

    /// Why the source ended, if not because it was over.
    var failure: String? { get }

    /// The next frame, if it is ready and due once `elapsed` has gone by since the start.
    func take(dueBy elapsed: Duration) -> SourceFrame?

    /// Asks for a keyframe soon; a source that cannot make one on demand goes on to its next.
    func requestKeyframe()

    /// Lets the source end with what is captured before `moment`, since the start: frames of that still come later if
    /// their encoder holds them back.
    func end(at moment: Duration)

    /// Ends the source at once, whatever it still holds.
    func stop()
}
