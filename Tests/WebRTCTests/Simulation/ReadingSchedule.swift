import Units

/// When a simulated server looks at its socket.
///
/// A media loop rests after each round that brought datagrams (decision 9): what comes meanwhile lies unread, and what
/// falls due waits as well.
struct ReadingSchedule {
    /// As `MediaLoop` has it.
    private static let calmGathering = Duration.milliseconds(20)
    private static let hurriedGathering = Duration.milliseconds(5)

    /// Whether it rests at all.
    var gathers = false
    private var restsUntil = Instant(nanoseconds: 0)

    /// When something that happens at `moment` is noticed.
    func next(after moment: Instant?) -> Instant? { moment.map { max($0, restsUntil) } }

    func isOpen(at now: Instant) -> Bool { restsUntil <= now }

    /// Rests after a round that brought datagrams.
    mutating func rest(isInHurry: Bool, from now: Instant) {
        guard gathers else { return }
        restsUntil = now + (isInHurry ? Self.hurriedGathering : Self.calmGathering)
    }
}
