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
/// one seldom is. So a track's first frames are held until nothing luckier has come for `firstLook`; later ones pass
/// at once. Give it frames and reports as they come, then take `next` until it returns nothing. What comes out is in
/// decode order for each track, with the times that `PeerClock` promises.
public struct PeerTimeline: Sendable {
    /// Long enough for a dozen packets of sound; short enough that nobody loses much by it.
    public static let firstLook = Duration.milliseconds(250)
    /// Frames are held no longer than this, however restless the network.
    public static let longestLook = Duration.milliseconds(600)
    /// At the beginning sound goes in front of pictures that lie so much earlier, because it takes about as long to
    /// become samples of a file, and a file that begins with it begins at the place that is known better.
    private static let soundLead = Duration.milliseconds(100)
    /// Luck by less than this is not waited for.
    private static let noticeable = Duration.milliseconds(2)

    /// The clock, for its measurements and for single questions.
    public private(set) var clock: PeerClock

    private struct Held {
        var track: Int
        var frame: Frame
        /// The track that this frame's one takes over from.
        var former: Int?
        /// The place, if it was settled already.
        var time: ChannelTime?
    }

    /// How the first frames of a track come.
    private struct Look {
        /// When the frames may go on, unless luckier ones come.
        var opens: Instant
        var latest: Instant
        /// The place of the track's first tick, by the luckiest frame so far.
        var luckiest: ChannelTime
        var firstTicks: Int64
    }

    /// In the order of arrival; taken from the front by `taken`.
    private var held: [Held] = []
    private var taken = 0
    private var looks: [Look?] = []
    /// Whether any frame has gone on: those that a call begins with go on together.
    private var hasBegun = false

    /// The timeline of a peer whose channel begins at `origin`.
    public init(origin: Instant) { clock = PeerClock(origin: origin) }

    /// Adds a track, and returns the number by which it is called from then on.
    public mutating func addTrack(rate: ClockRate) -> Int {
        looks.append(nil)
        return clock.addTrack(rate: rate)
    }

    /// Takes a frame; those of one track come in decode order.
    ///
    /// With `former`, it is the first of a stream that goes on where `former` ends: another layer of a simulcast, or
    /// what a sender that began anew sends under another SSRC. No frame of `former` should follow until that takes over
    /// in its turn.
    public mutating func receive(_ frame: Frame, track: Int, takingOverFrom former: Int? = nil) {
        noteArrival(of: frame, track: track)
        // Whoever is taken over from goes first.
        if let former, let look = looks[former] { looks[former]?.opens = min(look.opens, frame.arrival) }
        look(at: frame, track: track, isExpected: former != nil && clock.hasReports(track: track))
        held.append(Held(track: track, frame: frame, former: former))
    }

    /// Takes notice of a frame that is not to be placed, as those of a layer that is not recorded.
    ///
    /// With its reports, it makes a later switch to its track seamless.
    public mutating func noteArrival(of frame: Frame, track: Int) {
        if clock.isFarOff(track: track, ticks: frame.ticks, at: frame.arrival) { settle(track) }
        let restartCount = clock.restartCount(track: track)
        clock.noteArrival(track: track, ticks: frame.ticks, at: frame.arrival)
        // The first frames of a new count of ticks are looked at like those of a new track.
        if clock.restartCount(track: track) > restartCount { looks[track] = nil }
        guard let captured = frame.captureTime else { return }
        clock.noteCaptureTime(track: track, ticks: frame.ticks, captured: captured, at: frame.arrival)
    }

    /// Takes what a sender report says of a track.
    public mutating func noteReport(track: Int, wall: NTPTime, ticks: Int64, at arrival: Instant) {
        clock.noteReport(track: track, wall: wall, ticks: ticks, at: arrival)
    }

    /// The next frame whose place is known; nothing while every track that has any is only looked at.
    public mutating func next(at now: Instant) -> PlacedFrame? {
        guard taken < held.count else {
            held.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        let next: Held
        if !hasBegun { begin(at: now) }
        guard hasBegun else { return nil }
        if isOpen(held[taken], at: now) {
            next = held[taken]
            held[taken].frame.bytes = []
            taken += 1
        } else if let index = held[taken...].firstIndex(where: { isOpen($0, at: now) }) {
            next = held.remove(at: index)
        } else {
            return nil
        }
        return PlacedFrame(track: next.track, time: next.time ?? place(next), frame: next.frame)
    }

    /// When to ask again though nothing was received; nothing if nothing is held.
    public var deadline: Instant? { held[taken...].lazy.compactMap { looks[$0.track]?.opens }.min() }

    /// Lets everything go on when the last track may, whatever lies first in front: a file begins there.
    private mutating func begin(at now: Instant) {
        let isLate = held.first.map { $0.frame.arrival + Self.longestLook <= now } ?? false
        guard isLate || held.allSatisfy({ isOpen($0, at: now) }) else { return }
        hasBegun = true
        for index in held.indices { held[index].time = held[index].time ?? place(held[index]) }
        var queues = looks.indices.map { track in held.filter { $0.track == track }[...] }
        held.removeAll(keepingCapacity: true)
        while let next = queues.indices.filter({ !queues[$0].isEmpty }).min(by: { rank(queues[$0]) < rank(queues[$1]) })
        {
            held.append(queues[next].removeFirst())
        }
    }

    private func rank(_ queue: ArraySlice<Held>) -> ChannelTime {
        guard let first = queue.first, let time = first.time else { return ChannelTime(nanoseconds: .min) }
        return first.frame.codec.kind == .audio ? time + (.zero - Self.soundLead) : time
    }

    private mutating func place(_ held: Held) -> ChannelTime {
        if let former = held.former { clock.takeOver(held.track, from: former) }
        return clock.place(track: held.track, ticks: held.frame.ticks)
    }

    /// Places what is held of a track while its count of ticks is still known.
    private mutating func settle(_ track: Int) {
        for index in held[taken...].indices where held[index].track == track && held[index].time == nil {
            held[index].time = place(held[index])
        }
    }

    private func isOpen(_ held: Held, at now: Instant) -> Bool {
        held.time != nil || looks[held.track]?.opens ?? now <= now
    }

    /// Looks at one of a track's first frames; where reports tell the place there is nothing to look for.
    private mutating func look(at frame: Frame, track: Int, isExpected: Bool) {
        guard var look = looks[track] else {
            let opens = isExpected ? frame.arrival : frame.arrival + Self.firstLook
            looks[track] = Look(
                opens: opens, latest: isExpected ? opens : frame.arrival + Self.longestLook,
                luckiest: clock.time(of: frame.ticks, track: track), firstTicks: frame.ticks)
            return
        }
        guard frame.arrival < look.opens else { return }
        let place = clock.time(of: look.firstTicks, track: track)
        guard look.luckiest - place >= Self.noticeable else { return }
        look.luckiest = place
        look.opens = min(max(look.opens, frame.arrival + Self.firstLook), look.latest)
        looks[track] = look
    }
}
