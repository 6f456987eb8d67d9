public import Units

/// Which of a sender's statements about its wall clock are believed.
extension PeerClock {
    /// A frame's capture time is made use of once a second; a line needs no more.
    private static let captureInterval: Int64 = 1_000_000_000
    /// Who tells capture times need not report: they are the better evidence, and of the same clock.
    private static let captureLife: Int64 = 10_000_000_000

    /// Takes what a sender report says of a track: its wall clock and its ticks at one moment (RFC 3550 §6.4.1).
    ///
    /// It may come before the track's first frame, late, twice, or never.
    public mutating func noteReport(track: Int, wall: NTPTime, ticks: Int64, at arrival: Instant) {
        let report = Report(track: track, ticks: Self.bounded(ticks), wall: wall, moment: moment(of: arrival))
        if wall.rawValue == 0 {
            // RFC 3550 §6.4.1: a sender that has no wall clock reports zero.
            refuse(report)
        } else if !tracks[track].isStarted {
            tracks[track].early = report
        } else if report.moment - tracks[track].lastCapture > Self.captureLife {
            judge(report)
        }
    }

    /// Takes the sender's wall clock at the moment when a frame was captured, after its arrival was noted.
    public mutating func noteCaptureTime(track: Int, ticks: Int64, captured wall: NTPTime, at arrival: Instant) {
        let moment = moment(of: arrival)
        guard wall.rawValue != 0, tracks[track].isStarted else { return }
        guard moment - tracks[track].lastCaptureTry >= Self.captureInterval else { return }
        tracks[track].lastCaptureTry = moment
        judge(Report(track: track, ticks: Self.bounded(ticks), wall: wall, moment: moment, isOfFrame: true))
    }

    /// Believes a report, doubts it, or refuses it.
    mutating func judge(_ report: Report) {
        reportNumber += 1
        let track = report.track
        var report = report
        report.ticks = tracks[track].nearest(to: report.ticks)
        if sender.epoch == nil {
            guard let place = place(of: report) else { return }
            sender.begin(wall: report.wall, place: place, at: report.moment)
            accept(report)
            return
        }
        let wall = sender.elapsed(to: report.wall)
        // Sent twice, it says nothing new; and what is wrong is not made right by saying it again.
        guard !tracks[track].hasHeard(ticks: report.ticks, wall: wall) else { return }
        guard place(of: report) != nil else { return }
        if tracks[track].line.isKnown {
            compare(report, excess: wall - tracks[track].line.wall(of: report.ticks))
        } else {
            introduce(report, excess: wall - (target(track: track, ticks: report.ticks) ?? 0) + sender.offset)
        }
    }

    /// Where the frames of a report's moment are; refuses it if they are not near its arrival.
    private mutating func place(of report: Report) -> Int64? {
        let place = target(track: report.track, ticks: report.ticks) ?? .min / 2
        if abs(report.moment - place) <= Self.farthestReport { return place }
        refuse(report)
        return nil
    }

    private mutating func refuse(_ report: Report) {
        refusedReportCount += 1
        tracks[report.track].counts.refusedReports += 1
    }

    private mutating func accept(_ report: Report) {
        let wall = sender.elapsed(to: report.wall)
        tracks[report.track].accept(ticks: report.ticks, wall: wall, by: sender, at: report.moment)
        tracks[report.track].lastFit = reportNumber
        if report.isOfFrame {
            tracks[report.track].lastCapture = report.moment
            tracks[report.track].counts.captureTimes += 1
        } else {
            tracks[report.track].counts.reports += 1
        }
    }

    private mutating func doubt(_ report: Report, excess: Int64) {
        tracks[report.track].doubtful = DoubtfulReport(
            ticks: report.ticks, wall: sender.elapsed(to: report.wall), excess: excess, number: reportNumber,
            moment: report.moment)
    }

    private func agree(_ one: Int64, _ other: Int64, within tolerance: Int64 = doubtThreshold) -> Bool {
        abs(one - other) <= tolerance
    }

