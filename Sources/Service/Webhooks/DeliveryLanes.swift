import Units

/// Which event a webhook gets next: one at a time of each recording, several recordings beside each other.
///
/// Reads no clock and sends nothing: its owner sends what `start` says and tells what came of it.
struct DeliveryLanes {
    /// How many deliveries are under way at once, each of another recording.
    static let inFlightLimit = 8

    private struct Lane {
        /// The last event that was delivered or given up.
        var cursor: Int64 = 0
        /// Failures since the last success.
        var failures = 0
        /// Events were added since it was looked for one.
        var isRenewed = false
        /// Its cursor went back while a delivery was under way.
        var isRewound = false
    }

    /// What is to be delivered.
    struct Order: Equatable {
        var recording: String
        /// Its next event is the first behind this one.
        var cursor: Int64
        /// How often delivering failed in a row.
        var failures: Int
    }

    /// What came of it.
    enum Result: Equatable {
        case delivered(Int64)
        case givenUp(Int64)
        case failed
        /// There was no event to deliver.
        case nothing
    }

    private var lanes: [String: Lane] = [:]
    /// Lanes that nothing hinders, in the order in which they became so.
    private var ready: [String] = []
    private var pausing: [String: Instant] = [:]
    private(set) var inFlightCount = 0

    /// Whether nothing could be done now.
    var isIdle: Bool { ready.isEmpty && inFlightCount == 0 }

    /// Recordings of which something waits after a failure.
    var pausingCount: Int { pausing.count }

    /// When the next pause is over.
    var nextDue: Instant? { pausing.values.min() }

    /// There are events of a recording that are to be delivered.
    mutating func add(_ recording: String) {
        guard lanes[recording] == nil else {
            lanes[recording]?.isRenewed = true
            return
        }
        lanes[recording] = Lane()
        ready.append(recording)
    }

    /// Begins anew with all recordings: events before their cursors are to be delivered again.
    mutating func rewind() {
        for recording in lanes.keys {
            lanes[recording]?.cursor = 0
            lanes[recording]?.isRewound = true
        }
    }

    /// Ends all pauses.
    mutating func hurry() {
        ready += pausing.keys.sorted()
        pausing = [:]
    }

    /// The next delivery, if one may begin.
    mutating func start(at now: Instant) -> Order? {
        for recording in pausing.filter({ $0.value <= now }).keys.sorted() {
            pausing[recording] = nil
            ready.append(recording)
        }
        guard inFlightCount < Self.inFlightLimit, !ready.isEmpty else { return nil }
        let recording = ready.removeFirst()
        guard let lane = lanes[recording] else { preconditionFailure("only lanes are ready") }
        lanes[recording]?.isRenewed = false
        lanes[recording]?.isRewound = false
        inFlightCount += 1
        return Order(recording: recording, cursor: lane.cursor, failures: lane.failures)
    }

    /// What came of a delivery; `chance` shortens the pause after a failure.
    mutating func finish(_ recording: String, _ result: Result, at now: Instant, chance: Double) {
        guard var lane = lanes[recording] else { preconditionFailure("nobody delivers what was not started") }
        inFlightCount -= 1
        switch result {
        case .delivered(let event): (lane.cursor, lane.failures) = (event, 0)
        case .givenUp(let event): lane.cursor = event
        case .failed:
            lane.failures += 1
            pausing[recording] = now + BackOff.delay(afterFailures: lane.failures, chance: chance)
        case .nothing:
            guard lane.isRenewed || lane.isRewound else {
                lanes[recording] = nil
                return
            }
        }
        if lane.isRewound { lane.cursor = 0 }
        lanes[recording] = lane
        if result != .failed { ready.append(recording) }
    }
}
