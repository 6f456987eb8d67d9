import Bytes
import TestSupport
import Units
import WebRTC

/// One direction of a network: loses, delays, and so reorders.
struct SimulatedLink {
    var loss = 0.0
    var delay: ClosedRange<Int64> = 20...60
    var isDead = false
    /// What a router makes of the source address.
    var translates: (TransportAddress) -> TransportAddress = { $0 }

    private var generator: SeededGenerator
    private var flying: [(arrival: Instant, order: Int, path: Path, bytes: [UInt8])] = []
    private var count = 0
    /// The delay drifts, as queues fill and empty: neighbours mostly keep their order.
    private var drift = 0.5

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func send(_ bytes: [UInt8], along path: Path, at now: Instant) {
        count += 1
        drift = min(1, max(0, drift + Double.random(in: -0.1...0.1, using: &generator)))
        let isLost = Double.random(in: 0..<1, using: &generator) < loss
        // One in fifty takes its own way.
        let isStray = Int.random(in: 0..<50, using: &generator) == 0
        let share = isStray ? Double.random(in: 0...1, using: &generator) : drift
        guard !isLost, !isDead else { return }
        let span = Double(delay.upperBound - delay.lowerBound) * 1_000_000
        let arrival = now + .nanoseconds(delay.lowerBound * 1_000_000 + Int64(span * share))
        let back = Path(local: path.remote, remote: translates(path.local))
        flying.append((arrival, count, back, bytes))
        flying.sort { ($0.arrival, $0.order) > ($1.arrival, $1.order) }
    }

    var nextArrival: Instant? { flying.last?.arrival }

    mutating func receive(at now: Instant) -> (path: Path, bytes: [UInt8])? {
        guard let last = flying.last, last.arrival <= now else { return nil }
        flying.removeLast()
        return (last.path, last.bytes)
    }
}
