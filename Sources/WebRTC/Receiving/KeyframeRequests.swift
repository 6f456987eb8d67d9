import Units

/// Decides when to ask the sender of a video track for a keyframe, and when to ask again.
struct KeyframeRequests: Sendable {
    /// How long a new track may take to show its first keyframe, which senders begin with unasked, and which may have
    /// to be repaired first.
    static let startGrace = Duration.milliseconds(500)
    /// The time between the first two requests; it doubles up to the longest.
    ///
    /// A keyframe takes a round trip and its own length on the link; asking more often makes encoders
    /// spend all they have on keyframes.
    static let firstInterval = Duration.milliseconds(500)
    static let longestInterval = Duration.seconds(4)

    /// Requests sent so far.
    private(set) var count = 0
    /// When to send the next one; nothing while no keyframe is wanted.
    private(set) var deadline: Instant?

    private var tries = 0
    private var lastSent: Instant?

    /// The first packet of the track came.
    mutating func trackStarted(at now: Instant) { deadline = now + Self.startGrace }

    /// Nothing can be decoded without a keyframe, or somebody downstream wants one.
    mutating func want(at now: Instant) {
        guard deadline == nil || tries == 0 else { return }
        let soonest = lastSent.map { max(now, $0 + Self.firstInterval) } ?? now
        deadline = deadline.map { min($0, soonest) } ?? soonest
    }

    /// A whole frame came.
    mutating func received(isKeyframe: Bool, isBroken: Bool, at now: Instant) {
        if isKeyframe {
            deadline = nil
            tries = 0
        } else if isBroken || (deadline != nil && count == 0) {
            // A track that begins with another frame has lost its keyframe before we could hear it.
            want(at: now)
        }
    }

    /// Whether to send a request now; if so, it counts as sent.
    mutating func takeDue(at now: Instant) -> Bool {
        guard let due = deadline, due <= now else { return false }
        deadline = now + min(Self.firstInterval * (1 << tries), Self.longestInterval)
        tries = min(tries + 1, 3)
        lastSent = now
        count += 1
        return true
    }
}
