import STUN
import Units

/// One of our addresses and one of theirs, on trial (RFC 8445 §6.1.2).
struct CandidatePair: Sendable {
    enum State: Sendable {
        case waiting
        case checking
        case succeeded
        case failed
    }

    let path: Path
    let priority: UInt64
    var state = State.waiting
    /// The check under way, if any: the first one, or the one that nominates.
    var check: Check?
    var isNominated = false

    /// `controlling` and `controlled` are the candidates' priorities on each side (RFC 8445 §6.1.2.3).
    init(path: Path, controlling: UInt32, controlled: UInt32) {
        self.path = path
        let (low, high) = (min(controlling, controlled), max(controlling, controlled))
        priority = UInt64(low) << 32 + UInt64(high) * 2 + (controlling > controlled ? 1 : 0)
    }
}

/// One request and its retransmissions, more often than RFC 8489 §6.2.1 has them.
struct Check: Sendable {
    /// How often a request is sent before its silence counts as an answer: as long as a connection may take to begin.
    static let attemptLimit = 31
    /// The timeouts double up to this.
    ///
    /// RFC 8489 §6.2.1 lets them double without end, to spare a server that many ask. Here there is one path and one
    /// who answers; where losses come in bursts, four more tries in half a minute are too few.
    static let longestTimeout = Duration.seconds(1)
    /// How many initial timeouts to wait after the last attempt (RFC 8489 §6.2.1, Rm).
    static let lastWait = 16

    let transaction: STUNMessage.TransactionID
    let nominates: Bool
    let initialTimeout: Duration
    var lastSent: Instant
    var attempts = 1

    init(transaction: STUNMessage.TransactionID, nominates: Bool, initialTimeout: Duration, at now: Instant) {
        self.transaction = transaction
        self.nominates = nominates
        self.initialTimeout = initialTimeout
        lastSent = now
    }

    /// When to send it again, or give it up.
    var deadline: Instant {
        guard attempts < Self.attemptLimit else { return lastSent + initialTimeout * Self.lastWait }
        return lastSent + min(initialTimeout * attempts, Self.longestTimeout)
    }
}
