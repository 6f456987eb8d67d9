import STUN
import Units

/// A consent request under way.
struct ConsentRequest: Sendable {
    var transaction: STUNMessage.TransactionID
    var path: Path
    var sent: Instant
}

// Only a full agent comes here: a lite one has no pairs.
extension ICEAgent {
    /// The least time between two checks (RFC 8445 §14.2, Ta).
    static let pacing = Duration.milliseconds(50)
    /// The first timeout of a check (RFC 8445 §14.3).
    static let initialTimeout = Duration.milliseconds(500)
    /// How long a better pair may still prove itself after the first one has.
    static let nominationPatience = Duration.milliseconds(200)
    /// The mean time between consent requests.
    ///
    /// RFC 7675 §5.1 suggests 5 s and a limit of 30; the same
    /// six chances fit into our 15 s with half.
    static let consentPeriod = Duration.milliseconds(2500)
    /// What a host candidate has, and what a peer-reflexive one would have (RFC 8445 §5.1.2.1).
    static let hostPriority: UInt32 = 126 << 24 | 65_535 << 8 | 255
    static let reflexivePriority: UInt32 = 110 << 24 | 65_535 << 8 | 255

    /// Forms the pairs that a remote candidate makes possible.
    mutating func addRemoteCandidate(_ candidate: RemoteCandidate, at now: Instant) {
        guard kind == .full, !remoteCandidates.contains(where: { $0.address == candidate.address }) else { return }
        remoteCandidates.append(candidate)
        for address in localAddresses where address.ip.isV6 == candidate.address.ip.isV6 {
            addPair(Path(local: address, remote: candidate.address), remotePriority: candidate.priority, at: now)
        }
    }

    private mutating func addPair(_ path: Path, remotePriority: UInt32, at now: Instant) {
        guard pairs.count < Self.pairLimit, !pairs.contains(where: { $0.path == path }) else { return }
        let (controlling, controlled) =
            isControlling ? (Self.hostPriority, remotePriority) : (remotePriority, Self.hostPriority)
        let pair = CandidatePair(path: path, controlling: controlling, controlled: controlled)
        pairs.insert(pair, at: pairs.firstIndex { $0.priority < pair.priority } ?? pairs.count)
        nextCheck = nextCheck ?? now
    }

    /// When `advance(to:)` has something to do.
    var deadline: Instant? {
        var deadline = earliest(nextCheck, nextConsent)
        for pair in pairs { deadline = earliest(deadline, pair.check?.deadline) }
        return earliest(deadline, nominationDeadline)
    }

    private var nominationDeadline: Instant? {
        guard isControlling, let firstSuccess, !isNominating else { return nil }
        return firstSuccess + Self.nominationPatience
    }

    private var isNominating: Bool { pairs.contains { $0.isNominated || $0.check?.nominates == true } }

    /// Sends the checks, retransmissions, nominations and consent requests that are due.
    mutating func advance(to now: Instant) {
        guard kind == .full else { return }
        retransmit(at: now)
        beginCheck(at: now)
        nominate(at: now)
        if let nextConsent, nextConsent <= now { askForConsent(at: now) }
    }

    private mutating func retransmit(at now: Instant) {
        for index in pairs.indices {
            guard let check = pairs[index].check, check.deadline <= now else { continue }
            if check.attempts >= Check.attemptLimit {
                pairs[index].check = nil
                pairs[index].state = .failed
            } else {
                pairs[index].check?.attempts += 1
                pairs[index].check?.lastSent = now
                send(request(for: check), password: remote.password, along: pairs[index].path)
            }
        }
    }

    private mutating func beginCheck(at now: Instant) {
        guard let due = nextCheck, due <= now else { return }
        guard let index = pairs.firstIndex(where: { $0.state == .waiting }) else {
            nextCheck = nil
            return
        }
        pairs[index].state = .checking
        startCheck(of: index, nominates: false, at: now)
        nextCheck = now + Self.pacing
    }

    private mutating func startCheck(of index: Int, nominates: Bool, at now: Instant) {
        let check = Check(
            transaction: .init(using: &generator), nominates: nominates, initialTimeout: Self.initialTimeout, at: now)
        pairs[index].check = check
        send(request(for: check), password: remote.password, along: pairs[index].path)
    }

