import Units

/// Measures the round trip by the time from asking for a packet to getting it again.
///
/// A receiver that sends no media gets no reports to measure by (RFC 3550 §6.4.1). A packet asked for twice
/// tells little, since its answer may belong to either request (Karn's rule, RFC 6298 §3); only when no other kind
/// comes, the shortest of several such times is better than an old belief.
struct RepairTimer: Sendable {
    /// What to assume before the first measurement: a connection within a continent.
    static let initialRoundTrip = Duration.milliseconds(100)
    /// What no believable measurement exceeds.
    static let longestRoundTrip = Duration.seconds(2)
    /// How much longer than usual an answer may take at the least: requests and packets are handled in batches.
    static let shortestMargin = Duration.milliseconds(15)

    private struct Request: Sendable {
        var sequenceNumber: UInt16
        var first: Instant
        var last: Instant
        var isAnswered = false
    }

    /// As many as may be on their way in a bad quarter of a second.
    private static let requestLimit = 64
    /// How many ambiguous answers in a row say that the round trip has become longer than what is believed.
    private static let ambiguousLimit = 4

    private var requests: [Request] = []
    private var next = 0
    private(set) var measured: Duration?
    /// How much measurements differ from the smoothed one.
    private var deviation = Duration.zero
    private var assumed: Duration
    private var ambiguous: (count: Int, shortest: Duration) = (0, .zero)

    /// Begins with the round trip that is `assumed`.
    init(assuming assumed: Duration = RepairTimer.initialRoundTrip) { self.assumed = assumed }

    var roundTrip: Duration { measured ?? assumed }

    /// How long after a request its answer is overdue (RFC 6298 §2.3, with a smaller granularity).
    var answerTime: Duration {
        guard measured != nil else { return assumed * 5 / 4 }
        return roundTrip + min(max(Self.shortestMargin, deviation * 4), roundTrip + Self.shortestMargin)
    }

    /// Notes that packets are being asked for.
    mutating func asked(for sequenceNumbers: [UInt16], at now: Instant) {
        for number in sequenceNumbers {
            if let index = requests.firstIndex(where: { $0.sequenceNumber == number }) {
                // The same number after so long is another packet.
                if requests[index].last.duration(to: now) > .seconds(10) { requests[index].first = now }
                requests[index].last = now
                requests[index].isAnswered = false
            } else if requests.count < Self.requestLimit {
                requests.append(Request(sequenceNumber: number, first: now, last: now))
            } else {
                requests[next] = Request(sequenceNumber: number, first: now, last: now)
                next = (next + 1) % Self.requestLimit
            }
        }
    }

    /// Notes that a packet came as a retransmission.
    mutating func repaired(_ sequenceNumber: UInt16, at now: Instant) {
        guard let index = requests.firstIndex(where: { $0.sequenceNumber == sequenceNumber }) else { return }
        guard !requests[index].isAnswered else { return }
        requests[index].isAnswered = true
        let sample = requests[index].first.duration(to: now)
        guard sample <= Self.longestRoundTrip else { return }
        if requests[index].first == requests[index].last {
            ambiguous.count = 0
            measure(sample)
        } else {
            noteAmbiguous(sample)
        }
    }

    private mutating func measure(_ sample: Duration) {
        // RFC 6298 §2.2, §2.3.
        guard let before = measured else {
            measured = sample
            deviation = sample / 8
            return
        }
        let difference = sample > before ? sample - before : before - sample
        deviation = (deviation * 3 + difference) / 4
        measured = (before * 7 + sample) / 8
    }

    private mutating func noteAmbiguous(_ sample: Duration) {
        ambiguous.shortest = ambiguous.count == 0 ? sample : min(ambiguous.shortest, sample)
        ambiguous.count += 1
        guard ambiguous.count >= Self.ambiguousLimit else { return }
        ambiguous.count = 0
        guard ambiguous.shortest > roundTrip else { return }
        measured = ambiguous.shortest
        deviation = ambiguous.shortest / 8
    }
}
