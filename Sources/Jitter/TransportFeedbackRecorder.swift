public import RTP
public import Units

/// Notes when each packet of a connection arrives, and tells the sender a few times a second
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
///
/// One for all streams of a connection: the sequence numbers count across them.
public struct TransportFeedbackRecorder: Sendable {
    /// How long arrivals are collected before they are told.
    ///
    /// The middle of what senders are used to, 50 to 250 ms; each feedback costs us more than ten packets received.
    public static let defaultInterval = Duration.milliseconds(100)

    /// How many packets that arrived one feedback tells about, so that it fits a datagram even if every delta
    /// takes two bytes.
    static let maximumReceivedCount = 400

    /// How many packets that were told about are remembered, for a late one to be told in its right company.
    static let historyCount = 256

    /// When `nextFeedback` has something to say; nothing while no packet came.
    public private(set) var deadline: Instant?

    private let interval: Duration
    private var unwrapper = SequenceUnwrapper()
    /// The place of the first element of `arrivals`.
    private var first: Int64 = 0
    /// The first place to tell about next.
    private var untold: Int64 = 0
    /// Arrivals in units of 250 µs from `first` on; the smallest number stands for none.
    private var arrivals: [Int64] = []
    private var feedbackCount: UInt8 = 0
    /// Whether `first` is where the sender began, as far as anybody knows: what came before it may still come.
    private var isBeginning = true

    private static let none = Int64.min

    public init(interval: Duration = TransportFeedbackRecorder.defaultInterval) { self.interval = interval }

    /// Notes that the packet with this transport-wide sequence number arrived.
    public mutating func received(_ sequenceNumber: UInt16, at arrival: Instant) {
        let place = unwrapper.unwrap(sequenceNumber)
        let end = first + Int64(arrivals.count)
        if arrivals.isEmpty || place >= first + Int64(TransportFeedback.maximumStatusCount) {
            restart(at: place)
        } else if place < first {
            guard isBeginning, first - place <= Int64(Self.historyCount) else { return }
            arrivals.insert(contentsOf: repeatElement(Self.none, count: Int(first - place)), at: 0)
            first = place
        }
        while first + Int64(arrivals.count) <= place { arrivals.append(Self.none) }
        let index = Int(place - first)
        guard arrivals[index] == Self.none else { return }
        // 250 µs are 250,000 ns; rounding the moment, not the difference, lets no error add up.
        arrivals[index] = arrival.nanoseconds / 250_000
        if place < end { untold = min(untold, place) }
        deadline = deadline ?? arrival + interval
    }

    /// The next feedback to send, once its time has come.
    ///
    /// Call it until it returns nothing. `sender` is any stream of ours, `media` any of theirs.
    public mutating func nextFeedback(at now: Instant, sender: SSRC, media: SSRC) -> TransportFeedback? {
        guard let deadline, deadline <= now else { return nil }
        guard let firstArrival = nextArrival(from: untold) else {
            self.deadline = nil
            forgetOld()
            return nil
        }
        // 64 ms are 256 units.
        let reference = firstArrival >> 8
        var deltas: [Int16?] = []
        deltas.reserveCapacity(min(arrivals.count - Int(untold - first), TransportFeedback.maximumStatusCount))
        let start = untold
        untold = collect(from: start, reference: reference, into: &deltas)
        defer { feedbackCount &+= 1 }
        return TransportFeedback(
            sender: sender, media: media, baseSequenceNumber: UInt16(truncatingIfNeeded: start),
            referenceTime: Self.signed24(reference), feedbackCount: feedbackCount,
            deltas: deltas)
    }
}

extension TransportFeedbackRecorder {
    private mutating func restart(at place: Int64) {
        isBeginning = arrivals.isEmpty
        first = place
        untold = place
        arrivals.removeAll(keepingCapacity: true)
    }

    private func nextArrival(from place: Int64) -> Int64? {
        arrivals[Int(place - first)...].first { $0 != Self.none }
    }

    /// Collects deltas until the arrivals end, the feedback is full or a delta does not fit, and returns the
    /// place behind the last one that was collected.
    private func collect(from start: Int64, reference: Int64, into deltas: inout [Int16?]) -> Int64 {
        var previous = reference << 8
        var receivedCount = 0
        var end = start
        for place in start..<first + Int64(arrivals.count) {
            guard deltas.count < TransportFeedback.maximumStatusCount else { break }
            let arrival = arrivals[Int(place - first)]
            guard arrival != Self.none else {
                deltas.append(nil)
                continue
            }
            guard receivedCount < Self.maximumReceivedCount else { break }
            guard let delta = Int16(exactly: arrival - previous) else { break }
            deltas.append(delta)
            previous = arrival
            receivedCount += 1
            end = place + 1
        }
        // Packets behind the last arrival may still come; the next feedback tells about them.
        deltas.removeLast(deltas.count - Int(end - start))
        return end
    }

    private mutating func forgetOld() {
        let told = Int(untold - first)
        guard told > 2 * Self.historyCount else { return }
        arrivals.removeFirst(told - Self.historyCount)
        isBeginning = false
        first = untold - Int64(Self.historyCount)
    }

    /// The low 24 bits as a signed number: the wire's clock wraps every 12 days.
    private static func signed24(_ value: Int64) -> Int32 {
        Int32(truncatingIfNeeded: (value << 40) >> 40)
    }
}
