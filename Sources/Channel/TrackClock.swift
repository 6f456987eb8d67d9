import Units

/// Where one track's RTP ticks lie on the channel's timeline: a line that is bent, never broken.
///
/// `PeerClock` says where a tick should lie; this moves there gently, so that a later tick always has
/// a later time. Times are nanoseconds since the channel's origin.
struct TrackClock: Sendable {
    /// An error fades with this time constant, unless that would bend the line too far or too little.
    private static let fade = 0.6e9
    /// At most this share faster or slower; what it costs is heard as pitch only while it lasts.
    private static let strongestBend = 0.2
    private static let gentlestBend = 0.001
    /// Errors are left alone until they reach 4 ms, then faded to less than half a millisecond: in between a
    /// file's times are the sender's own to the tick, and an even pace stays even.
    private static let noticeable: Int64 = 4_000_000
    private static let negligible: Int64 = 500_000

    /// A frame that comes so much before its time belongs to a new count of ticks.
    private static let earliest: Int64 = -2_000_000_000
    /// A frame that comes so late may have waited in a network; beyond this none does.
    private static let latest: Int64 = 10_000_000_000
    /// Later than this for longer than `patience`: the sender's ticks stood still for a while, as
    /// those of a microphone that was taken away do.
    private static let late: Int64 = 1_000_000_000
    private static let patience: Int64 = 2_000_000_000

    private struct Anchor {
        var ticks: Int64
        var time: Int64
    }

    /// What the sender's reports said.
    var line: ReportLine
    /// A report that contradicts the line, until another one agrees or not.
    var doubtful: DoubtfulReport?
    /// The number of the last report that fitted the line.
    var lastFittingReport = 0
    /// How many times the ticks began anew.
    private(set) var restartCount = 0

    private let nanosecondsPerTick: Double
    private var anchor: Anchor?
    /// Whether the line has given out a place since it began.
    private var hasPlaced = false
    private var lastPlaced = Int64.min + 1
    private var firstTicks: Int64 = 0
    private var arrivals = SlidingMinimum()
    private var lateSince: Int64?
    private var isCorrecting = false

    init(rate: ClockRate) {
        line = ReportLine(rate: rate)
        nanosecondsPerTick = 1e9 / Double(rate.ticksPerSecond)
    }

    /// Whether any frame has arrived.
    var isStarted: Bool { anchor != nil }

    /// The time of a tick by the line as it stands; 0 before the first frame.
    func time(of ticks: Int64) -> Int64 {
        guard let anchor else { return 0 }
        return anchor.time + (Double(ticks - anchor.ticks) * nanosecondsPerTick * (1 + line.drift)).nearest
    }

    /// Where a tick should lie if only arrivals are known: the least delayed of late ones sets the place.
    func timeByArrival(of ticks: Int64) -> Int64? {
        arrivals.value.map { $0 + nominal(ticks) }
    }

    /// Notes when a frame's last packet arrived, and begins anew if that cannot belong to the line.
    mutating func noteArrival(ticks: Int64, at arrival: Int64) {
        if !isStarted {
            begin(ticks: ticks, at: arrival)
        } else if isBroken(deviation: arrival - time(of: ticks), at: arrival) {
            restartCount += 1
            begin(ticks: ticks, at: arrival)
        }
        arrivals.note(arrival - nominal(ticks), at: arrival)
    }

    /// Moves the line's end to `ticks`, bent towards `target` as far as is gentle, and says where that is.
    ///
    /// The first place after a beginning is the target itself.
    mutating func place(_ ticks: Int64, target: Int64) -> Int64 {
        guard let old = anchor else { return target }
        if !hasPlaced {
            hasPlaced = true
            anchor = Anchor(ticks: ticks, time: max(target, lastPlaced + 1))
        } else if ticks > old.ticks {
            let straight = time(of: ticks)
            let elapsed = Double(straight - old.time)
            isCorrecting = abs(target - straight) >= (isCorrecting ? Self.negligible : Self.noticeable)
            let error = isCorrecting ? Double(target - straight) : 0
            let bend = min(max(abs(error) / Self.fade, Self.gentlestBend), Self.strongestBend)
            let correction = min(max(error, -elapsed * bend), elapsed * bend)
            anchor = Anchor(ticks: ticks, time: max(straight + Int64(correction), old.time + 1))
        }
        let place = time(of: ticks)
        lastPlaced = max(lastPlaced, place)
        return place
    }

    private func nominal(_ ticks: Int64) -> Int64 {
        (Double(ticks - firstTicks) * nanosecondsPerTick).nearest
    }

    /// Starts a new line that begins after everything the old one gave out.
    private mutating func begin(ticks: Int64, at arrival: Int64) {
        anchor = Anchor(ticks: ticks, time: max(arrival, lastPlaced + 1))
        hasPlaced = false
        firstTicks = ticks
        arrivals = SlidingMinimum()
        line.reset()
        doubtful = nil
        lateSince = nil
    }

    private mutating func isBroken(deviation: Int64, at arrival: Int64) -> Bool {
        guard (Self.earliest...Self.latest).contains(deviation) else { return true }
        guard deviation > Self.late else {
            lateSince = nil
            return false
        }
        let since = lateSince ?? arrival
        lateSince = since
        return arrival - since > Self.patience
    }
}

/// A sender report that lies off its track's line.
struct DoubtfulReport: Sendable {
    /// By how much its wall clock is ahead of the line.
    var excess: Int64
    /// Its number among all reports of the peer.
    var number: Int
}
