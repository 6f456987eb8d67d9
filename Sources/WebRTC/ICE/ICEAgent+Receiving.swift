import STUN
import Units

extension ICEAgent {
    /// Why a STUN message changed nothing.
    enum Refusal: Error, Equatable, Sendable {
        case malformed
        case notAuthentic
        case unexpected
    }

    /// Takes one STUN message in; answers are then in the outbox.
    mutating func receive(_ datagram: Span<UInt8>, along path: Path, at now: Instant) throws(Refusal) {
        let message: STUNMessage
        do { message = try STUNMessage(parsing: datagram) } catch { throw .malformed }
        switch message.kind {
        case .request: try receiveRequest(message, datagram, along: path, at: now)
        case .success, .failure: try receiveAnswer(message, datagram, along: path, at: now)
        case .indication: throw .unexpected  // A keep-alive (RFC 8445 §11) proves nothing.
        }
    }

    private mutating func receiveRequest(
        _ message: STUNMessage, _ datagram: Span<UInt8>, along path: Path, at now: Instant
    ) throws(Refusal) {
        // RFC 8489 §9.1.3 would answer 400 or 401; silence gives those who forge addresses nothing to reflect.
        guard let credentials = credentials(for: message) else { throw .notAuthentic }
        guard message.isAuthentic(datagram, password: credentials.password) else { throw .notAuthentic }
        let isCurrent = credentials == local
        guard message.unknownAttributes.isEmpty else {
            fail(message, .unknownAttribute, unknown: message.unknownAttributes, credentials, along: path)
            return
        }
        guard yieldsRole(to: message) else {
            fail(message, .roleConflict, unknown: [], credentials, along: path)
            return
        }
        var answer = STUNMessage(.success, transaction: message.transaction)
        answer.mappedAddress = path.remote
        send(answer, password: credentials.password, along: path)
        switch kind {
        case .lite:
            validate(path, at: now)
            guard message.usesCandidate, isCurrent else { return }
            select(path, at: now)
            previousLocal = nil
        case .full: receivedCheck(message, along: path, at: now)
        }
    }

    /// Whose password must have signed a request (RFC 8445 §7.3).
    private func credentials(for message: STUNMessage) -> ICECredentials? {
        guard let fragment = message.recipientFragment else { return nil }
        if fragment == local.fragment { return local }
        return previousLocal.flatMap { $0.fragment == fragment ? $0 : nil }
    }

    private mutating func fail(
        _ request: STUNMessage, _ failure: STUNMessage.Failure, unknown: [UInt16], _ credentials: ICECredentials,
        along path: Path
    ) {
        var answer = STUNMessage(.failure, transaction: request.transaction)
        answer.failure = failure
        answer.unknownAttributes = unknown
        send(answer, password: credentials.password, along: path)
    }

    /// Settles a role conflict (RFC 8445 §7.3.1.1); false if it is the other side that must give way.
    private mutating func yieldsRole(to message: STUNMessage) -> Bool {
        switch message.role {
        case .controlling(let theirs) where isControlling:
            guard tieBreaker < theirs else { return false }
            isControlling = false
            return true
        case .controlled(let theirs) where !isControlling:
            // A lite agent always lets the other side choose (RFC 8445 §6.1.1).
            guard kind == .full, tieBreaker >= theirs else { return false }
            isControlling = true
            return true
        case .controlling, .controlled, nil: return true
        }
    }

    private mutating func receiveAnswer(
        _ message: STUNMessage, _ datagram: Span<UInt8>, along path: Path, at now: Instant
    ) throws(Refusal) {
        guard message.isAuthentic(datagram, password: remote.password) else { throw .notAuthentic }
        if let index = consentRequests.firstIndex(where: { $0.transaction == message.transaction }) {
            guard message.kind == .success, consentRequests[index].path == path else { throw .unexpected }
            roundTrip = consentRequests[index].sent.duration(to: now)
            consentRequests.removeSubrange(...index)
            validate(path, at: now)
            return
        }
        guard let index = pairs.firstIndex(where: { $0.check?.transaction == message.transaction }) else {
            throw .unexpected
        }
        // An answer from elsewhere means a middlebox that no datagram will get back through (RFC 8445 §7.2.5.2.1).
        guard pairs[index].path == path else { throw .unexpected }
        receivedAnswer(message, to: index, at: now)
    }
}
