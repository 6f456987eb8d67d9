public import Units

/// One direction of a network path that loses, delays, doubles and reorders, the same way each time.
///
/// Give it datagrams with `send`, and take what has arrived with `next` until that returns nothing.
/// Everything follows from the seed and the moments given.
public struct LossyLink: Sendable {
    /// How the link behaves from now on; may change at any time.
    public var conditions: LinkConditions

    /// How many datagrams were given to the link.
    public private(set) var sentCount = 0
    /// How many of them will never arrive.
    public private(set) var lostCount = 0

    private struct Flight {
        var arrival: Instant
        var bytes: [UInt8]
    }

    /// What is under way, the next to arrive last, so that taking it moves nothing.
    private var flights: [Flight] = []
    private var random: SeededGenerator
    private var isLosing = false
    /// How much of the jitter the datagrams have now that keep their order.
    private var drift = 0.5
    private var lastArrival = Instant(nanoseconds: .min)
    private var freeAt = Instant(nanoseconds: .min)

    /// A link that is empty; `seed` decides every datagram's fate.
    public init(_ conditions: LinkConditions, seed: UInt64) {
        self.conditions = conditions
        random = SeededGenerator(seed: seed)
    }

    /// Puts a datagram on the way, or loses it.
    public mutating func send(_ bytes: [UInt8], at now: Instant) {
        sentCount += 1
        guard !losesNext(), let departure = departure(byteCount: bytes.count, at: now) else {
            lostCount += 1
            return
        }
        fly(bytes, from: departure)
        if random.fraction() < conditions.duplication { fly(bytes, from: departure) }
    }

    /// Takes the next datagram that has arrived by `now`.
    public mutating func next(at now: Instant) -> [UInt8]? {
        guard let next = flights.last, next.arrival <= now else { return nil }
        flights.removeLast()
        return next.bytes
    }

    /// When the next datagram arrives; nothing while none is under way.
    public var nextArrival: Instant? { flights.last?.arrival }

    /// Whether nothing is under way.
    public var isEmpty: Bool { flights.isEmpty }

    /// Gilbert's two states: the chance to leave the losing one is 1/burst, and the chance to enter it
    /// is such that the share of time spent there is `loss`.
    private mutating func losesNext() -> Bool {
        let draw = random.fraction()
        guard conditions.loss < 1 else { return true }
        let leaving = 1 / max(1, conditions.burstLength)
        let entering = min(1, leaving * conditions.loss / (1 - conditions.loss))
        if conditions.burstLength <= 1 {
            isLosing = draw < conditions.loss
        } else {
            isLosing = isLosing ? draw >= leaving : draw < entering
        }
        return isLosing
    }

    /// When the last bit of a datagram has left through the bottleneck; nothing if its queue is full.
    private mutating func departure(byteCount: Int, at now: Instant) -> Instant? {
        guard let rate = conditions.bitsPerSecond else { return now }
        let start = max(now, freeAt)
        guard now.duration(to: start) <= conditions.longestQueue else { return nil }
        freeAt = start + .nanoseconds(Int64(byteCount) * 8 * 1_000_000_000 / Int64(max(1, rate)))
        return freeAt
    }

    private mutating func fly(_ bytes: [UInt8], from departure: Instant) {
        let (share, isStray) = jitterShare()
        let extra = Int64(Double(conditions.jitter.wholeNanoseconds) * share)
        var arrival = departure + conditions.delay + .nanoseconds(extra)
        if conditions.keepsOrder || !isStray { arrival = max(arrival, lastArrival) }
        if conditions.keepsOrder || !isStray { lastArrival = arrival }
        flights.insert(Flight(arrival: arrival, bytes: bytes), at: place(for: arrival))
    }

    /// How much of the jitter the next datagram has: its own draw if it goes its own way, or what its neighbours have.
    private mutating func jitterShare() -> (share: Double, isStray: Bool) {
        if conditions.reordering >= 1 { return (random.fraction(), true) }
        drift = min(1, max(0, drift + (random.fraction() - 0.5) / 5))
        return random.fraction() < conditions.reordering ? (random.fraction(), true) : (drift, false)
    }

    /// Behind everything that arrives at the same moment, which in this order means before it.
    private func place(for arrival: Instant) -> Int {
        var (low, high) = (0, flights.count)
        while low < high {
            let middle = (low + high) / 2
            if flights[middle].arrival > arrival { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
