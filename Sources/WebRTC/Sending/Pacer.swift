import Units

/// Spreads a large frame's packets a little, so that small buffers on the way do not overflow.
struct Pacer: Sendable {
    /// How many packets may go at once: a usual frame.
    static let burst = 16
    /// The time between packets beyond that: 1200 bytes each are then 38 Mbit/s.
    static let interval = Duration.microseconds(250)

    /// When the last packet sent would have gone had all kept their distance.
    private var schedule = Instant(nanoseconds: 0)

    /// When the next packet may go.
    var nextSend: Instant { schedule - Self.interval * Self.burst }

    /// Notes that a packet goes.
    mutating func sent(at now: Instant) { schedule = max(schedule, now) + Self.interval }
}
