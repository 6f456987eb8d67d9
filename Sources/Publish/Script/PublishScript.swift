public import Codecs

/// What becomes of a user's media and connection while it is sent, as a function of the time since media began.
///
/// Whoever asks gets the same answer at any time, so that the thread that makes frames and the loop that sends them
/// need not agree on anything.
public struct PublishScript: Equatable, Sendable {
    /// What happens.
    public enum Action: Equatable, Sendable {
        /// From now on the camera is held so that pictures must be turned by this to stand upright.
        case rotate(Rotation)
        /// From now on pictures are coded in this size.
        case resize(PictureSize)
        /// From now on the track of this codec's kind is sent as it.
        case switchCodec(Codec)
        /// The track goes on as a new stream of its section, with sequence numbers and timestamps of its own.
        case renewStream(MediaKind)
        /// Nothing of the track is sent, for a while.
        case mute(MediaKind)
        /// Nothing of one encoding of the picture is sent, for a while.
        case pause(encoding: Int)
        /// The user is away, for a while, and comes back under the same name.
        case leave
    }

    /// Something that happens at a time.
    public struct Event: Equatable, Sendable {
        public var action: Action
        public var start: Duration
        /// When it is over; nothing for what lasts until the next of its kind.
        public var end: Duration?

        public init(_ action: Action, from start: Duration, to end: Duration? = nil) {
            precondition(end.map { $0 > start } ?? true, "what is over has begun")
            self.action = action
            self.start = start
            self.end = end
        }

        func lasts(at time: Duration) -> Bool { start <= time && end.map { time < $0 } ?? true }
    }

    /// In order of their starts.
    public private(set) var events: [Event]

    /// A script of events in any order.
    public init(_ events: [Event] = []) { self.events = events.sorted { $0.start < $1.start } }
}

// What the media is like.
extension PublishScript {
    /// How the camera is held; nothing if it never matters.
    func rotation(at time: Duration) -> Rotation? {
        let turns = events.compactMap { event -> (start: Duration, rotation: Rotation)? in
            if case .rotate(let rotation) = event.action { (event.start, rotation) } else { nil }
        }
        return turns.isEmpty ? nil : turns.last { $0.start <= time }?.rotation ?? Rotation.none
    }

    /// The size of the pictures, if it was changed.
    func size(at time: Duration) -> PictureSize? {
        for event in events.reversed() where event.start <= time {
            if case .resize(let size) = event.action { return size }
        }
        return nil
    }

    /// What a track is sent as, if that was changed.
    func codec(_ kind: MediaKind, at time: Duration) -> Codec? {
        for event in events.reversed() where event.start <= time {
            if case .switchCodec(let codec) = event.action, codec.kind == kind { return codec }
        }
        return nil
    }

    /// What a track is sent as beside what it begins with.
    func codecs(_ kind: MediaKind) -> [Codec] {
        events.compactMap { event in
            if case .switchCodec(let codec) = event.action, codec.kind == kind { codec } else { nil }
        }
    }

    /// Whether pictures need a keyframe because something happened after the one time and no later than the other
    /// that receivers cannot decode across.
    func interruptsPictures(after earlier: Duration, upTo time: Duration) -> Bool {
        events.contains { event in
            let moment: Duration?
            switch event.action {
            case .renewStream(.video): moment = event.start
            case .mute(.video), .pause, .leave: moment = event.end
            case .rotate, .resize, .switchCodec, .renewStream, .mute: moment = nil
            }
            return moment.map { earlier < $0 && $0 <= time } ?? false
        }
    }
}

// What is sent.
extension PublishScript {
    /// Whether nothing of a track's encoding is sent at a time.
    func isSilent(_ kind: MediaKind, encoding: Int, at time: Duration) -> Bool {
        events.contains { event in
            guard event.lasts(at: time) else { return false }
            switch event.action {
            case .mute(kind): return true
            case .pause(encoding): return kind == .video
            case .rotate, .resize, .switchCodec, .renewStream, .mute, .pause, .leave: return false
            }
        }
    }

    /// Until when the user is away; nothing at a time when they are there.
    func absence(at time: Duration) -> Duration? {
        events.last { $0.action == .leave && $0.lasts(at: time) }?.end
    }

    /// How many streams a track has had before the one of a time.
    func renewalCount(_ kind: MediaKind, at time: Duration) -> Int {
        events.count { $0.action == .renewStream(kind) && $0.start <= time }
    }
}
