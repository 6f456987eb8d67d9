/// How many ticks of a media clock make one second.
public struct ClockRate: Hashable, Sendable {
    public var ticksPerSecond: UInt32

    /// A clock of so many ticks a second; zero is a caller's mistake.
    public init(_ ticksPerSecond: UInt32) {
        precondition(ticksPerSecond > 0, "a clock ticks")
        self.ticksPerSecond = ticksPerSecond
    }

    /// The RTP clock of every video payload (RFC 3551 §5).
    public static let video = ClockRate(90_000)
    /// The RTP clock of Opus, whatever its bandwidth (RFC 7587 §4.1).
    public static let opus = ClockRate(48_000)
    /// The RTP clock of G.711, and of G.722 by an old mistake (RFC 3551 §4.5.2).
    public static let telephone = ClockRate(8_000)
}

/// A place on one track's timeline: unwrapped ticks, and the rate they run at.
public struct MediaTime: Hashable, Sendable {
    public var ticks: Int64
    public var rate: ClockRate

    public init(ticks: Int64, rate: ClockRate) {
        self.ticks = ticks
        self.rate = rate
    }

    /// The same place counted at `newRate`, rounded down.
    ///
    /// Rescale from the origin, never a difference: rounded differences add up to drift.
    public func rescaled(to newRate: ClockRate) -> MediaTime {
        let (product, isOver) = ticks.multipliedReportingOverflow(by: Int64(newRate.ticksPerSecond))
        // Half a day in nanoseconds fits, and dividing 128 bits takes several times as long.
        if !isOver {
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int64(rate.ticksPerSecond))
            return MediaTime(ticks: remainder < 0 ? quotient - 1 : quotient, rate: newRate)
        }
        let numerator = ticks.multipliedFullWidth(by: Int64(newRate.ticksPerSecond))
        let divisor = Int64(rate.ticksPerSecond)
        let (quotient, remainder) = divisor.dividingFullWidth(numerator)
        return MediaTime(ticks: remainder < 0 ? quotient - 1 : quotient, rate: newRate)
    }
}

/// A place on the timeline that everybody in a channel shares: nanoseconds since the channel's origin.
public struct ChannelTime: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The place so many milliseconds after the origin.
    public static func ms(_ count: Int64) -> ChannelTime { ChannelTime(nanoseconds: count * 1_000_000) }

    public static func < (left: ChannelTime, right: ChannelTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The place that lies `duration` later.
    public static func + (time: ChannelTime, duration: Duration) -> ChannelTime {
        ChannelTime(nanoseconds: time.nanoseconds + duration.wholeNanoseconds)
    }

    /// The place that lies `duration` earlier.
    public static func - (time: ChannelTime, duration: Duration) -> ChannelTime { time + (.zero - duration) }

    /// How long it is from `start` to `end`.
    public static func - (end: ChannelTime, start: ChannelTime) -> Duration {
        .nanoseconds(end.nanoseconds - start.nanoseconds)
    }

    /// The same place in ticks of `rate`, rounded to the nearest.
    public func ticks(at rate: ClockRate) -> Int64 {
        let halves = ClockRate(rate.ticksPerSecond * 2)
        return (MediaTime(ticks: nanoseconds, rate: ChannelTime.nanosecondClock).rescaled(to: halves).ticks + 1) >> 1
    }

    private static let nanosecondClock = ClockRate(1_000_000_000)
}
