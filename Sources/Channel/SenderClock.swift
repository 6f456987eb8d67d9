import Units

/// How one sender's wall clock lies on the channel's timeline.
///
/// One number, which all tracks of the sender share. It should be where the least delayed frames say that the sender's
/// wall clock is: at once while little is known, slowly later, because a network's moods must not be heard.
struct SenderClock: Sendable {
    /// While a sender is new, its offset is found rather than followed.
    private static let search: Int64 = 10_000_000_000
    /// The offset moves by so much of the time that passes, or by its error's share a second, or by no more than this.
    private static let slowest = 0.000_5
    private static let fade = 20e9
    private static let fastest = 0.005
    /// More often would only be more work.
    private static let interval: Int64 = 20_000_000

    /// The wall clock from which all others of the sender are counted.
    private(set) var epoch: NTPTime?
    /// The sender's wall clock at the channel's origin is the negative of this, counted from the epoch.
    private(set) var offset: Int64 = 0
    private var found = Int64.min / 2
    private var moved = Int64.min / 2

    /// Nanoseconds from the epoch to `wall`; NTP's count wraps every 136 years (RFC 5905 §6), so the shorter way.
    func elapsed(to wall: NTPTime) -> Int64 {
        guard let epoch else { return 0 }
        let difference = Int64(bitPattern: wall.rawValue &- epoch.rawValue)
        let (seconds, fraction) = (difference >> 32, difference & 0xFFFF_FFFF)
        return seconds * 1_000_000_000 + (fraction * 1_000_000_000) >> 32
    }

    /// The sender's wall clock shows `wall` at `place` on the timeline.
    mutating func begin(wall: NTPTime, place: Int64, at moment: Int64) {
        epoch = wall
        offset = place
        (found, moved) = (moment, moment)
    }

    /// Whether it is time to follow.
    func isDue(at moment: Int64) -> Bool { moment - moved >= Self.interval }

    /// Whether its offset is still being found.
    func isNew(at moment: Int64) -> Bool { moment - found < Self.search }

    /// Moves towards what the least delayed arrivals say.
    mutating func follow(_ least: Int64, at moment: Int64) {
        let elapsed = Double(max(0, moment - moved))
        moved = moment
        if isNew(at: moment) {
            offset = least
        } else {
            let error = Double(least - offset)
            let rate = min(max(abs(error) / Self.fade, Self.slowest), Self.fastest)
            offset += min(max(error, -elapsed * rate), elapsed * rate).nearest
        }
    }

    /// The sender set its wall clock ahead by `amount`, and nothing else changed.
    mutating func step(by amount: Int64) { offset -= amount }

    /// The sender's wall clock at the channel's origin.
    var wallAtOrigin: NTPTime? {
        guard let epoch else { return nil }
        let (seconds, rest) = (-offset).quotientAndRemainder(dividingBy: 1_000_000_000)
        let fixed = seconds << 32 + (rest << 32) / 1_000_000_000
        return NTPTime(epoch.rawValue &+ UInt64(bitPattern: fixed))
    }
}
