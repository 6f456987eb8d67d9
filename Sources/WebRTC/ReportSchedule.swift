import Units

/// When the next reports are due.
struct ReportSchedule: Sendable {
    /// The time between receiver reports.
    ///
    /// RFC 3550 §6.2 would allow fewer at low rates; RFC 4585 §3.4 frees point-to-point sessions from the minimum
    /// of 5 s, and senders measure the round trip by these.
    static let receiverInterval = Duration.milliseconds(500)
    /// The time between sender reports: each is a point of the line that synchronises sound and picture.
    static let senderInterval = Duration.seconds(1)
    /// How soon the first one about a stream comes: until then its sender guesses what the path is like.
    static let firstDelay = Duration.milliseconds(100)

    /// When the next one is due; nothing before there is something to report.
    private(set) var deadline: Instant?
    /// When what is new has lasted for long enough to be reported.
    private var news: Instant?

    /// There is something new to report: a stream began, or its sender reported first.
    ///
    /// A report that is due before is made all the same, and another one then: the other side may not know the stream yet.
    mutating func hasten(at now: Instant) {
        let soon = now + Self.firstDelay
        news = soon
        deadline = min(deadline ?? soon, soon)
    }

    /// Whether a report is due; if so, the next one is scheduled.
    mutating func takeDue(at now: Instant, interval: Duration) -> Bool {
        guard let due = deadline, due <= now else { return false }
        if let soon = news, soon <= now { news = nil }
        deadline = min(now + interval, news ?? now + interval)
        return true
    }
}
