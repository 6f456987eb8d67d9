public import Codecs
public import Units

/// A frame, and where it lies on the channel's timeline.
public struct PlacedFrame: Equatable, Sendable {
    /// The number that `PeerTimeline.addTrack` returned.
    public var track: Int
    public var time: ChannelTime
    public var frame: Frame

    public init(track: Int, time: ChannelTime, frame: Frame) {
        self.track = track
        self.time = time
        self.frame = frame
    }
}

/// Places the frames of one peer, having looked at the first of each track a moment longer.
///
/// A frame that was lucky enough to wait for nothing shows where a track begins, and the very first
/// one seldom is. So a track's first frames are held for `firstLook`; later ones pass at once. Give it
/// frames and reports as they come, then take `next` until it returns nothing.
public struct PeerTimeline: Sendable {
    /// Long enough for half a dozen packets of sound; short enough that nobody loses much by it.
    public static let firstLook = Duration.milliseconds(150)

    /// The clock, for its counters and for single questions.
    public private(set) var clock: PeerClock

    private struct Held {
        var track: Int
        var frame: Frame
    }

    /// In the order of arrival; taken from the front by `taken`.
    private var held: [Held] = []
    private var taken = 0
    /// Until when each track is only looked at.
    private var opens: [Instant?] = []

    /// The timeline of a peer whose channel begins at `origin`.
    public init(origin: Instant) { clock = PeerClock(origin: origin) }

    /// Adds a track, and returns the number by which it is called from then on.
    public mutating func addTrack(rate: ClockRate) -> Int {
        opens.append(nil)
        return clock.addTrack(rate: rate)
    }

    /// Takes a frame; those of one track come in decode order.
    public mutating func receive(_ frame: Frame, track: Int) {
        if opens[track] == nil { opens[track] = frame.arrival + Self.firstLook }
        clock.noteArrival(track: track, ticks: frame.ticks, at: frame.arrival)
        held.append(Held(track: track, frame: frame))
    }

    /// Takes what a sender report says of a track.
    public mutating func noteReport(track: Int, wall: NTPTime, ticks: Int64, at arrival: Instant) {
        clock.noteReport(track: track, wall: wall, ticks: ticks, at: arrival)
    }

    /// The next frame whose place is known; nothing while every track is only looked at.
    public mutating func next(at now: Instant) -> PlacedFrame? {
        guard taken < held.count else {
            held.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        let opening = opens[held[taken].track] ?? now
        guard opening <= now else { return nil }
        let next = held[taken]
        held[taken].frame.bytes = []
        taken += 1
        let time = clock.place(track: next.track, ticks: next.frame.ticks)
        return PlacedFrame(track: next.track, time: time, frame: next.frame)
    }

    /// When to ask again though nothing was received; nothing if nothing is held.
    public var deadline: Instant? { taken < held.count ? opens[held[taken].track] ?? nil : nil }
}
