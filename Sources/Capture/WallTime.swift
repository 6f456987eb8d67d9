public import Units

/// A moment of the world's clock (UTC), for names and records only.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970.
    public var unixNanoseconds: Int64

    public init(unixNanoseconds: Int64) { self.unixNanoseconds = unixNanoseconds }

    /// Milliseconds since 1970, rounded down.
    public var unixMilliseconds: Int64 { floorDivision(unixNanoseconds, 1_000_000).quotient }

    public static func < (left: WallTime, right: WallTime) -> Bool { left.unixNanoseconds < right.unixNanoseconds }

    /// The moment that lies `duration` later.
    public static func + (time: WallTime, duration: Duration) -> WallTime {
        WallTime(unixNanoseconds: time.unixNanoseconds + duration.wholeNanoseconds)
    }
}

extension WallTime {
    /// The date in eight digits.
    ///
    /// `20190611`
    public var day: String {
        let date = date
        return digits(date.year, 4) + digits(Int64(date.month), 2) + digits(Int64(date.day), 2)
    }

    /// The time of day in six digits.
    ///
    /// `073246`
    public var timeOfDay: String {
        let second = floorDivision(floorDivision(unixNanoseconds, 1_000_000_000).quotient, 86_400).remainder
        return digits(second / 3_600, 2) + digits(second / 60 % 60, 2) + digits(second % 60, 2)
    }

    /// The fraction of the second in nine digits.
    public var nanoseconds: String { digits(floorDivision(unixNanoseconds, 1_000_000_000).remainder, 9) }

    /// Year to milliseconds in 17 digits, as names of takes carry it.
    ///
    /// `20190611073246073`
    public var stamp: String { day + timeOfDay + nanoseconds.prefix(3) }

    /// The moment that a stamp of 17 digits names; nothing if it is none.
    public init?(stamp: some StringProtocol) {
        guard stamp.utf8.count == 17, stamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let digits = stamp.utf8.map { Int64($0) - 0x30 }
        let field = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
        let (year, month, day) = (field(0..<4), field(4..<6), field(6..<8))
        let (hour, minute, second) = (field(8..<10), field(10..<12), field(12..<14))
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
        // Years begin on 1 March, as in `date`.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let (era, yearOfEra) = floorDivision(shifted, 400)
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let milliseconds = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + field(14..<17)
        unixNanoseconds = milliseconds * 1_000_000
    }

    /// The moment by ISO 8601, with milliseconds.
    ///
    /// `2019-06-11T07:32:46.073Z`
    public var iso8601: String {
        let date = date
        let time = timeOfDay
        let days = "\(digits(date.year, 4))-\(digits(Int64(date.month), 2))-\(digits(Int64(date.day), 2))"
        return "\(days)T\(time.prefix(2)):\(time.dropFirst(2).prefix(2)):\(time.suffix(2)).\(nanoseconds.prefix(3))Z"
    }

    /// The Gregorian date, counted in whole 400-year, 100-year, 4-year and 1-year cycles of days that start on 1 March,
    /// so that a leap day is the last of its cycle.
    private var date: (year: Int64, month: Int, day: Int) {
        let days = floorDivision(floorDivision(unixNanoseconds, 1_000_000_000).quotient, 86_400).quotient
        // 1970-01-01 lies 719,468 days after 0000-03-01.
        let (era, dayOfEra) = floorDivision(days + 719_468, 146_097)
        let century = min(dayOfEra / 36_524, 3)
        let dayOfCentury = dayOfEra - century * 36_524
        let cycle = dayOfCentury / 1_461
        let yearOfCycle = min((dayOfCentury - cycle * 1_461) / 365, 3)
        var day = Int(dayOfCentury - cycle * 1_461 - yearOfCycle * 365)
        let monthLengths = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29]
        var month = 0
        while day >= monthLengths[month] {
            day -= monthLengths[month]
            month += 1
        }
        let year = era * 400 + century * 100 + cycle * 4 + yearOfCycle + (month >= 10 ? 1 : 0)
        return (year, (month + 2) % 12 + 1, day + 1)
    }
}

/// The world's clock as a process sees it: looked at once, then counted on by a clock that never steps.
///
/// So names never run backwards when somebody sets the machine's clock.
public struct WallClock: Sendable {
    private let anchor: WallTime
    private let instant: Instant

    /// It was `time` at `instant`.
    public init(_ time: WallTime, at instant: Instant) {
        anchor = time
        self.instant = instant
    }

    /// What time it is at an instant.
    public func time(at now: Instant) -> WallTime { anchor + instant.duration(to: now) }
}

private func floorDivision(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func digits(_ value: Int64, _ count: Int) -> String {
    let text = "\(value)"
    return String(repeating: "0", count: max(0, count - text.count)) + text
}
