public import Units

/// Places the frames of one peer on the channel's timeline, sound and picture together.
///
/// Each track counts its own ticks from a random start (RFC 3550 §5.1). Until a track's first sender
/// report, the least delayed arrivals say where its ticks lie. From then on its reports tie it to the
/// sender's wall clock, and one offset that all tracks of the peer share ties that clock to the
/// channel; whatever is wrong with the offset, sound and picture agree. The offset follows the
/// least delayed arrivals slowly, and with them the drift between the two clocks.
///
/// Give it every frame in decode order by `noteArrival` and then `place`, every report by `noteReport`.
/// A time once given out is never contradicted: corrections bend the line, and later ticks have later
/// times.
public struct PeerClock: Sendable {
    /// A report farther than this from where the track is must be wrong.
    private static let farthestReport: Int64 = 2_000_000_000
    /// Reports that lie farther than this off the line need a second one that says the same.
    private static let doubtThreshold: Int64 = 40_000_000
    /// The offset moves by so much of the time that passes, or by this share of its error a second.
    private static let offsetRate = 0.000_5
    private static let offsetFade = 20e9

    /// How many reports were refused because they could not be true.
    public private(set) var refusedReportCount = 0
    /// How many times the sender set its wall clock.
    public private(set) var clockStepCount = 0

    private let origin: Instant
    private var tracks: [TrackClock] = []
    private var reportNumber = 0

    /// The sender's wall clock at the channel's origin is the negative of `offset`, counted from `epoch`.
    private var epoch: Int64?
    private var offset: Int64 = 0
    private var offsetMoment: Int64 = 0
    private var delays = SlidingMinimum()

    /// A clock of a peer whose channel's timeline begins at `origin`.
    public init(origin: Instant) { self.origin = origin }

    /// Adds a track, and returns the number by which it is called from then on.
    public mutating func addTrack(rate: ClockRate) -> Int {
        tracks.append(TrackClock(rate: rate))
        return tracks.count - 1
    }

    /// Notes when the last packet of a frame arrived; `ticks` are unwrapped.
    public mutating func noteArrival(track: Int, ticks: Int64, at arrival: Instant) {
        let moment = origin.duration(to: arrival).wholeNanoseconds
        tracks[track].noteArrival(ticks: ticks, at: moment)
        followOffset(track: track, ticks: ticks, at: moment)
    }

    /// Says for good where a frame lies on the channel's timeline, after its arrival was noted.
    ///
    /// Called in decode order, the times grow strictly as the ticks do. If the sender's ticks begin
    /// anew, the times go on behind the last one given.
    public mutating func place(track: Int, ticks: Int64) -> ChannelTime {
        let straight = tracks[track].time(of: ticks)
        let target = target(track: track, ticks: ticks) ?? straight
        return ChannelTime(nanoseconds: tracks[track].place(ticks, target: target))
    }

    /// The place of a tick, by what is known now; the channel's origin before the track's first frame.
    public func time(of ticks: Int64, track: Int) -> ChannelTime {
        ChannelTime(nanoseconds: tracks[track].time(of: ticks))
    }

    /// Whether a track is tied to the sender's wall clock by a report.
    public func hasReports(track: Int) -> Bool { tracks[track].line.isKnown }

    /// How many times a track's ticks began anew without notice.
    public func restartCount(track: Int) -> Int { tracks[track].restartCount }

    /// Takes what a sender report says of a track: its wall clock and its ticks at one moment.
    public mutating func noteReport(track: Int, wall: NTPTime, ticks: Int64, at arrival: Instant) {
        reportNumber += 1
        let moment = origin.duration(to: arrival).wholeNanoseconds
        let place = tracks[track].time(of: ticks)
        // RFC 3550 §6.4.1: a sender that has no wall clock reports zero.
        guard wall.rawValue != 0, tracks[track].isStarted, abs(moment - place) <= Self.farthestReport else {
            refusedReportCount += 1
            return
        }
        let base = epoch ?? wall.nanoseconds
        let report = Report(track: track, ticks: ticks, wall: wall.nanoseconds - base, moment: moment)
        guard epoch != nil else {
            epoch = base
            offset = place
            offsetMoment = moment
            accept(report)
            return
        }
        if tracks[track].line.isKnown {
            compare(report)
        } else if abs(offset + report.wall - place) <= Self.farthestReport {
            accept(report)
        } else {
            refusedReportCount += 1
        }
    }
}

