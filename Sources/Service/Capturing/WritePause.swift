import Units

/// How long a user's files wait after the disk refused one, before another is tried.
///
/// Each failure in a row doubles the wait: a disk that is broken is not asked for a file ten times a second, and one that
/// was full for a moment costs a second.
struct WritePause: Equatable {
    static let shortest = Duration.seconds(1)
    static let longest = Duration.seconds(60)

    /// Since when nothing is written.
    private(set) var since: ChannelTime
    private(set) var until: ChannelTime
    private var wait = shortest
    /// How many frames were left out meanwhile.
    var frameCount = 0

    init(at now: ChannelTime) {
        since = now
        until = now + wait
    }

    /// The file that was tried failed as well.
    mutating func prolong(at now: ChannelTime) {
        wait = min(wait * 2, Self.longest)
        until = now + wait
    }
}
