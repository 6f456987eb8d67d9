public import Units

/// Places the frames of one peer on the channel's timeline, sound and picture together.
///
/// Each track counts its own ticks from a random start (RFC 3550 §5.1). Until something ties them to the
/// sender's wall clock, the least delayed arrivals say where they lie. Sender reports do tie them, and so do capture
/// times, which are better: more exact, and there from the first frame on. One offset that all tracks of the peer
/// share then ties that wall clock to the channel; whatever is wrong with the offset, sound and picture agree. It
/// follows the least delayed arrivals slowly, and with them the drift between the two clocks.
///
/// Give it every frame in decode order by `noteArrival` and then `place`, every report by `noteReport`.
///
/// **What is promised.** Of the frames of one track, one with later ticks has a later time than any of the last
/// `BentLine.knotLimit` placed before it that have earlier ticks, in whatever order they are placed: so pictures that
/// are decoded before others that are shown first get the times at which they are shown. A time once given out is
/// never contradicted; corrections bend the line. When a track's ticks begin anew, and when another track takes its
/// place (`takeOver`), all times are later than those before; only pictures that are shown before the first one of a
/// new beginning may be pressed together to its very beginning.
public struct PeerClock: Sendable {
    /// A report farther than this from where the track is must be wrong.
    static let farthestReport: Int64 = 2_000_000_000
    /// Reports that lie farther than this off the line need a second one that says the same.
    static let doubtThreshold: Int64 = 40_000_000
    /// Arrivals say where a track lies to within this: more than any jitter, less than any pause.
    static let arrivalDoubt: Int64 = 300_000_000
    /// A doubt that nobody shared for so long is forgotten.
    static let doubtLife: Int64 = 20_000_000_000

    /// How many reports were refused because they could not be true.
    public internal(set) var refusedReportCount = 0
    /// How many times the sender set its wall clock.
    public internal(set) var clockStepCount = 0

    let origin: Instant
    var tracks: [TrackClock] = []
    var reportNumber = 0
    var sender = SenderClock()
    var skewMeter = SkewMeter()
    /// The sound that was placed last.
    var latestSound: Int?

    /// A clock of a peer whose channel's timeline begins at `origin`.
    public init(origin: Instant) { self.origin = origin }

    /// Adds a track, and returns the number by which it is called from then on.
    public mutating func addTrack(rate: ClockRate) -> Int {
        tracks.append(TrackClock(rate: rate))
        return tracks.count - 1
    }

    /// Notes when the last packet of a frame arrived; `ticks` are unwrapped.
    public mutating func noteArrival(track: Int, ticks: Int64, at arrival: Instant) {
        let (ticks, moment) = (Self.bounded(ticks), moment(of: arrival))
        var lateness = target(track: track, ticks: ticks).map { moment - $0 } ?? 0
        if tracks[track].isStarted, isBroken(track, lateness: lateness, at: moment) {
            tracks[track].restart()
            lateness = 0
        }
        let isFirst = !tracks[track].isStarted
        tracks[track].noteArrival(ticks: ticks, at: moment, lateness: lateness)
        if isFirst, let report = tracks[track].early {
            tracks[track].early = nil
            judge(report)
        }
        followOffset(at: moment)
    }

    /// Whether a frame that arrives now would begin a new count of ticks, because no network delays anything so much.
    public func isFarOff(track: Int, ticks: Int64, at arrival: Instant) -> Bool {
        guard let target = target(track: track, ticks: Self.bounded(ticks)) else { return false }
        return !(TrackClock.earliest...TrackClock.latest).contains(moment(of: arrival) - target)
    }

    /// Says for good where a frame lies on the channel's timeline, after its arrival was noted.
    public mutating func place(track: Int, ticks: Int64) -> ChannelTime {
        let ticks = Self.bounded(ticks)
        let time = tracks[track].path.place(ticks, target: target(track: track, ticks: ticks) ?? 0)
        noteSkew(track)
        return ChannelTime(nanoseconds: time)
    }

