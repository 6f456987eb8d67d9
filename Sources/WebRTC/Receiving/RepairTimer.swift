import Units

/// Measures the round trip by the time from asking for a packet to getting it again.
///
/// A receiver that sends no media gets no reports to measure by (RFC 3550 §6.4.1). A packet asked for twice
/// tells nothing, since its answer may belong to either request (Karn's rule, RFC 6298 §3).
struct RepairTimer: Sendable {
    /// What to assume before the first measurement: a connection within a continent.
    static let initialRoundTrip = Duration.milliseconds(100)
    /// What no believable measurement exceeds.
    static let longestRoundTrip = Duration.seconds(2)

    private struct Request: Sendable {
        var sequenceNumber: UInt16
        var sent: Instant
        var isRepeated = false
    }

    /// As many as may be on their way in a bad quarter of a second.
    private static let requestLimit = 64

    private var requests: [Request] = []
    private var next = 0
    private(set) var measured: Duration?

    var roundTrip: Duration { measured ?? Self.initialRoundTrip }

    /// Notes that packets are being asked for.
    mutating func asked(for sequenceNumbers: [UInt16], at now: Instant) {
        for number in sequenceNumbers {
            if let index = requests.firstIndex(where: { $0.sequenceNumber == number }) {
                requests[index].isRepeated = requests[index].sent.duration(to: now) < .seconds(10)
                requests[index].sent = now
            } else if requests.count < Self.requestLimit {
                requests.append(Request(sequenceNumber: number, sent: now))
            } else {
                requests[next] = Request(sequenceNumber: number, sent: now)
                next = (next + 1) % Self.requestLimit
            }
        }
    }

    /// Notes that a packet came as a retransmission.
    mutating func repaired(_ sequenceNumber: UInt16, at now: Instant) {
        guard let index = requests.firstIndex(where: { $0.sequenceNumber == sequenceNumber }) else { return }
        guard !requests[index].isRepeated else { return }
        requests[index].isRepeated = true
        let sample = requests[index].sent.duration(to: now)
        guard sample <= Self.longestRoundTrip else { return }
        // RFC 6298 §2.3's smoothing.
        measured = measured.map { ($0 * 7 + sample) / 8 } ?? sample
    }
}
