import CLinux
import Glibc
public import Units

/// This machine's two clocks: the one to decide by, and the one on the wall.
public enum SystemClock {
    /// The time since this process first asked for it.
    ///
    /// Every thread counts from the same origin; it never runs backwards.
    public static func now() -> Instant { Instant(nanoseconds: read(CLOCK_MONOTONIC) - origin) }

    /// Nanoseconds of wall time since 1970, as the operator's clock has it; may jump.
    public static func wallNanoseconds() -> Int64 { read(CLOCK_REALTIME) }

    /// The wall time now, for sender reports (RFC 3550 §4).
    public static func networkTime() -> NTPTime {
        NTPTime(nanoseconds: wallNanoseconds() + secondsFrom1900To1970 * 1_000_000_000)
    }

    /// Whether something, NTP for one, keeps the clock on the wall right.
    public static var isSynchronized: Bool { clinux_clock_is_synchronized() }

    private static let origin = read(CLOCK_MONOTONIC)
    private static let secondsFrom1900To1970: Int64 = 2_208_988_800

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "the clocks of POSIX are always there")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
