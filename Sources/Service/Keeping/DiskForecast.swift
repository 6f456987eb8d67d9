import Units

/// When the disk will be full, if it goes on filling as it did.
///
/// A straight line through how much was free in the last quarter of an hour: short enough to notice that more is recorded,
/// long enough not to be alarmed by one large file.
struct DiskForecast {
    private static let span = Duration.seconds(900)
    /// Before that, a line would be drawn through chance.
    private static let shortest = Duration.seconds(30)
    /// How often the samples are kept.
    private static let interval = Duration.seconds(5)

    /// Times that are worth saying, the longest first: once the end is nearer than one of them, it is said.
    static let alarms = [Duration.seconds(6 * 3600), .seconds(3600), .seconds(600)]

    private var samples: [(moment: Instant, free: Int)] = []
    /// How many of the alarms were said, and not taken back.
    private var said = 0

    /// So much is free now.
    mutating func note(free: Int, at now: Instant) {
        if let last = samples.last, last.moment.duration(to: now) < Self.interval { return }
        samples.append((now, free))
        samples.removeAll { $0.moment.duration(to: now) > Self.span }
    }

    /// How long until nothing is free; nothing while the disk does not fill, or not for long enough to say.
    func timeLeft(at now: Instant) -> Duration? {
        guard let first = samples.first, let last = samples.last,
            first.moment.duration(to: last.moment) >= Self.shortest
        else { return nil }
        let count = Double(samples.count)
        let times = samples.map { Double(first.moment.duration(to: $0.moment).wholeMilliseconds) / 1000 }
        let frees = samples.map { Double($0.free) }
        let (meanTime, meanFree) = (times.reduce(0, +) / count, frees.reduce(0, +) / count)
        let spread = times.reduce(0) { $0 + ($1 - meanTime) * ($1 - meanTime) }
        let slope = zip(times, frees).reduce(0) { $0 + ($1.0 - meanTime) * ($1.1 - meanFree) } / spread
        // Less than a byte a second is none.
        guard slope < -1 else { return nil }
        let seconds = Double(last.free) / -slope - Double(last.moment.duration(to: now).wholeMilliseconds) / 1000
        return .milliseconds(Int64(max(0, min(seconds, 1e9)) * 1000))
    }

    /// What should be said now; each alarm once, until the end is far away again.
    mutating func nextAlarm(at now: Instant) -> Duration? {
        guard let left = timeLeft(at: now) else {
            said = 0
            return nil
        }
        let due = Self.alarms.count { left < $0 }
        defer { said = due }
        return due > said ? left : nil
    }
}

extension Duration {
    /// `3 h 10 min`, `10 min`, `40 s`.
    var roughly: String {
        let seconds = wholeMilliseconds / 1000
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min" }
        if seconds < 86_400 { return "\(seconds / 3600) h \(seconds / 60 % 60) min" }
        return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
}
