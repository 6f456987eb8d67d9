import DTLS
import EventLoop
import Foundation
import SDP
import Units
import WHIP
import WebRTC

extension Hub {
    /// Lets a user into a channel with what they offer to send.
    ///
    /// Throws a `Problem` that names the field; nothing is created then.
    public func publish(channel: String, uid: String?, profile: String?, offer: String) async throws -> PublishAnswer {
        guard !isDraining else {
            throw Problem(
                status: 503, title: "Shutting down", detail: "the server is about to stop; try again when it is back")
        }
        try Names.checkChannel(channel)
        let uid = try user(uid, in: channel)
        let profile = try checkProfile(profile, of: channel)
        var random = SystemRandomNumberGenerator()
        let credentials = ICECredentials(using: &random)
        let loop = loops[Int(makeNumber() % UInt64(loops.count))]
        let (answer, negotiation) = try negotiate(offer, credentials, portOf: loop)
        let publication = Publication(
            id: Self.makeToken(), peer: PeerID(rawValue: makeNumber()), loop: loop, channel: channel, uid: uid,
            since: SystemClock.now(), media: negotiation.media, entityTag: Self.makeToken())
        rooms[channel, default: ChannelRoom(profile: profile)].users[uid] = publication.id
        publications[publication.id] = publication
        do {
            try await addPeer(for: publication, credentials, negotiation)
        } catch {
            forget(publication)
            throw error
        }
        await beginCaptures(of: publication.id)
        return PublishAnswer(
            id: publication.id, uid: uid, entityTag: publication.entityTag, answer: answer.description)
    }

    /// Ends a user's publication at their own wish.
    public func leave(channel: String, id: String) async throws {
        let publication = try publication(channel, id)
        await left(publication.id, .closedByRemote)
        await publication.loop.close(publication.peer)
    }

    /// Takes trickled candidates, or restarts ICE (RFC 9725 §4.3).
    ///
    /// Returns the answering fragment and the new entity tag after a restart, nothing otherwise.
    public func patch(
        channel: String, id: String, fragment: String, ifMatch: String?
    ) async throws -> (fragment: String, entityTag: String)? {
        var publication = try publication(channel, id)
        let parsed = try parseFragment(fragment)
        switch WHIPPatch.judge(parsed, ifMatch: ifMatch, entityTag: publication.entityTag, session: publication.id) {
        case .refused(let refusal):
            throw Problem(status: refusal.status, title: refusal.title, detail: refusal.detail)
        case .trickle:
            // A lite agent sends no checks of its own (RFC 8445 §2.5), so it has no use for candidates.
            return nil
        case .restart(let remote):
            var random = SystemRandomNumberGenerator()
            let local = ICECredentials(using: &random)
            await publication.loop.restartICE(
                of: publication.peer, local: local,
                remote: ICECredentials(fragment: remote.fragment, password: remote.password))
            publication.entityTag = Self.makeToken()
            publications[id]?.entityTag = publication.entityTag
            let candidates = candidates(port: publication.loop.number)
            let answer = parsed.answer(fragment: local.fragment, password: local.password, candidates: candidates)
            return (answer.description, publication.entityTag)
        }
    }

    private func parseFragment(_ text: String) throws -> SDPFragment {
        do {
            return try SDPFragment(parsing: text)
        } catch {
            throw Problem.badField("body", "not an SDP fragment (RFC 8840): \(error)")
        }
    }

    private func publication(_ channel: String, _ id: String) throws -> Publication {
        guard let found = publications[id], found.channel == channel else {
            throw Problem.notFound("there is no such session in channel '\(channel)'; it may have ended")
        }
        return found
    }

    /// The uid asked for, or a free one.
    private func user(_ uid: String?, in channel: String) throws -> String {
        let present = rooms[channel]?.users ?? [:]
        guard let uid, !uid.isEmpty else {
            while true {
                let chosen = String(UInt32.random(in: 1...UInt32.max))
                if present[chosen] == nil { return chosen }
            }
        }
        try Names.checkUser(uid)
        guard present[uid] == nil else {
            throw Problem.conflict("uid", "user \(uid) is already in channel '\(channel)'; choose another uid")
        }
        return uid
    }

    private func checkProfile(_ text: String?, of channel: String) throws -> ChannelProfile {
        let current = rooms[channel]?.profile
        guard let text else { return current ?? .communication }
        guard let profile = ChannelProfile(rawValue: text) else {
            throw Problem.badField("profile", "a channel's profile is communication or live, not '\(text)'")
        }
        guard current == nil || current == profile else {
            throw Problem.conflict(
                "profile", "channel '\(channel)' has the profile \(current?.rawValue ?? ""); all its users must agree")
        }
        return profile
    }

    private func negotiate(
        _ offer: String, _ credentials: ICECredentials, portOf loop: MediaLoop
    ) throws -> (SessionDescription, Negotiation) {
        do {
            let local = LocalParameters(
                ufrag: credentials.fragment, password: credentials.password, fingerprint: certificate.fingerprint,
                candidates: candidates(port: loop.number), isLite: true,
                sessionID: UInt64.random(in: 1...UInt64(Int64.max)))
            return try Negotiation.answer(to: SessionDescription(parsing: offer), local: local)
        } catch {
            throw Problem.badField("sdp", "\(error)")
        }
    }

    /// Every address that a peer might reach us at; what the operator announces comes first.
    private func candidates(port: UInt16) -> [Candidate] {
        let known = options.publicIPs + hostAddresses.filter { !options.publicIPs.contains($0) }
        // Loopback is of use to clients on this machine alone, so it is tried last.
        let ordered = known.filter { !$0.isLoopback } + known.filter(\.isLoopback)
        return ordered.enumerated().map { index, ip in
            Candidate.host(TransportAddress(ip: ip, port: port), preference: UInt16(index))
        }
    }

    private func addPeer(
        for publication: Publication, _ credentials: ICECredentials, _ negotiation: Negotiation
    ) async throws {
        let certificate = certificate
        let (id, uid) = (publication.peer, credentials.fragment)
        try await publication.loop.add(id, userName: uid) { now in
            let channel = try DTLSChannel(
                role: .server, certificate: certificate, expecting: negotiation.remoteFingerprint)
            var random = SystemRandomNumberGenerator()
            let peer = Peer(
                role: .server, local: credentials, negotiation: negotiation, channel: channel,
                wallClock: SystemClock.networkTime(), seed: random.next(), at: now)
            return PeerSlot(id: id, userName: uid, mediaCount: negotiation.media.count, peer: peer)
        }
    }

    func connected(_ id: String) {
        publications[id]?.isConnected = true
        guard let publication = publications[id] else { return }
        for session in sessions where session.isRunning && session.document.channel == publication.channel {
            session.note("userConnected", uid: publication.uid)
        }
    }

    /// A user is gone, whatever the reason; their takes are closed.
    func left(_ id: String, _ end: PeerEnd) async {
        guard let publication = publications[id] else { return }
        forget(publication)
        await endCaptures(of: publication, end)
    }

    private func forget(_ publication: Publication) {
        publications[publication.id] = nil
        rooms[publication.channel]?.users[publication.uid] = nil
        if rooms[publication.channel]?.users.isEmpty == true { rooms[publication.channel] = nil }
    }

    /// 128 random bits: whoever knows a session's URL may end it.
    static func makeToken() -> String {
        let bits = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
        return String(bits.0, radix: 36) + String(bits.1, radix: 36)
    }
}