    /// The place of a tick, by what is known now; the channel's origin before the track's first frame.
    public func time(of ticks: Int64, track: Int) -> ChannelTime {
        let ticks = Self.bounded(ticks)
        let time = tracks[track].path.time(of: ticks) ?? target(track: track, ticks: ticks)
        return ChannelTime(nanoseconds: time ?? 0)
    }

    /// The next frame of `track` goes on where `old` ends: another stream of the same source has replaced it.
    ///
    /// That is another layer of a simulcast, or the stream that a sender began anew with another SSRC. If both have
    /// reports or capture times, what was captured at one moment has one time on either, to the millisecond. If the
    /// new one has none yet, its frames are taken to be as late as those of the old one were.
    public mutating func takeOver(_ track: Int, from old: Int) {
        guard track != old else { return }
        tracks[track].path.begin(behind: tracks[old].path)
        tracks[track].usualLag = tracks[track].usualLag ?? tracks[old].usualLag
    }

    /// Whether a track is tied to the sender's wall clock, by a report or a capture time.
    public func hasReports(track: Int) -> Bool { tracks[track].line.isKnown }

    /// How many times a track's ticks began anew without notice.
    public func restartCount(track: Int) -> Int { tracks[track].counts.restarts }

    /// Ticks as far from zero as differences of them can be reckoned with.
    static func bounded(_ ticks: Int64) -> Int64 {
        min(max(ticks, -TrackClock.farthestTicks), TrackClock.farthestTicks)
    }

    func moment(of instant: Instant) -> Int64 { instant.nanoseconds - origin.nanoseconds }
}

extension PeerClock {
    /// Where a tick should lie by all that is known; nothing before the track's first frame.
    func target(track: Int, ticks: Int64) -> Int64? {
        if tracks[track].line.isKnown { return sender.offset + tracks[track].line.wall(of: ticks) }
        return tracks[track].timeByArrival(of: ticks).map { $0 - (tracks[track].usualLag ?? 0) }
    }

    /// Whether a frame that is so late cannot belong to the count of ticks before it.
    ///
    /// A sender whose ticks stood still and a network that holds everything back look the same for a while: other
    /// tracks that come in time tell them apart, else reports will.
    private mutating func isBroken(_ track: Int, lateness: Int64, at moment: Int64) -> Bool {
        guard (TrackClock.earliest...TrackClock.latest).contains(lateness) else { return true }
        guard tracks[track].isLateForLong(lateness: lateness, at: moment) else { return false }
        guard tracks[track].line.isKnown else { return true }
        return tracks.indices.contains { $0 != track && tracks[$0].wasPunctual(at: moment) }
    }

    /// Lets the offset follow the least delayed arrivals of the tracks that reports tell about.
    private mutating func followOffset(at moment: Int64) {
        guard sender.epoch != nil, sender.isDue(at: moment) else { return }
        var guide: Int?
        var least = Int64.max
        for index in tracks.indices where tracks[index].isAlive(at: moment) {
            if tracks[index].lastFitMoment > guide.map({ tracks[$0].lastFitMoment }) ?? .min { guide = index }
            if tracks[index].isFresh(at: moment) { least = min(least, tracks[index].delay ?? .max) }
        }
        guard let guide, let delay = tracks[guide].delay else { return }
        sender.follow(min(least, delay), at: moment)
        for index in tracks.indices where index != guide && tracks[index].isHoldDue(at: moment) {
            hold(index, to: guide, at: moment)
        }
    }

    /// Where reports stopped, arrivals go on: two tracks of one peer come along one path, so one is as much later
    /// than the other as it was when reports last told.
    private mutating func hold(_ track: Int, to guide: Int, at moment: Int64) {
        guard let delay = tracks[track].delay, let usual = tracks[track].usualLag else { return }
        guard let guideDelay = tracks[guide].delay, let guideUsual = tracks[guide].usualLag else { return }
        let excess = (delay - guideDelay) - (usual - guideUsual)
        guard abs(excess) <= Self.farthestReport else { return }
        let ticks = tracks[track].newestTicks
        tracks[track].line.add(ticks: ticks, wall: tracks[track].line.wall(of: ticks) + excess)
        tracks[track].lastHold = moment
    }
}
