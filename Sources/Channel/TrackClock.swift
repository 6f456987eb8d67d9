import Units

/// What is known of the time of one track: its arrivals, its sender's reports, and where its frames were placed.
///
/// Times are nanoseconds since the channel's origin. Ticks lie within ±`farthestTicks`, so that differences of
/// them neither overflow nor lose precision as floating-point numbers.
struct TrackClock: Sendable {
    /// Beyond what 32-bit timestamps reach in a thousand years.
    static let farthestTicks: Int64 = 1 << 52
    /// A frame that comes so much before its time belongs to a new count of ticks.
    static let earliest: Int64 = -2_000_000_000
    /// A frame that comes so late may have waited in a network; beyond this none does.
    static let latest: Int64 = 10_000_000_000
    /// Later than this for longer than `patience`, and the sender's ticks may have stood still for a while, as
    /// those of a microphone that was taken away do.
    static let late: Int64 = 1_000_000_000
    static let patience: Int64 = 2_000_000_000
    /// Who sent nothing for so long says nothing about the network any more.
    private static let silence: Int64 = 10_000_000_000
    /// Without a report for so long, a track is held to the others by its arrivals, and so often.
    private static let staleAfter: Int64 = 30_000_000_000
    private static let holdInterval: Int64 = 5_000_000_000

    let nanosecondsPerTick: Double
    let isVideo: Bool

    /// What the sender said of its wall clock.
    var line: ReportLine
    /// Where the frames were placed.
    var path: BentLine
    /// A report that contradicts what is known, until another one agrees or not.
    var doubtful: DoubtfulReport?
    /// A report that came before the first frame.
    var early: Report?
    /// The number of the last report that was believed, and its moment.
    var lastFit = 0
    var lastFitMoment = Int64.min / 2
    /// When a frame's capture time was last believed, and when one was last looked at.
    var lastCapture = Int64.min / 2
    var lastCaptureTry = Int64.min / 2
    /// How much later than the peer's offset its least delayed frames come, when reports last told.
    var usualLag: Int64?
    /// When it was last held to another track for want of reports.
    var lastHold = Int64.min / 2
    var counts = TrackCounts()

    private(set) var isStarted = false
    /// The newest tick that arrived, and when.
    private(set) var newestTicks: Int64 = 0
    private(set) var lastArrival = Int64.min / 2
    /// How late the last frame came.
    private(set) var lateness: Int64 = 0
    private(set) var meter = DriftMeter()
    private var firstTicks: Int64 = 0
    private var arrivals = SlidingMinimum()
    private var lateSince: Int64?

    init(rate: ClockRate) {
        nanosecondsPerTick = 1e9 / Double(rate.ticksPerSecond)
        isVideo = rate == .video
        line = ReportLine(rate: rate)
        path = BentLine(nanosecondsPerTick: nanosecondsPerTick)
    }

    /// Where a tick should lie if only arrivals are known: the least delayed of late ones sets the place.
    func timeByArrival(of ticks: Int64) -> Int64? {
        arrivals.value.map { $0 + nominal(ticks) }
    }

    /// How late the least delayed of late frames came, measured from the sender's wall clock; nothing if
    /// either is unknown.
    var delay: Int64? {
        guard line.isKnown else { return nil }
        return timeByArrival(of: newestTicks).map { $0 - line.wall(of: newestTicks) }
    }

    /// The same of the last one or two seconds.
    var recentDelay: Int64? {
        guard line.isKnown else { return nil }
        return arrivals.recent.map { $0 + nominal(newestTicks) - line.wall(of: newestTicks) }
    }

    /// Counts 32-bit ticks on from the nearest of ours, whoever unwrapped them.
    func nearest(to ticks: Int64) -> Int64 { newestTicks + Int64(Int32(truncatingIfNeeded: ticks - newestTicks)) }

    /// Whether a report says nothing that was not said before.
    func hasHeard(ticks: Int64, wall: Int64) -> Bool {
        doubtful.map { $0.ticks == ticks && $0.wall == wall } ?? false || line.contains(ticks: ticks, wall: wall)
    }

    /// Whether its reports are known and frames of it come.
    func isAlive(at moment: Int64) -> Bool { line.isKnown && moment - lastArrival <= Self.silence }

    /// Whether reports tell where it lies now.
    func isFresh(at moment: Int64) -> Bool { moment - lastFitMoment <= Self.staleAfter }

    /// Whether reports no longer come though frames do, and it is time to make up for that.
    func isHoldDue(at moment: Int64) -> Bool {
        isAlive(at: moment) && !isFresh(at: moment) && moment - lastHold >= Self.holdInterval
    }

    /// Takes what was said of the sender's wall clock, in nanoseconds since its epoch, for true.
    mutating func accept(ticks: Int64, wall: Int64, by sender: SenderClock, at moment: Int64) {
        line.add(ticks: ticks, wall: wall)
        doubtful = nil
        lastFitMoment = moment
        guard let delay else { return }
        let lag = delay - sender.offset
        usualLag = usualLag.map { sender.isNew(at: moment) ? lag : $0 + (lag - $0) / 8 } ?? lag
    }

    /// Whether a frame of it came lately, and in time.
    func wasPunctual(at moment: Int64) -> Bool {
        isStarted && moment - lastArrival <= Self.late && lateness <= Self.late / 2
    }

    /// Notes when a frame's last packet arrived, and how late that was.
    mutating func noteArrival(ticks: Int64, at arrival: Int64, lateness: Int64) {
        if !isStarted { (firstTicks, newestTicks) = (ticks, ticks) }
        isStarted = true
        arrivals.note(arrival - nominal(ticks), at: arrival)
        newestTicks = max(newestTicks, ticks)
        lastArrival = max(lastArrival, arrival)
        self.lateness = lateness
        if let delay = arrivals.value { meter.note(delay: delay, at: arrival) }
        path.drift = meter.drift ?? line.drift
    }

    /// Whether frames have come too late for longer than a network's bad moment.
    mutating func isLateForLong(lateness: Int64, at arrival: Int64) -> Bool {
        guard lateness > Self.late else {
            lateSince = nil
            return false
        }
        let since = lateSince ?? arrival
        lateSince = since
        return arrival - since > Self.patience
    }

    /// The ticks begin anew: places go on behind all that was given out.
    mutating func restart() {
        counts.restarts += 1
        isStarted = false
        arrivals = SlidingMinimum()
        meter.restart()
        path.begin()
        forgetReports()
        lateSince = nil
    }

    /// The line of reports begins anew.
    mutating func forgetReports() {
        line.reset()
        doubtful = nil
    }

    private func nominal(_ ticks: Int64) -> Int64 {
        (Double(ticks - firstTicks) * nanosecondsPerTick).nearest
    }
}

/// How often what happened to one track.
struct TrackCounts: Sendable {
    var restarts = 0
    var reports = 0
    var captureTimes = 0
    var refusedReports = 0
}

/// What a sender said of its wall clock and its ticks at one moment.
struct Report: Sendable {
    var track: Int
    var ticks: Int64
    var wall: NTPTime
    /// When it arrived, in nanoseconds since the channel's origin.
    var moment: Int64
    /// Whether a frame told its own capture time.
    var isOfFrame = false
}

/// A sender report that lies off what is known of its track.
struct DoubtfulReport: Sendable {
    var ticks: Int64
    /// The wall clock that it told, in nanoseconds since the peer's epoch.
    var wall: Int64
    /// By how much its wall clock is ahead of what was expected.
    var excess: Int64
    /// Its number among all reports of the peer, and when it came.
    var number: Int
    var moment: Int64
}
