public import Units

/// Decides which missing packets of one stream to ask for, and when to ask again.
///
/// A packet is missing once a later one has arrived. It is asked for after `reorderGrace`, then again after
/// each round trip (and a margin), at ever longer intervals, until it comes or is given up.
public struct NACKGenerator: Sendable {
    /// How patient the generator is, and how much it takes on.
    public struct Limits: Equatable, Sendable {
        /// How long a packet may be late before it counts as missing: reordering costs no request.
        public var reorderGrace = Duration.milliseconds(10)
        /// The shortest time between two requests for one packet, however short the round trip.
        public var minimumInterval = Duration.milliseconds(20)
        /// How often one packet is asked for.
        public var maximumTries = 10
        /// How long one packet is asked for.
        ///
        /// Equals the reorder buffer's patience: what comes later would be of no use.
        public var patience = Duration.milliseconds(500)
        /// How many packets may be missing at once: half a second of 2000 packets a second.
        ///
        /// At the limit the oldest are given up.
        public var maximumMissing = 1000

        public init() {}
    }

    private struct Missing {
        var place: Int64
        var since: Instant
        var due: Instant
        var tries: Int
    }

    /// How many packets one call asks for at most: their NACK fits a datagram even if none are neighbours.
    public static let maximumRequestCount = 256

    /// The earliest moment at which `nextRequests` may have something to say; nothing while none is missing.
    public private(set) var deadline: Instant?

    /// Requests made, repeated ones included.
    public private(set) var requestCount = 0
    /// Packets that arrived after they had been asked for.
    public private(set) var repairedCount = 0
    /// Packets that are not asked for any more.
    public private(set) var givenUpCount = 0

    private let limits: Limits
    private var highest: Int64?
    /// Sorted by place, since gaps only open above the highest.
    private var missing: [Missing] = []

    public init(limits: Limits = Limits()) { self.limits = limits }

    /// How many packets are missing and not yet given up.
    public var missingCount: Int { missing.count }

    /// Notes that a packet arrived, on its own or as a retransmission.
    public mutating func received(place: Int64, at now: Instant) {
        guard let highest else {
            self.highest = place
            return
        }
        guard place > highest else {
            forget(place)
            return
        }
        self.highest = place
        openGap(highest + 1..<place, at: now)
    }

    /// Stops asking for anything before `place`, because the reorder buffer has moved past it.
    public mutating func forget(before place: Int64) {
        let count = missing.firstIndex { $0.place >= place } ?? missing.count
        guard count > 0 else { return }
        missing.removeFirst(count)
        givenUpCount += count
        if missing.isEmpty { deadline = nil }
    }

    /// The sequence numbers to ask for now, oldest first, each of which then waits a round trip.
    ///
    /// Call it no more often than once in about 10 ms, so that one NACK carries many.
    public mutating func nextRequests(at now: Instant, roundTrip: Duration) -> [UInt16] {
        guard let deadline, deadline <= now else { return [] }
        giveUp(at: now)
        var requests: [UInt16] = []
        var next: Instant?
        for index in missing.indices {
            if missing[index].due <= now, requests.count < Self.maximumRequestCount {
                requests.append(UInt16(truncatingIfNeeded: missing[index].place))
                missing[index].tries += 1
                missing[index].due = now + interval(afterTries: missing[index].tries, roundTrip: roundTrip)
            }
            next = min(next ?? missing[index].due, missing[index].due)
        }
        self.deadline = next
        requestCount += requests.count
        return requests
    }

    private mutating func openGap(_ gap: Range<Int64>, at now: Instant) {
        guard !gap.isEmpty else { return }
        let due = now + limits.reorderGrace
        for place in gap.suffix(limits.maximumMissing) {
            missing.append(Missing(place: place, since: now, due: due, tries: 0))
        }
        givenUpCount += max(0, gap.count - limits.maximumMissing)
        let excess = missing.count - limits.maximumMissing
        if excess > 0 {
            missing.removeFirst(excess)
            givenUpCount += excess
        }
        deadline = min(deadline ?? due, due)
    }

    private mutating func forget(_ place: Int64) {
        guard let index = index(of: place) else { return }
        if missing[index].tries > 0 { repairedCount += 1 }
        missing.remove(at: index)
        if missing.isEmpty { deadline = nil }
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
        let limits = limits
        missing.removeAll { item in
            let isSpent = item.tries >= limits.maximumTries && item.due <= now
            return isSpent || item.since + limits.patience <= now
        }
        givenUpCount += count - missing.count
    }

    /// A round trip and a quarter, for the answer's own jitter; twice that after each four tries, since a link
    /// that loses so many retransmissions is full.
    private func interval(afterTries tries: Int, roundTrip: Duration) -> Duration {
        max(limits.minimumInterval, roundTrip * 5 / 4) * (1 << (tries / 4))
    }
}
