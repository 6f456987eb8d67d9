import Units

/// How one track's RTP ticks lie on its sender's wall clock, learned from what the sender says.
///
/// A straight line through the last reports (RFC 3550 §6.4.1). Its slope is the median of the slopes
/// between all pairs and its height the median of what is left (Theil and Sen), so that a few bad
/// reports do not move it. A crystal keeps its pace: what the whole call showed of the slope outweighs what the last
/// few reports do. Wall times are nanoseconds since an origin that the owner chose.
struct ReportLine: Sendable {
    /// Reports come every one to five seconds, so this remembers one minute or so.
    private static let capacity = 16
    /// Two crystals differ by 200 ppm and an adjusted wall clock by 500 more at most (RFC 5905 §11.3); beyond is noise.
    private static let steepest = 750e-6
    /// Over a shorter span the noise of a report outweighs what it says about the slope, and the past says more.
    private static let trustedSpan = 30e9
    /// Reports closer together than this say nothing about the slope.
    private static let shortestRun = 1e8

    private struct Point {
        var ticks: Int64
        var wall: Int64
    }

    private let nanosecondsPerTick: Double
    private var points: [Point] = []
    private var next = 0
    private var origin = Point(ticks: 0, wall: 0)
    private var height = 0.0
    private var scratch: [Double] = []
    private var history = DriftMeter()

    /// By how much the track's clock runs slow, as a share: what one tick lasts beyond its nominal length.
    private(set) var drift = 0.0

    /// The same over the whole call, if that has lasted for a while.
    var lastingDrift: Double { history.drift ?? drift }

    /// How far the reports lie from the line: the median of the distances, in nanoseconds.
    private(set) var spread: Int64 = 0

    init(rate: ClockRate) {
        nanosecondsPerTick = 1e9 / Double(rate.ticksPerSecond)
        points.reserveCapacity(Self.capacity)
        scratch.reserveCapacity(Self.capacity * Self.capacity / 2)
    }

    /// Whether there is a line at all.
    var isKnown: Bool { !points.isEmpty }

    /// The sender's wall clock at a tick.
    func wall(of ticks: Int64) -> Int64 {
        origin.wall + (height + nominal(ticks) * (1 + drift)).nearest
    }

    /// Whether these very words are among the reports.
    func contains(ticks: Int64, wall: Int64) -> Bool {
        points.contains { $0.ticks == ticks && $0.wall == wall }
    }

    /// Adds a report; the oldest goes when there are too many.
    mutating func add(ticks: Int64, wall: Int64) {
        let point = Point(ticks: ticks, wall: wall)
        if points.isEmpty { origin = point }
        if points.count < Self.capacity {
            points.append(point)
        } else {
            points[next] = point
            next = (next + 1) % Self.capacity
        }
        fit()
        let nominal = nominal(ticks).nearest
        history.note(delay: self.wall(of: ticks) - origin.wall - nominal, at: nominal)
    }

    /// Forgets every report, but not the pace of the clock.
    mutating func reset() {
        points.removeAll(keepingCapacity: true)
        next = 0
        height = 0
        drift = history.drift ?? 0
        spread = 0
        history.restart()
    }

    /// The sender set its clock: everything it said before would now be this much later.
    mutating func shift(by amount: Int64) {
        // The history counts from the origin, so it moves along.
        origin.wall += amount
        for index in points.indices { points[index].wall += amount }
    }

    private func nominal(_ ticks: Int64) -> Double { Double(ticks - origin.ticks) * nanosecondsPerTick }

    private mutating func fit() {
        drift = fittedDrift()
        scratch.removeAll(keepingCapacity: true)
        for point in points { scratch.append(residual(of: point)) }
        height = scratch.median()
        for index in scratch.indices { scratch[index] = abs(scratch[index] - height) }
        spread = scratch.median().nearest
    }

    /// How far a report lies above the line through the origin.
    private func residual(of point: Point) -> Double {
        Double(point.wall - origin.wall) - nominal(point.ticks) * (1 + drift)
    }

    private mutating func fittedDrift() -> Double {
        scratch.removeAll(keepingCapacity: true)
        var span = 0.0
        for (index, later) in points.enumerated() {
            for earlier in points[..<index] {
                let run = Double(later.ticks - earlier.ticks) * nanosecondsPerTick
                guard abs(run) > Self.shortestRun else { continue }
                span = max(span, abs(run))
                scratch.append(Double(later.wall - earlier.wall) / run - 1)
            }
        }
        let past = history.drift ?? 0
        let trust = span * span / (span * span + Self.trustedSpan * Self.trustedSpan)
        return min(max(past + (scratch.median() - past) * trust, -Self.steepest), Self.steepest)
    }
}
