public import Units

/// Decides which missing packets of one stream to ask for, and when to ask again.
///
/// A packet is missing once a later one has arrived. It is asked for after a grace as long as this stream's packets
/// are usually late, then again whenever the answer is overdue, at ever longer intervals, until it comes or is given
/// up.
public struct NACKGenerator: Sendable {
    /// How patient the generator is, and how much it takes on.
    public struct Limits: Equatable, Sendable {
        /// How long a packet may be late before it counts as missing, at first: reordering costs no request.
        public var reorderGrace = Duration.milliseconds(10)
        /// Between which bounds the grace follows what the stream's packets really do.
        public var graceBounds = Duration.milliseconds(5)...Duration.milliseconds(50)
        /// The shortest time between two requests for one packet, however short the round trip.
        public var minimumInterval = Duration.milliseconds(20)
        /// How often one packet is asked for.
        public var maximumTries = 10
        /// How many packets may be missing at once: half a second of 2000 packets a second.
        ///
        /// At the limit the oldest are given up.
        public var maximumMissing = 1000

        public init() {}
    }

    /// How likely the failures must be, all together, for the next request to be worth waiting for.
    private static let badLuck = 1.0 / 1_000_000

    private struct Missing {
        var place: Int64
        var since: Instant
        /// How many packets were missing in a row when this one was noticed.
        var gapCount: Int
        var due: Instant
        var tries: Int

        /// How many requests have had time to be answered, and were not.
        func failures(at now: Instant) -> Int { due <= now ? tries : tries - 1 }
    }

    /// How many packets one call asks for at most: their NACK fits a datagram even if none are neighbours.
    public static let maximumRequestCount = 256

    /// The earliest moment at which `nextRequests` may have something to say; nothing while none is missing.
    public private(set) var deadline: Instant?

    /// How long one packet is asked for; may change at any time.
    ///
    /// Equals the reorder buffer's patience: what comes later would be of no use.
    public var patience = Duration.milliseconds(500)

    /// Requests made, repeated ones included.
    public private(set) var requestCount = 0
    /// Packets that arrived after they had been asked for.
    public private(set) var repairedCount = 0
    /// Packets that are not asked for any more.
    public private(set) var givenUpCount = 0
    /// How long a packet may be late now before it counts as missing.
    public private(set) var grace: Duration

    private let limits: Limits
    private var highest: Int64?
    /// The lowest place that is known to belong to the stream.
    private var lowest: Int64 = 0
    /// Sorted by place, since gaps only open above the highest.
    private var missing: [Missing] = []
    /// The share of packets that are missing at first: smoothed.
    private var lossShare = 0.0
    /// The share of requests that bring nothing, though the packet can be had: smoothed.
    private var failureShare = 0.1

    public init(limits: Limits = Limits()) {
        self.limits = limits
        grace = limits.reorderGrace
    }

    /// How many packets are missing and not yet given up.
    public var missingCount: Int { missing.count }

    /// The first packet that is missing behind `place`, since when, and how many were missing in a row with it; nothing
    /// while none is.
    public func oldest(behind place: Int64 = .min) -> (place: Int64, since: Instant, gapCount: Int)? {
        guard let last = missing.last, last.place > place else { return nil }
        return missing.first { $0.place > place }.map { ($0.place, $0.since, $0.gapCount) }
    }

    /// Notes that a packet arrived; `isAnswer` if it may have come because it was asked for.
    ///
    /// `isBeginning` says that the first packet to come need not be the first that is of use: what lies between it and an
    /// earlier one is missing as well.
    public mutating func received(
        place: Int64, isAnswer: Bool = true, isBeginning: Bool = false, at now: Instant
    ) {
        guard let highest else {
            (self.highest, lowest) = (place, place)
            return
        }
        if place < lowest {
            guard isBeginning else { return }
            let gap = place + 1..<lowest
            lowest = place
            openGap(gap, isFirst: true, at: now)
            return
        }
        guard place > highest else {
            forget(place, isAnswer: isAnswer, at: now)
            return
        }
        self.highest = place
        lossShare -= lossShare / 256
        if place > highest + 1 { openGap(highest + 1..<place, at: now) }
    }

    /// Stops asking for anything before `place`, because the reorder buffer has moved past it.
    public mutating func forget(before place: Int64) {
        let count = missing.firstIndex { $0.place >= place } ?? missing.count
        guard count > 0 else { return }
        missing.removeFirst(count)
        givenUpCount += count
        if missing.isEmpty { deadline = nil }
    }

