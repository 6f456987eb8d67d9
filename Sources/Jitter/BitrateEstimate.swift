public import Units

/// What a sender may send at most, guessed from what arrives: for those who take no other feedback
/// (draft-alvestrand-rmcat-remb-03).
///
/// Simple on purpose. While little is lost the guess grows as long as the sender makes use of it; while much is lost it
/// shrinks to what arrives, and never below. It knows nothing of queues: a path that delays instead of losing is
/// noticed only once its queue is full.
public struct BitrateEstimate: Sendable {
    /// How often the estimate is told.
    public static let interval = Duration.seconds(1)
    /// Where it begins: a usual camera's picture.
    static let initial = 2_000_000
    /// The share of packets whose loss counts as congestion; senders that count losses themselves use the same.
    static let bearableLoss = 0.1
    /// What even the worst path is granted.
    static let least = 50_000

    /// When the next one is due; nothing before the first packet.
    public private(set) var deadline: Instant?

    private var bitsPerSecond = initial
    private var byteCount = 0
    private var since = Instant(nanoseconds: 0)

    public init() {}

    /// Counts a packet, whatever it is for.
    public mutating func received(byteCount count: Int, at now: Instant) {
        if deadline == nil {
            since = now
            deadline = now + Self.interval
        }
        byteCount += count
    }

    /// The estimate to tell now, in bits per second; `lostShare` is that of the time since the last one.
    public mutating func takeDue(lostShare: Double, at now: Instant) -> Int? {
        guard let due = deadline, due <= now else { return nil }
        let elapsed = max(1, since.duration(to: now).wholeMilliseconds)
        let rate = byteCount * 8 * 1000 / Int(elapsed)
        if lostShare > Self.bearableLoss {
            bitsPerSecond = min(bitsPerSecond, rate)
        } else if rate > bitsPerSecond * 2 / 3 {
            bitsPerSecond += bitsPerSecond / 12
        }
        bitsPerSecond = max(bitsPerSecond, rate, Self.least)
        byteCount = 0
        since = now
        deadline = now + Self.interval
        return bitsPerSecond
    }
}
