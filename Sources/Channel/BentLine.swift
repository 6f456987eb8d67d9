/// Where ticks were placed on the channel's timeline, and go on: a line that is bent, never broken.
///
/// Someone else says where a tick should lie; this moves there gently. Times are nanoseconds since the channel's
/// origin. It remembers its last `knotLimit` places, so that a picture which is shown before others that were
/// decoded earlier gets its place between theirs.
struct BentLine: Sendable {
    /// How many places are remembered: twice what any codec reorders (ISO/IEC 14496-10 §A.3.1: 16 frames).
    static let knotLimit = 32
    /// An error fades with this time constant, unless that would bend the line too far or too little.
    private static let fade = 0.6e9
    /// At most this share faster or slower; what it costs is heard as pitch only while it lasts.
    private static let strongestBend = 0.2
    private static let gentlestBend = 0.001
    /// Errors are left alone until they reach 4 ms, then faded to less than half a millisecond: in between a
    /// file's times are the sender's own to the tick, and an even pace stays even.
    private static let noticeable: Int64 = 4_000_000
    /// What lies so much later than thought was away meanwhile: one gap is better than seconds of bent sound.
    private static let gap: Int64 = 150_000_000
    private static let negligible: Int64 = 500_000

    private struct Knot {
        var ticks: Int64
        var time: Int64
    }

    private let nanosecondsPerTick: Double
    /// A ring in the order of ticks; the newest lies before `next`.
    private var knots: [Knot] = []
    private var next = 0
    private var floor = Int64.min
    private var isCorrecting = false

    /// By how much a tick is longer than nominal, as a share.
    var drift = 0.0
    /// The latest place given out; nothing is placed before it after a new beginning.
    private(set) var latest = Int64.min
    /// How far the newest place lies behind where it should.
    private(set) var error: Int64 = 0

    init(nanosecondsPerTick: Double) {
        self.nanosecondsPerTick = nanosecondsPerTick
        knots.reserveCapacity(Self.knotLimit)
    }

    /// The first place that may still be given out after the latest one; the smallest number if none was.
    var successor: Int64 { latest == .min ? .min : latest + 1 }

    /// The next tick begins a new line, behind everything that this one gave out.
    mutating func begin() {
        knots.removeAll(keepingCapacity: true)
        next = 0
        floor = successor
        error = 0
        isCorrecting = false
    }

    /// As `begin`, and also behind everything that `other` gave out, and as far from where it should be as that.
    mutating func begin(behind other: BentLine) {
        begin()
        floor = max(floor, other.successor)
        error = other.error
        isCorrecting = other.isCorrecting
    }

    /// The place of a tick that should lie at `target`.
    ///
    /// The first after a beginning lies there. A later tick than any before bends the line, or lies behind a gap; an
    /// earlier one lies where the line has run.
    mutating func place(_ ticks: Int64, target: Int64) -> Int64 {
        guard let last = newest else {
            let time = max(floor, target + error)
            error = time - target
            keep(Knot(ticks: ticks, time: time))
            latest = max(latest, time)
            return time
        }
        guard ticks > last.ticks else { return time(before: ticks) }
        let elapsed = Double(ticks - last.ticks) * nanosecondsPerTick * (1 + drift)
        let straight = last.time + elapsed.nearest
        isCorrecting = abs(straight - target) >= (isCorrecting ? Self.negligible : Self.noticeable)
        let excess = isCorrecting ? Double(straight - target) : 0
        let bend = min(max(abs(excess) / Self.fade, Self.gentlestBend), Self.strongestBend)
        let correction = min(max(excess, -elapsed * bend), elapsed * bend)
        let bent = target - straight >= Self.gap ? target : straight - correction.nearest
        let time = max(bent, last.time + 1)
        error = time - target
        keep(Knot(ticks: ticks, time: time))
        latest = max(latest, time)
        return time
    }

    /// Where a tick lies if the line goes on straight; nothing before the first.
    func time(of ticks: Int64) -> Int64? {
        guard let last = newest else { return nil }
        guard ticks > last.ticks else { return time(before: ticks) }
        return last.time + (Double(ticks - last.ticks) * nanosecondsPerTick * (1 + drift)).nearest
    }

    /// The newest knot; nothing after a beginning.
    private var newest: Knot? { knots.isEmpty ? nil : knots[next == 0 ? knots.count - 1 : next - 1] }

    private mutating func keep(_ knot: Knot) {
        if knots.count < Self.knotLimit {
            knots.append(knot)
        } else {
            knots[next] = knot
        }
        next = (next + 1) % Self.knotLimit
    }

    /// The place of a tick that is not behind the newest knot.
    private func time(before ticks: Int64) -> Int64 {
        var later: Knot?
        for age in 1...knots.count {
            let knot = knots[(next - age + Self.knotLimit) % Self.knotLimit]
            if knot.ticks == ticks { return knot.time }
            if knot.ticks < ticks, let later {
                let share = Double(ticks - knot.ticks) / Double(later.ticks - knot.ticks)
                return knot.time + (Double(later.time - knot.time) * share).nearest
            }
            later = knot
        }
        guard let oldest = later else { return floor }
        let straight = oldest.time - (Double(oldest.ticks - ticks) * nanosecondsPerTick * (1 + drift)).nearest
        return max(floor, straight)
    }
}