    /// The sequence numbers to ask for now, oldest first; each is asked for again if no answer came after `wait`.
    ///
    /// Call it no more often than once in about 10 ms, so that one NACK carries many.
    public mutating func nextRequests(at now: Instant, answeredWithin wait: Duration) -> [UInt16] {
        guard let deadline, deadline <= now else { return [] }
        giveUp(at: now)
        var requests: [UInt16] = []
        var next: Instant?
        for index in missing.indices {
            if missing[index].due <= now, requests.count < Self.maximumRequestCount {
                requests.append(UInt16(truncatingIfNeeded: missing[index].place))
                missing[index].tries += 1
                missing[index].due = now + interval(afterTries: missing[index].tries, wait: wait)
            }
            next = min(next ?? missing[index].due, missing[index].due)
        }
        self.deadline = next
        requestCount += requests.count
        return requests
    }

    /// Whether packets are lost often enough for single ones to be sent twice: one in a hundred.
    public var isPathLossy: Bool { lossShare > 0.01 }

    /// Whether the oldest missing packet failed to come so often that it is not bad luck any more.
    ///
    /// Bad luck is what this path does to one packet in a million that can be had, if its losses had nothing to do with each
    /// other; in bursts they do, and each packet that is left costs many frames.
    public func isOldestHopeless(at now: Instant) -> Bool {
        guard let oldest = missing.first else { return false }
        var (chance, failures) = (1.0, 0)
        while chance > Self.badLuck, failures < limits.maximumTries {
            chance *= failureShare
            failures += 1
        }
        return oldest.failures(at: now) >= max(2, failures)
    }
}

extension NACKGenerator {
    private mutating func openGap(_ gap: Range<Int64>, isFirst: Bool = false, at now: Instant) {
        guard !gap.isEmpty else { return }
        let due = now + grace
        lossShare += (1 - lossShare) * min(1, Double(gap.count) / 256)
        for place in gap.suffix(limits.maximumMissing) {
            missing.append(Missing(place: place, since: now, gapCount: gap.count, due: due, tries: 0))
        }
        if isFirst { missing.sort { $0.place < $1.place } }
        givenUpCount += max(0, gap.count - limits.maximumMissing)
        let excess = missing.count - limits.maximumMissing
        if excess > 0 {
            missing.removeFirst(excess)
            givenUpCount += excess
        }
        deadline = min(deadline ?? due, due)
    }

    private mutating func forget(_ place: Int64, isAnswer: Bool, at now: Instant) {
        guard let index = index(of: place) else { return }
        let item = missing.remove(at: index)
        if missing.isEmpty { deadline = nil }
        if item.tries > 0 { repairedCount += 1 }
        if item.tries == 0 || !isAnswer {
            noteLate(by: item.since.duration(to: now))
        } else {
            noteAnswer(failures: item.tries - 1)
        }
    }

    /// A packet came by itself: it was late, not lost.
    ///
    /// Each needless request lengthens the grace by as much as three true losses shorten it, so that the grace ends up
    /// where few of the requests are needless.
    private mutating func noteLate(by delay: Duration) {
        lossShare = max(0, lossShare - 1.0 / 256)
        guard delay > grace else { return }
        grace = min(delay, grace + .milliseconds(3), limits.graceBounds.upperBound)
    }

    private mutating func noteAnswer(failures: Int) {
        grace = max(grace - .milliseconds(1), limits.graceBounds.lowerBound)
        for _ in 0..<min(failures, limits.maximumTries) { failureShare += (1 - failureShare) / 32 }
        // Never below what a good path does, or two failures would already look like the end.
        failureShare = max(0.02, failureShare - failureShare / 32)
    }

    private func index(of place: Int64) -> Int? {
        var (low, high) = (0, missing.count)
        while low < high {
            let middle = (low + high) / 2
            if missing[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low < missing.count && missing[low].place == place ? low : nil
    }

    private mutating func giveUp(at now: Instant) {
        let count = missing.count
        let (limits, patience) = (limits, patience)
        missing.removeAll { item in
            let isSpent = item.tries >= limits.maximumTries && item.due <= now
            return isSpent || item.since + patience <= now
        }
        givenUpCount += count - missing.count
    }

    /// As long as an answer may take, twice; then half of that, since where both were lost the next may be as well.
    ///
    /// Twice as long after each eight tries: a link that loses so many retransmissions is full.
    private func interval(afterTries tries: Int, wait: Duration) -> Duration {
        max(limits.minimumInterval, tries <= 2 ? wait : wait / 2) * (1 << (tries / 8))
    }
}