    private func request(for check: Check) -> STUNMessage {
        var request = request(check.transaction)
        request.usesCandidate = check.nominates && isControlling
        return request
    }

    private func request(_ transaction: STUNMessage.TransactionID) -> STUNMessage {
        var request = STUNMessage(.request, transaction: transaction)
        request.username = "\(remote.fragment):\(local.fragment)"
        request.priority = Self.reflexivePriority
        request.role =
            isControlling ? .controlling(tieBreaker: tieBreaker) : .controlled(tieBreaker: tieBreaker)
        return request
    }

    /// Regular nomination (RFC 8445 §8.1.1): the best pair that works, once no better one can be expected.
    private mutating func nominate(at now: Instant) {
        guard isControlling, let firstSuccess, !isNominating else { return }
        guard let best = pairs.firstIndex(where: { $0.state == .succeeded }) else { return }
        let isPatient = firstSuccess.duration(to: now) < Self.nominationPatience
        if isPatient, pairs[..<best].contains(where: { $0.state != .failed }) { return }
        startCheck(of: best, nominates: true, at: now)
    }

    /// Takes the answer to the check of a pair in.
    mutating func receivedAnswer(_ message: STUNMessage, to index: Int, at now: Instant) {
        guard let check = pairs[index].check else { return }
        pairs[index].check = nil
        guard message.kind == .success else {
            receivedFailure(message.failure, of: check, index, at: now)
            return
        }
        if check.attempts == 1 { roundTrip = check.lastSent.duration(to: now) }
        pairs[index].state = .succeeded
        validate(pairs[index].path, at: now)
        firstSuccess = firstSuccess ?? now
        if check.nominates {
            pairs[index].isNominated = true
            finish(on: pairs[index].path, at: now)
        } else if pairs[index].isNominated {
            finish(on: pairs[index].path, at: now)
        }
        nominate(at: now)
    }

    private mutating func receivedFailure(
        _ failure: STUNMessage.Failure?, of check: Check, _ index: Int, at now: Instant
    ) {
        guard failure?.code == STUNMessage.Failure.roleConflict.code else {
            pairs[index].state = .failed
            return
        }
        // RFC 8445 §7.2.5.1: take the other role, and try again.
        isControlling.toggle()
        pairs[index].state = .waiting
        nextCheck = nextCheck ?? now
    }

    /// Takes a check from the other side in (RFC 8445 §7.3.1.3–5).
    mutating func receivedCheck(_ message: STUNMessage, along path: Path, at now: Instant) {
        if !pairs.contains(where: { $0.path == path }) {
            addPair(path, remotePriority: message.priority ?? Self.reflexivePriority, at: now)
        }
        guard let index = pairs.firstIndex(where: { $0.path == path }) else { return }
        if pairs[index].state == .failed {
            pairs[index].state = .waiting
            nextCheck = nextCheck ?? now
        }
        guard !isControlling, message.usesCandidate else { return }
        pairs[index].isNominated = true
        if pairs[index].state == .succeeded { finish(on: path, at: now) }
    }

    /// Ends the checks: the other pairs are not needed any more (RFC 8445 §8.1.2).
    private mutating func finish(on path: Path, at now: Instant) {
        select(path, at: now)
        previousLocal = nil
        nextCheck = nil
        pairs.removeAll { $0.path != path }
    }

    private mutating func askForConsent(at now: Instant) {
        nextConsent = now + consentInterval()
        guard let path = selected else { return }
        let transaction = STUNMessage.TransactionID(using: &generator)
        // Older ones than these are past every timeout.
        if consentRequests.count >= 6 { consentRequests.removeFirst() }
        consentRequests.append(ConsentRequest(transaction: transaction, path: path, sent: now))
        send(request(transaction), password: remote.password, along: path)
    }

    /// The time to the next consent request, spread so that many peers do not ask at once (RFC 7675 §5.1).
    mutating func consentInterval() -> Duration {
        Self.consentPeriod * Int.random(in: 80...120, using: &generator) / 100
    }
}

/// The earlier of two deadlines that there may be.
func earliest(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
}
