import Units

/// How one track's RTP ticks lie on its sender's wall clock, learned from sender reports.
///
/// A straight line through the last reports (RFC 3550 §6.4.1). Its slope is the median of the slopes
/// between all pairs and its height the median of what is left (Theil and Sen), so that a few bad
/// reports do not move it. Wall times are nanoseconds since an origin that the owner chose.
struct ReportLine: Sendable {
    /// Reports come every one to five seconds, so this remembers one minute or so.
    private static let capacity = 16
    /// Crystals stay within 100 ppm; twice that and more is noise.
    private static let steepest = 250e-6
    /// Below this span the noise of a report outweighs what it says about the slope.
    private static let trustedSpan = 15e9

    private struct Point {
        var ticks: Int64
        var wall: Int64
    }

    private let nanosecondsPerTick: Double
    private var points: [Point] = []
    private var next = 0
    private var origin = Point(ticks: 0, wall: 0)
    private var height = 0.0
    private var slopes: [Double] = []

    /// By how much the track's clock runs slow, as a share: what one tick lasts beyond its nominal length.
    private(set) var drift = 0.0

    init(rate: ClockRate) {
        nanosecondsPerTick = 1e9 / Double(rate.ticksPerSecond)
        points.reserveCapacity(Self.capacity)
        slopes.reserveCapacity(Self.capacity * Self.capacity / 2)
    }

    /// Whether there is a line at all.
    var isKnown: Bool { !points.isEmpty }

    /// The sender's wall clock at a tick.
    func wall(of ticks: Int64) -> Int64 {
        origin.wall + (height + nominal(ticks) * (1 + drift)).nearest
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
    }

    /// Forgets every report.
    mutating func reset() {
        points.removeAll(keepingCapacity: true)
        next = 0
        height = 0
        drift = 0
    }

    /// The sender set its clock: everything it said before would now be this much later.
    mutating func shift(by amount: Int64) {
        origin.wall += amount
        for index in points.indices { points[index].wall += amount }
    }

    private func nominal(_ ticks: Int64) -> Double { Double(ticks - origin.ticks) * nanosecondsPerTick }

    private mutating func fit() {
        drift = fittedDrift()
        slopes.removeAll(keepingCapacity: true)
        for point in points {
            slopes.append(Double(point.wall - origin.wall) - nominal(point.ticks) * (1 + drift))
        }
        height = median()
    }

    private mutating func fittedDrift() -> Double {
        slopes.removeAll(keepingCapacity: true)
        var span = 0.0
        for (index, later) in points.enumerated() {
            for earlier in points[..<index] {
                let run = Double(later.ticks - earlier.ticks) * nanosecondsPerTick
                guard abs(run) > 1e8 else { continue }
                span = max(span, abs(run))
                slopes.append(Double(later.wall - earlier.wall) / run - 1)
            }
        }
        guard !slopes.isEmpty else { return 0 }
        let trust = span * span / (span * span + Self.trustedSpan * Self.trustedSpan)
        return min(max(median() * trust, -Self.steepest), Self.steepest)
    }

    private mutating func median() -> Double {
        slopes.sort()
        let middle = slopes.count / 2
        return slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
    }
}
