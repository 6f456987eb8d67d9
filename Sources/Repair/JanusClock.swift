import Codecs
import Units

/// Says when a stream's ticks were, by when its packets arrived.
///
/// A packet is never early, so the least delayed packet of each stretch tells; a line through those follows a clock that
/// runs fast or slow. The file holds no reports of the sender, which would tell more.
struct JanusClock: Sendable {
    private static let stretchMilliseconds: Int64 = 10_000
    /// With fewer stretches a line says more of the network than of the clock.
    private static let leastStretches = 6
    /// No sound card is off by more than a thousandth.
    private static let greatestDrift = 0.001
    /// A day and more of stretches.
    private static let stretchLimit = 20_000

    private let rate: ClockRate
    private var first: Int64?
    /// The least of arrival less media time of each stretch, and when, in seconds.
    private var stretches: [(at: Double, delay: Double)] = []
    private var current: Int64 = -1

    init(_ rate: ClockRate) { self.rate = rate }

    /// Takes in that a packet with so many ticks arrived so long after the first.
    mutating func note(ticks: Int64, arrivalMilliseconds arrival: Int64) {
        let origin = first ?? ticks
        first = origin
        let media = Double(ticks - origin) / Double(rate.ticksPerSecond)
        let delay = Double(arrival) / 1_000 - media
        let stretch = arrival / Self.stretchMilliseconds
        if stretch > current, stretches.count < Self.stretchLimit {
            current = stretch
            stretches.append((media, delay))
        } else if let last = stretches.indices.last, delay < stretches[last].delay {
            stretches[last] = (media, delay)
        }
    }

    /// The line through the stretches: how late packets are at the start, and how much more so each second.
    private var line: (delay: Double, drift: Double) {
        let least = stretches.map(\.delay).min() ?? 0
        guard stretches.count >= Self.leastStretches else { return (least, 0) }
        let count = Double(stretches.count)
        let (middleTime, middleDelay) = (
            stretches.reduce(0) { $0 + $1.at } / count, stretches.reduce(0) { $0 + $1.delay } / count
        )
        var (above, below) = (0.0, 0.0)
        for stretch in stretches {
            above += (stretch.at - middleTime) * (stretch.delay - middleDelay)
            below += (stretch.at - middleTime) * (stretch.at - middleTime)
        }
        let drift = below > 0 ? above / below : 0
        guard abs(drift) <= Self.greatestDrift else { return (least, 0) }
        return (middleDelay - drift * middleTime, drift)
    }

    /// A way from ticks to the time since the first packet arrived.
    var timeline: Timeline {
        let line = line
        return Timeline(first: first ?? 0, rate: rate, delay: line.delay, drift: line.drift)
    }

    /// When ticks are, from when the first packet arrived.
    struct Timeline: Sendable {
        let first: Int64
        let rate: ClockRate
        let delay: Double
        let drift: Double

        func nanoseconds(_ ticks: Int64) -> Int64 {
            let media = MediaTime(ticks: ticks - first, rate: rate).rescaled(to: ClockRate(1_000_000_000)).ticks
            let bend = (delay + drift * Double(media) / 1e9) * 1e9
            return media + Int64(min(max(bend, -1e15), 1e15))
        }
    }
}
