import Units

/// Measures the round trip by the time from asking for a packet to getting it again.
///
/// A receiver that sends no media gets no reports to measure by (RFC 3550 §6.4.1). A packet asked for twice
/// tells nothing, since its answer may belong to either request (Karn's rule, RFC 6298 §3). But when one after the other
/// is asked for twice before it comes, the round trip is longer than believed.
struct RepairTimer: Sendable {
    /// What to assume before the first measurement: a connection within a continent.
    static let initialRoundTrip = Duration.milliseconds(100)
    /// What no believable measurement exceeds.
    static let longestRoundTrip = Duration.seconds(2)
    /// How much longer than usual an answer may take at the least: requests and packets are handled in batches.
    static let shortestMargin = Duration.milliseconds(15)

    private struct Request: Sendable {
        var sequenceNumber: UInt16
        var last: Instant
        var before: Instant?
        var isAnswered = false
    }

    /// As many as may be on their way in a bad quarter of a second.
    private static let requestLimit = 64
    /// How many packets in a row must be asked for twice before that is no chance any more.
    private static let repeatedLimit = 8

    private var requests: [Request] = []
    private var next = 0
    private(set) var measured: Duration?
    /// How much measurements differ from the smoothed one.
    private var deviation = Duration.zero
    private var assumed: Duration
    /// How many packets in a row were asked for more than once, and how long after the last request but one they came at
    /// the least.
    private var repeated: (count: Int, least: Duration) = (0, .zero)

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
                let isRepeated = requests[index].last.duration(to: now) < .seconds(10)
                requests[index].before = isRepeated ? requests[index].last : nil
                requests[index].last = now
                requests[index].isAnswered = false
            } else if requests.count < Self.requestLimit {
                requests.append(Request(sequenceNumber: number, last: now))
            } else {
                requests[next] = Request(sequenceNumber: number, last: now)
                next = (next + 1) % Self.requestLimit
            }
        }
    }

    /// Notes that a packet came as a retransmission.
    mutating func repaired(_ sequenceNumber: UInt16, at now: Instant) {
        guard let index = requests.firstIndex(where: { $0.sequenceNumber == sequenceNumber }) else { return }
        guard !requests[index].isAnswered else { return }
        requests[index].isAnswered = true
        let sample = requests[index].last.duration(to: now)
        if let before = requests[index].before?.duration(to: now) {
            noteRepeated(answeredAfter: before)
        } else if sample <= Self.longestRoundTrip {
            repeated.count = 0
            measure(sample)
        }
    }

    private mutating func noteRepeated(answeredAfter before: Duration) {
        repeated = (repeated.count + 1, repeated.count == 0 ? before : min(repeated.least, before))
        guard repeated.count >= Self.repeatedLimit else { return }
        repeated.count = 0
        guard (roundTrip...Self.longestRoundTrip).contains(repeated.least) else { return }
        (measured, deviation) = (repeated.least, repeated.least / 8)
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
}
