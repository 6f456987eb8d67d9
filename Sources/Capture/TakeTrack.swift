import Codecs

/// One track of a take: holds each sample back until it is known how long it lasts.
struct TakeTrack: Sendable {
    /// The writer's number of the track; nothing until its first sample.
    var number: Int?
    /// The last sample, whose end is not known yet.
    private(set) var pending: Sample?
    /// Decode time of the newest sample, pending or not.
    private(set) var lastTicks: Int64 = -1
    private var lastDuration: UInt32
    private let longestUsual: UInt32
    /// Whether any sample went to the file: a track that was announced has at least one.
    private var hasGiven = false

    /// A track whose samples last `usualDuration` until one of them shows better.
    init(usualDuration: UInt32) {
        lastDuration = usualDuration
        longestUsual = usualDuration * 4
    }

    /// Takes the next sample, and returns the one before it, its duration now known.
    ///
    /// Decode times grow by a tick at least, whatever the clocks say.
    mutating func push(
        _ bytes: [UInt8], at ticks: Int64, compositionOffset: Int32 = 0, isKeyframe: Bool
    ) -> Sample? {
        let place = max(ticks, lastTicks + 1)
        let before = endPending(at: place)
        pending = Sample(
            decodeTicks: place, compositionOffsetTicks: compositionOffset, durationTicks: lastDuration,
            isKeyframe: isKeyframe, bytes: bytes)
        lastTicks = place
        return before
    }

    /// Forgets the pending sample if it would begin at `ticks` or later, unless it is the only one.
    mutating func dropPending(beginningFrom ticks: Int64) -> Bool {
        guard let sample = pending, sample.decodeTicks >= ticks, hasGiven else { return false }
        pending = nil
        return true
    }

    /// Gives out the pending sample, which ends at `ticks`.
    mutating func endPending(at ticks: Int64) -> Sample? {
        guard var sample = pending else { return nil }
        pending = nil
        hasGiven = true
        sample.durationTicks = UInt32(clamping: max(1, ticks - sample.decodeTicks))
        // A gap says nothing of how long the next one lasts.
        if sample.durationTicks <= longestUsual { lastDuration = sample.durationTicks }
        return sample
    }

    /// Gives out the pending sample before its end is known, with the duration of the one before it.
    ///
    /// The next sample may begin later; players then hold the picture, and the finished file counts the
    /// distance between the two.
    mutating func releasePending() -> Sample? {
        guard let sample = pending else { return nil }
        pending = nil
        hasGiven = true
        return sample
    }
}
