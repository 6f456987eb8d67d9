import Bytes
import Link
import TestSupport
import Units
import WebRTC

/// One direction of a network between addresses: loses, delays, and so reorders.
struct SimulatedLink {
    var isDead = false
    /// What a router makes of the source address.
    var translates: (TransportAddress) -> TransportAddress = { $0 }
    /// What never arrives, however often it is sent.
    var swallows: ([UInt8]) -> Bool = { _ in false }

    private var link: LossyLink
    private var paths: [Path] = []

    init(seed: UInt64) {
        // The delay drifts, as queues fill and empty; one datagram in fifty takes its own way.
        link = LossyLink(LinkConditions(reordering: 0.02), seed: seed)
        delay = 20...60
    }

    /// How the link behaves from now on.
    var conditions: LinkConditions {
        get { link.conditions }
        set { link.conditions = newValue }
    }

    var loss: Double {
        get { link.conditions.loss }
        set { link.conditions.loss = newValue }
    }

    /// How long datagrams travel, in milliseconds.
    var delay: ClosedRange<Int64> {
        get {
            let least = link.conditions.delay.wholeMilliseconds
            return least...least + link.conditions.jitter.wholeMilliseconds
        }
        set {
            link.conditions.delay = .milliseconds(newValue.lowerBound)
            link.conditions.jitter = .milliseconds(newValue.upperBound - newValue.lowerBound)
        }
    }

    mutating func send(_ bytes: [UInt8], along path: Path, at now: Instant) {
        guard !isDead, !swallows(bytes) else { return }
        let back = Path(local: path.remote, remote: translates(path.local))
        let index = paths.firstIndex(of: back) ?? paths.count
        if index == paths.count { paths.append(back) }
        link.send([UInt8(index)] + bytes, at: now)
    }

    var nextArrival: Instant? { link.nextArrival }

    mutating func receive(at now: Instant) -> (path: Path, bytes: [UInt8])? {
        guard let bytes = link.next(at: now) else { return nil }
        return (paths[Int(bytes[0])], Array(bytes.dropFirst()))
    }
}
