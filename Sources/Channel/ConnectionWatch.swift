public import Units

/// Whether anything at all is heard of the users who are connected to a recorder.
///
/// Recorder and server are one process, so the way between the two cannot fail; the network of their machine can. It is
/// taken to have failed when all users fall silent at once, of whom a single one cannot be told apart. Reads no clock: call
/// `advance` about twice a second.
public struct ConnectionWatch: Sendable {
    /// A silence of so long is an interruption, and one of so long a loss (the legacy product's limits).
    public static let interruptedAfter = Duration.seconds(4)
    public static let lostAfter = Duration.seconds(10)
    /// The first limit while nobody sends media: what keeps a connection alive comes every 4 to 6 s (RFC 7675 §5.1).
    public static let quietInterruptedAfter = Duration.seconds(8)
    /// Users who sent no media for so long before the silence were quiet already.
    static let mediaPause = Duration.seconds(1)
    /// Whoever was not asked for so long was stopped, and has not read yet what came meanwhile.
    static let longestStep = Duration.seconds(2)

    /// What was heard last of one user, or of all of them.
    public struct Hearing: Equatable, Sendable {
        /// When anything came that only the user can have sent.
        public var anything: Instant
        /// When media came.
        public var media: Instant?

        public init(anything: Instant, media: Instant?) {
            self.anything = anything
            self.media = media
        }

        /// The newest of both.
        public func joined(_ other: Hearing) -> Hearing {
            Hearing(
                anything: max(anything, other.anything),
                media: [media, other.media].compactMap(\.self).max())
        }
    }

    /// Something to tell; each says how long nothing came.
    public enum Event: Equatable, Sendable {
        case interrupted(silence: Duration)
        case lost(silence: Duration)
        case reconnected(silence: Duration)
    }

    private enum State {
        case flowing
        case interrupted
        case lost
    }

    private var state = State.flowing
    /// The newest that was ever heard: who goes takes nothing away from it.
    private var heard: Hearing?
    /// From when on silence is counted, where that is later.
    private var floor: Instant?
    private var previous: Instant?

    public init() {}

    /// Notes that it is `now`, and what was heard last of those who are connected; nothing if nobody is.
    public mutating func advance(to now: Instant, _ hearing: Hearing?) -> Event? {
        if let previous, previous.duration(to: now) > Self.longestStep { floor = now }
        previous = now
        // Nobody can be missed.
        guard let hearing else { return nil }
        let before = heard
        heard = before.map { $0.joined(hearing) } ?? hearing
        guard let heard else { return nil }
        if state != .flowing, let before, heard.anything > before.anything {
            state = .flowing
            return .reconnected(silence: before.anything.duration(to: heard.anything))
        }
        let silence = max(heard.anything, floor ?? heard.anything).duration(to: now)
        switch state {
        case .flowing where silence >= limit(heard):
            state = .interrupted
            return .interrupted(silence: silence)
        case .interrupted where silence >= Self.lostAfter:
            state = .lost
            return .lost(silence: silence)
        case .flowing, .interrupted, .lost: return nil
        }
    }

    /// How long a silence must be that begins after this.
    private func limit(_ heard: Hearing) -> Duration {
        guard let media = heard.media, media.duration(to: heard.anything) <= Self.mediaPause else {
            return Self.quietInterruptedAfter
        }
        return Self.interruptedAfter
    }
}
