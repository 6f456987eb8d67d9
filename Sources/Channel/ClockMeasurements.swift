public import Units

/// What a peer's clock measured, for a recording's own record.
public struct ClockMeasurements: Equatable, Sendable {
    /// What was measured of one track.
    public struct Track: Equatable, Sendable {
        /// How much faster than ours its clock runs, in millionths; nothing before a minute of arrivals.
        public var drift: Double?
        /// How much faster than its sender's wall clock it runs, in millionths; nothing without reports.
        ///
        /// Differences of this between two tracks are known earlier and better than those of `drift`.
        public var wallDrift: Double?
        /// How far the last reports lie from a straight line: the median.
        public var reportSpread: Duration?
        /// How much later than the promptest frames of the peer its least delayed ones come.
        ///
        /// What the sender needs to encode them, mostly.
        public var lag: Duration?
        /// How far behind where it should be the last frame was placed.
        public var placementError: Duration
        /// How many reports, and how many capture times of frames, were believed.
        public var reportCount: Int
        public var captureTimeCount: Int
        public var refusedReportCount: Int
        /// How many times its ticks began anew without notice.
        public var restartCount: Int
    }

    /// In the order in which they were added.
    public var tracks: [Track]
    /// What the sender's wall clock showed at the channel's origin; nothing without reports.
    public var wallAtOrigin: NTPTime?
    /// How many times the sender set its wall clock.
    public var clockStepCount: Int
    /// How many reports were refused because they could not be true.
    public var refusedReportCount: Int
    /// How far pictures lie behind the sound that belongs to them; nothing until reports tell about both.
    public var skew: Skew?

    /// An estimate from the sender's own word of how far pictures and sound were placed apart.
    public struct Skew: Equatable, Sendable {
        /// Of the last picture; positive if it is later than its sound.
        public var latest: Duration
        /// Of half of all pictures the size is no larger than this, to the millisecond; and of 99 %.
        public var median: Duration
        public var percentile99: Duration
        public var pictureCount: Int
    }
}

extension PeerClock {
    /// What was measured so far.
    public var measurements: ClockMeasurements {
        ClockMeasurements(
            tracks: tracks.indices.map(measurements(of:)), wallAtOrigin: sender.wallAtOrigin,
            clockStepCount: clockStepCount, refusedReportCount: refusedReportCount, skew: skewMeter.value)
    }

    /// How much faster one track's clock runs than another's, in millionths; nothing before it is known.
    public func drift(of track: Int, relativeTo other: Int) -> Double? {
        let (one, two) = (measurements(of: track), measurements(of: other))
        if let one = one.wallDrift, let two = two.wallDrift { return one - two }
        if let one = one.drift, let two = two.drift { return one - two }
        return nil
    }

    private func measurements(of track: Int) -> ClockMeasurements.Track {
        let clock = tracks[track]
        return ClockMeasurements.Track(
            drift: clock.meter.drift.map { -$0 * 1e6 },
            wallDrift: clock.line.isKnown ? -clock.line.lastingDrift * 1e6 : nil,
            reportSpread: clock.line.isKnown ? .nanoseconds(clock.line.spread) : nil,
            lag: clock.usualLag.map { .nanoseconds($0) }, placementError: .nanoseconds(clock.path.error),
            reportCount: clock.counts.reports, captureTimeCount: clock.counts.captureTimes,
            refusedReportCount: clock.counts.refusedReports, restartCount: clock.counts.restarts)
    }

    /// After a frame was placed: pictures are compared with the sound placed last.
    mutating func noteSkew(_ track: Int) {
        guard tracks[track].isVideo else {
            latestSound = track
            return
        }
        guard let sound = latestSound, tracks[track].line.isKnown, tracks[sound].line.isKnown else { return }
        skewMeter.note(tracks[track].path.error - tracks[sound].path.error)
    }
}

/// Counts how often sound and picture were so and so far apart.
struct SkewMeter: Sendable {
    /// One for each millisecond; the last one takes all that is more.
    private var counts = [Int](repeating: 0, count: 128)
    private var total = 0
    private var latest: Int64 = 0

    mutating func note(_ skew: Int64) {
        latest = skew
        total += 1
        counts[min(counts.count - 1, Int(abs(skew) / 1_000_000))] += 1
    }

    /// The estimate; nothing before there is a picture to compare.
    var value: ClockMeasurements.Skew? {
        guard total > 0 else { return nil }
        return ClockMeasurements.Skew(
            latest: .nanoseconds(latest), median: percentile(50), percentile99: percentile(99), pictureCount: total)
    }

    private func percentile(_ share: Int) -> Duration {
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen * 100 >= total * share { return .milliseconds(index + 1) }
        }
        return .milliseconds(counts.count)
    }
}