    /// The earlier doubt of a report's track, if it said the same.
    private func sharedDoubt(_ report: Report, excess: Int64) -> DoubtfulReport? {
        tracks[report.track].doubtful.flatMap { first in
            let isRecent = report.moment - first.moment <= Self.doubtLife
            return isRecent && agree(first.excess, excess) ? first : nil
        }
    }

    /// Whether another track's report lately was off by the same.
    private func otherTracks(agreeOn excess: Int64, with report: Report) -> Bool {
        tracks.indices.contains { index in
            guard index != report.track, let doubtful = tracks[index].doubtful else { return false }
            let areBothKnown = tracks[index].line.isKnown && tracks[report.track].line.isKnown
            let tolerance = areBothKnown ? Self.doubtThreshold : Self.arrivalDoubt
            return report.moment - doubtful.moment <= Self.doubtLife
                && agree(doubtful.excess, excess, within: tolerance)
        }
    }

    /// The first report of a track: arrivals say roughly what it may be.
    private mutating func introduce(_ report: Report, excess: Int64) {
        let isShared = sharedDoubt(report, excess: excess) != nil
        if abs(excess) <= Self.arrivalDoubt {
            accept(report)
        } else if otherTracks(agreeOn: excess, with: report) || isShared && !isAnyOtherFresh(than: report) {
            stepClock(by: excess, report)
        } else if isShared, abs(excess) <= Self.farthestReport {
            accept(report)
        } else {
            if abs(excess) > Self.farthestReport { refuse(report) }
            doubt(report, excess: excess)
        }
    }

    private func isAnyOtherFresh(than report: Report) -> Bool {
        tracks.indices.contains {
            $0 != report.track && tracks[$0].line.isKnown && tracks[$0].isFresh(at: report.moment)
        }
    }

    /// A report that fits its line refines it; one that does not is believed when something else agrees.
    private mutating func compare(_ report: Report, excess: Int64) {
        if abs(excess) <= Self.doubtThreshold {
            accept(report)
        } else if otherTracks(agreeOn: excess, with: report) {
            stepClock(by: excess, report)
        } else if let first = sharedDoubt(report, excess: excess) {
            isTrackAlone(report, since: first.number, excess: excess)
                ? beginLine(with: report) : stepClock(by: excess, report)
        } else if arrivalsAgree(on: excess, of: report.track) {
            beginLine(with: report)
        } else {
            doubt(report, excess: excess)
        }
    }

    /// Whether the track's frames are as late, or as early, as its report says its ticks are.
    ///
    /// A wall clock that is wrong or was set does not move arrivals.
    private func arrivalsAgree(on excess: Int64, of track: Int) -> Bool {
        guard abs(excess) > Self.arrivalDoubt, let delay = tracks[track].recentDelay else { return false }
        let lateness = delay - sender.offset - (tracks[track].usualLag ?? 0)
        return agree(lateness, excess, within: Self.arrivalDoubt / 2)
    }

    /// Whether the track's ticks jumped, rather than the wall clock of its sender.
    ///
    /// If another track's report fitted meanwhile, the wall clock is fine. Otherwise the arrival
    /// decides: the report comes shortly after the moment it names, by whichever clock is right.
    private func isTrackAlone(_ report: Report, since number: Int, excess: Int64) -> Bool {
        for index in tracks.indices where index != report.track && tracks[index].lastFit > number { return true }
        let lateness = report.moment - sender.offset - sender.elapsed(to: report.wall)
        return abs(lateness) < abs(lateness + excess)
    }

    private mutating func beginLine(with report: Report) {
        tracks[report.track].forgetReports()
        accept(report)
    }

    /// The sender set its clock: what it says now is moved to where it would have been.
    private mutating func stepClock(by excess: Int64, _ report: Report) {
        clockStepCount += 1
        sender.step(by: excess)
        for index in tracks.indices {
            tracks[index].line.shift(by: excess)
            tracks[index].doubtful = nil
        }
        accept(report)
    }
}
