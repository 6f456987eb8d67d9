/// A moment of this process's life, for deciding when to act.
///
/// Nanoseconds since an origin that the shell chooses once; tests choose their own. It never runs
/// backwards and says nothing about the wall clock.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the origin.
    public var nanoseconds: Int64

    /// The moment so many nanoseconds after the origin.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The moment so many milliseconds after the origin.
    public static func ms(_ count: Int64) -> Instant { Instant(nanoseconds: count * 1_000_000) }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment that lies `duration` later.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + duration.wholeNanoseconds)
    }

    /// The moment that lies `duration` earlier.
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds - duration.wholeNanoseconds)
    }

    /// How long it is from this moment to `later`; negative if that one came first.
    public func duration(to later: Instant) -> Duration { .nanoseconds(later.nanoseconds - nanoseconds) }
}

extension Duration {
    /// The length in nanoseconds, fractions dropped.
    ///
    /// Lengths beyond 292 years are not supported.
    public var wholeNanoseconds: Int64 {
        // Up to nine seconds fit, and dividing 128 bits takes several times as long.
        if let short = Int64(exactly: attoseconds) { return short / 1_000_000_000 }
        return components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    /// The length in milliseconds, fractions dropped.
    public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