/// One sender report, on this peer's own scales.
private struct Report {
    var track: Int
    var ticks: Int64
    /// Nanoseconds since the peer's epoch.
    var wall: Int64
    /// When it arrived, in nanoseconds since the channel's origin.
    var moment: Int64
}

extension PeerClock {
    private func target(track: Int, ticks: Int64) -> Int64? {
        if tracks[track].line.isKnown { return offset + tracks[track].line.wall(of: ticks) }
        return tracks[track].timeByArrival(of: ticks)
    }

    /// Lets the offset creep towards the least delayed arrivals of all tracks.
    private mutating func followOffset(track: Int, ticks: Int64, at moment: Int64) {
        guard epoch != nil, tracks[track].line.isKnown else { return }
        delays.note(moment - tracks[track].line.wall(of: ticks), at: moment)
        guard let least = delays.value, moment > offsetMoment else { return }
        let elapsed = Double(moment - offsetMoment)
        let error = Double(least - offset)
        let step = elapsed * max(Self.offsetRate, abs(error) / Self.offsetFade)
        offset += Int64(min(max(error, -step), step))
        offsetMoment = moment
    }

    private mutating func accept(_ report: Report) {
        tracks[report.track].line.add(ticks: report.ticks, wall: report.wall)
        tracks[report.track].doubtful = nil
        tracks[report.track].lastFittingReport = reportNumber
    }

    /// A report that fits its line refines it; one that does not is believed when another agrees.
    private mutating func compare(_ report: Report) {
        let excess = report.wall - tracks[report.track].line.wall(of: report.ticks)
        guard abs(excess) > Self.doubtThreshold else {
            accept(report)
            return
        }
        if otherTracks(than: report.track, agreeOn: excess) {
            stepClock(by: excess, report)
        } else if let first = tracks[report.track].doubtful, agree(first.excess, excess) {
            if isTrackAlone(report, since: first.number, excess: excess) {
                tracks[report.track].line.reset()
                accept(report)
            } else {
                stepClock(by: excess, report)
            }
        } else {
            tracks[report.track].doubtful = DoubtfulReport(excess: excess, number: reportNumber)
        }
    }

    private func agree(_ one: Int64, _ other: Int64) -> Bool { abs(one - other) <= Self.doubtThreshold }

    private func otherTracks(than track: Int, agreeOn excess: Int64) -> Bool {
        tracks.indices.contains { index in
            guard index != track, let doubtful = tracks[index].doubtful else { return false }
            return agree(doubtful.excess, excess)
        }
    }

    /// Whether the track's ticks jumped, rather than the wall clock of its sender.
    ///
    /// If another track's report fitted meanwhile, the wall clock is fine. Otherwise the arrival
    /// decides: the report comes shortly after the moment it names, by whichever clock is right.
    private func isTrackAlone(_ report: Report, since number: Int, excess: Int64) -> Bool {
        for index in tracks.indices where index != report.track && tracks[index].lastFittingReport > number {
            return true
        }
        let lateness = report.moment - offset - report.wall
        return abs(lateness) < abs(lateness + excess)
    }

    /// The sender set its clock: what it says now is moved to where it would have been.
    private mutating func stepClock(by excess: Int64, _ report: Report) {
        clockStepCount += 1
        offset -= excess
        delays.shift(by: -excess)
        for index in tracks.indices {
            tracks[index].line.shift(by: excess)
            tracks[index].doubtful = nil
        }
        accept(report)
    }
}
