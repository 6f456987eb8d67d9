import Units

/// How long to leave alone whoever did not answer.
enum BackOff {
    static let first = Duration.seconds(1)
    /// A receiver that is back should not wait for long.
    static let longest = Duration.seconds(300)

    /// The pause after so many failures in a row: twice as long each time up to the longest, and shorter by up to half,
    /// as `chance` of at least 0 and below 1 says, so that many do not come back at once.
    static func delay(afterFailures count: Int, chance: Double) -> Duration {
        precondition(count > 0 && (0..<1).contains(chance), "a pause comes after a failure")
        let doublings = min(count - 1, 20)
        let full = min(first.wholeNanoseconds << Int64(doublings), longest.wholeNanoseconds)
        return .nanoseconds(full - Int64(Double(full / 2) * chance))
    }
}
