import Units

/// Decides when to ask the sender of a video track for a keyframe, and when to ask again.
struct KeyframeRequests: Sendable {
    /// How long a new track may take to show its first keyframe, which senders begin with unasked, and which may have
    /// to be repaired first.
    static let startGrace = Duration.milliseconds(500)
    /// How much longer than a round trip a keyframe may take: its sender's next picture, and its own length on the link.
    ///
    /// Asking more often makes encoders spend all they have on keyframes.
    static let margin = Duration.milliseconds(150)
    /// The time between requests doubles up to this.
    static let longestInterval = Duration.seconds(4)
    /// How soon after a request another loss may lead to the next: browsers heed no more.
    static let spacing = Duration.milliseconds(300)
    /// How soon after a request somebody's wish may lead to the next: one keyframe serves all who wish for one.
    static let wishSpacing = Duration.milliseconds(500)
    /// How soon a request is made a second time on a path that may well lose the first; browsers heed one of them.
    static let repetition = Duration.milliseconds(50)
    /// How many round trips longer than `margin` a keyframe may take that has begun to come, but lacks packets.
    static let repairRoundTrips = 3
    /// After so many requests that brought nothing, the other kind is tried.
    static let stubbornTries = 3

    /// Requests sent so far.
    private(set) var count = 0
    /// When to send the next one; nothing while no keyframe is wanted.
    private(set) var deadline: Instant?
    /// How many requests brought nothing yet.
    private(set) var tries = 0

    private var lastSent: Instant?
    /// When the next request is due after the one that is made a second time now.
    private var afterRepetition: Instant?
    /// Whether the keyframe is only wanted in case a repair fails, or a loss has consequences.
    private var isPrecaution = false
    /// Whether a keyframe has begun to come, so that the next request is put off until it must have been repaired.
    private var isComing = false

    /// Whether a keyframe is wanted.
    var isWanted: Bool { deadline != nil }

    /// The first packet of the track came.
    mutating func trackStarted(at now: Instant) { deadline = now + Self.startGrace }

    /// Nothing can be decoded without a keyframe.
    mutating func want(at now: Instant) {
        isPrecaution = false
        schedule(at: now, Self.spacing)
    }

    /// Somebody downstream wants a keyframe.
    mutating func wish(at now: Instant) {
        isPrecaution = false
        guard !isComing else { return }
        schedule(at: now, Self.wishSpacing)
    }

    /// A repair takes so long, or a loss may have such consequences, that a keyframe should be on its way.
    mutating func wantAsPrecaution(at now: Instant) {
        guard deadline == nil || isComing else { return }
        isPrecaution = isPrecaution || deadline == nil
        schedule(at: now, Self.spacing)
    }

    /// A keyframe has begun to come: what it lacks is better asked for than another one.
    mutating func comes(at now: Instant, roundTrip: Duration) {
        guard let due = deadline else { return }
        isComing = true
        tries = min(tries, 1)
        afterRepetition = nil
        deadline = max(due, now + roundTrip * Self.repairRoundTrips + Self.margin)
    }

    /// All is well after all: what was asked for as a precaution is not asked for again.
    mutating func withdrawPrecaution() {
        guard isPrecaution else { return }
        satisfied()
    }

    /// A whole keyframe is here, though perhaps not in line yet.
    mutating func satisfied() {
        (isPrecaution, isComing) = (false, false)
        deadline = nil
        afterRepetition = nil
        tries = 0
    }

    /// A whole picture came that is no keyframe.
    mutating func received(isBroken: Bool, at now: Instant) {
        // A track that begins with another frame has lost its keyframe before we could hear it.
        if isBroken || (deadline != nil && count == 0 && !isPrecaution) { want(at: now) }
    }

    /// Whether to send a request now; if so, it counts as sent.
    ///
    /// On a lossy path each request is made twice.
    mutating func takeDue(at now: Instant, roundTrip: Duration, isPathLossy: Bool) -> Bool {
        guard let due = deadline, due <= now else { return false }
        count += 1
        isComing = false
        if let next = afterRepetition.take() {
            deadline = next
            return true
        }
        let next = now + min((roundTrip + Self.margin) * (1 << min(tries, 6)), Self.longestInterval)
        if isPathLossy { afterRepetition = next }
        deadline = isPathLossy ? now + Self.repetition : next
        tries += 1
        lastSent = now
        return true
    }

    private mutating func schedule(at now: Instant, _ spacing: Duration) {
        guard deadline == nil || tries == 0 || isComing else { return }
        let soonest = lastSent.map { max(now, $0 + spacing) } ?? now
        deadline = deadline.map { min($0, soonest) } ?? soonest
    }
}
