/// How fast a track's clock runs beside ours, measured by the least delayed arrivals over the whole call.
///
/// What a network adds to the least delay is a millisecond or a few, whatever the call's length: so the slope of
/// that delay over a minute tells 50 ppm, over an hour one. It keeps `capacity` points at equal distances, which
/// double when they are used up, and takes the median of the slopes between all of them.
struct DriftMeter: Sendable {
    private static let capacity = 32
    /// The first distance of the points.
    private static let firstInterval: Int64 = 10_000_000_000
    /// Nothing is said before so much time was seen.
    static let shortestSpan: Int64 = 60_000_000_000

    private struct Point {
        var moment: Int64
        var delay: Int64
    }

    private var points: [Point] = []
    private var interval = firstInterval
    private var due = Int64.min

    /// By how much the track's clock runs slow, as a share; nothing before it is known.
    private(set) var drift: Double?

    init() { points.reserveCapacity(Self.capacity) }

    /// Takes the least delay of the last seconds, measured at `moment`; both are nanoseconds.
    mutating func note(delay: Int64, at moment: Int64) {
        guard moment >= due else { return }
        due = moment + interval
        if points.count == Self.capacity { thin() }
        points.append(Point(moment: moment, delay: delay))
        guard let first = points.first, moment - first.moment >= Self.shortestSpan else { return }
        drift = slope()
    }

    /// The ticks began anew: what was measured before stays true until there is better.
    mutating func restart() {
        points.removeAll(keepingCapacity: true)
        interval = Self.firstInterval
        due = .min
    }

    private mutating func thin() {
        for index in 0..<Self.capacity / 2 { points[index] = points[index * 2] }
        points.removeLast(Self.capacity / 2)
        interval *= 2
    }

    private func slope() -> Double {
        var slopes: [Double] = []
        for (index, later) in points.enumerated() {
            for earlier in points[..<index] where later.moment > earlier.moment {
                slopes.append(Double(later.delay - earlier.delay) / Double(later.moment - earlier.moment))
            }
        }
        return slopes.median()
    }
}
