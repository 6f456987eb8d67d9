import Codecs
import Jitter
import RTP
import Units

// What to tell and ask the sender.
extension TrackReceiver {
    /// Requests are collected for so long: NACKs at a finer grain would only be more packets.
    static let nackInterval = Duration.milliseconds(10)
    /// How old a gap grows at the most before a keyframe is asked for, if its repair has had a chance by then.
    static let precautionAge = Duration.milliseconds(350)

    /// How many packets in a row take their sender a while to send again: as long as they keep coming, all is well.
    static let greatGap = 32

    /// When `advance(to:)`, `takeRequests(at:)` or `takeKeyframeRequest(at:)` has something to do.
    ///
    /// Mutates nothing; but only what mutates is run on an array's element without copying it.
    mutating func nextDeadline() -> Instant? {
        var deadline = earliest(earliest(reorder.deadline, overture.deadline), keyframes.deadline)
        if let due = nack.deadline { deadline = earliest(deadline, max(due, nextNACK)) }
        return earliest(deadline, precautionDeadline)
    }

    /// Whether something is missing that may come any moment, or has just begun.
    var isInHurry: Bool { nack.missingCount > 0 || keyframes.deadline != nil || !overture.isOver }

    /// Gives up the gaps that were waited for long enough.
    mutating func advance(to now: Instant, into events: inout Queue<PeerEvent>) {
        if let due = overture.deadline, due <= now { endOverture(at: now, into: &events) }
        leaveHopelessGaps(at: now, into: &events)
        takePrecaution(at: now)
        release(at: now, into: &events)
    }

    /// Gives every gap up, because nothing more will come.
    mutating func flush(at now: Instant, into events: inout Queue<PeerEvent>) {
        endOverture(at: now + Overture.patience, into: &events)
        reorder.abandon(before: .max)
        release(at: now, into: &events)
    }

    /// The sequence numbers to ask for now.
    mutating func takeRequests(at now: Instant) -> [UInt16] {
        guard let due = nack.deadline, due <= now, nextNACK <= now else { return [] }
        nextNACK = now + Self.nackInterval
        // Sound must be in time for silence not to be made in its place.
        if kind == .video {
            let trips = repairTimer.roundTrip * Self.patientRoundTrips
            let patience = min(max(Self.repairPatience, trips), Self.longestPatience)
            (reorder.patience, nack.patience) = (patience, patience)
        }
        let numbers = nack.nextRequests(at: now, answeredWithin: repairTimer.answerTime)
        repairTimer.asked(for: numbers, at: now)
        return numbers
    }

    /// Whether to ask for a keyframe now; if so, it counts as asked.
    mutating func takeKeyframeRequest(at now: Instant) -> Bool {
        keyframes.takeDue(at: now, roundTrip: repairTimer.roundTrip, isPathLossy: nack.isPathLossy)
    }

    /// Whether requests for a keyframe are not heeded, so that another kind of them should be tried.
    var isSenderStubborn: Bool { keyframes.tries > KeyframeRequests.stubbornTries }

    mutating func requestKeyframe(at now: Instant) {
        guard kind == .video else { return }
        keyframes.wish(at: now)
    }

    /// Takes a sender report in; returns the unwrapped ticks that it is about.
    ///
    /// Nothing before the first packets are in order: there is no point yet to unwrap from.
    mutating func receive(_ report: SenderReport, at now: Instant) -> Int64? {
        reception.received(report, at: now)
        guard overture.isOver else { return nil }
        // A copy: a report must not move the point that later packets are unwrapped from.
        var unwrapper = timestamps
        return unwrapper.unwrap(report.timestamp)
    }

    /// Notes a report about the retransmission stream, if `report` is one.
    mutating func receiveRepairReport(_ report: SenderReport, at now: Instant) {
        guard repairs?.reception.source == report.sender else { return }
        repairs?.reception.received(report, at: now)
    }

    /// Appends what a receiver report says about the track and its retransmissions.
    mutating func appendReports(to blocks: inout [ReportBlock], at now: Instant) {
        blocks.append(reception.makeReport(at: now))
        if let block = repairs?.reception.makeReport(at: now) { blocks.append(block) }
    }
}

// Asking for a keyframe before a repair has failed.
extension TrackReceiver {
    /// When the oldest missing packet has been missing for so long that its repair may well fail.
    private var precautionDeadline: Instant? {
        guard kind == .video, usesNACK, overture.isOver else { return nil }
        guard let oldest = nack.oldest(behind: coveredPlace) else { return nil }
        var since = oldest.since
        if oldest.gapCount >= Self.greatGap { since = max(since, lastRepair) }
        // Two requests without an answer; or one, where two would take too long.
        let answer = repairTimer.answerTime
        let (one, two) = (nack.grace + Self.nackInterval + answer, nack.grace + Self.nackInterval + answer * 2)
        return since + min(two, max(one, Self.precautionAge))
    }

    /// Up to where a keyframe was asked for, comes or has come: what is missing before needs no other.
    private var coveredPlace: Int64 {
        let asked = max(precaution ?? .min, waitingKeyframe ?? .min)
        return comingKeyframes.reduce(asked) { max($0, $1.previous) }
    }

    private mutating func takePrecaution(at now: Instant) {
        guard let due = precautionDeadline, due <= now else { return }
        precaution = nack.oldest(behind: coveredPlace)?.place
        keyframes.wantAsPrecaution(at: now)
    }

    /// The packet for whose sake a keyframe was asked for has come into line, or was given up.
    mutating func noteRepaired(upTo place: Int64, lostBefore: Int) {
        precaution = nil
        if lostBefore == 0 { keyframes.withdrawPrecaution() }
    }
}
