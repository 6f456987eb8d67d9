import Capture
import Channel
import DTLS
import EventLoop
import SDP
import Secure
public import Units
import WHIP
import WebRTC

extension Hub {
    private static let longestEscapedUser = 220

    /// Lets a user into a channel with what they offer to send.
    ///
    /// Throws a `Problem` that names the field; nothing is created then.
    public func publish(
        channel: String, uid: String?, profile: String?, contentType: String?, offer: [UInt8]
    ) async throws -> PublishAnswer {
        guard !isDraining else {
            throw Problem(
                status: 503, title: "Shutting down", detail: "the server is about to stop; try again when it is back")
        }
        try checkName(channel)
        guard publications.count < options.userLimit else {
            throw Problem(
                status: 503, title: "Full",
                detail: "\(options.userLimit) users are here already; --max-users allows more")
        }
        let user = try user(uid, in: channel)
        let profile = try checkProfile(profile, of: channel)
        let loop = loopForOneMore()
        let local = localParameters(portOf: loop)
        let (answer, negotiation) = try asProblem {
            () throws(WHIPProblem) in
            try WHIPEndpoint.answer(contentType: contentType, body: offer, local: local)
        }
        let whip = WHIPSession(answer: answer, negotiation: negotiation, entityTag: EntityTag(Self.makeToken()))
        let publication = Publication(
            id: Self.makeToken(), peer: makePeerID(), loop: loop, channel: channel, user: user,
            since: SystemClock.now(), media: negotiation.media, whip: whip)
        enter(publication, profile)
        do {
            try await addPeer(for: publication, local, negotiation)
        } catch {
            forget(publication, .dropped)
            throw error
        }
        await beginCaptures(of: publication.id)
        return PublishAnswer(
            id: publication.id, uid: publication.uid, entityTag: whip.entityTag.description,
            answer: answer.description)
    }

    /// Ends a user's publication at their own wish.
    public func leave(channel: String, id: String) async throws {
        let publication = try publication(channel, id)
        // Before the recordings let go of the user: what came behind a gap is only handed out when nothing fills it any
        // more.
        publication.loop.order { $0.close(publication.peer) }
        left(publication.id, .closedByRemote)
    }

    /// Takes trickled candidates, or restarts ICE (RFC 9725 §4.3).
    ///
    /// Returns the answering fragment and the new entity tag after a restart, nothing otherwise.
    public func patch(
        channel: String, id: String, contentType: String?, ifMatch: String?, fragment: [UInt8]
    ) async throws -> (fragment: String, entityTag: String)? {
        var publication = try publication(channel, id)
        let action = try asProblem {
            () throws(WHIPProblem) in
            try publication.whip.receivedPatch(contentType: contentType, ifMatch: ifMatch, body: fragment)
        }
        switch action {
        case .add:
            // A lite agent sends no checks of its own (RFC 8445 §2.5), so it has no use for candidates.
            return nil
        case .restart(let ufrag, let password, _, _):
            let local = localParameters(portOf: publication.loop)
            let tag = EntityTag(Self.makeToken())
            let answer = publication.whip.restarted(remoteUfrag: ufrag, local: local, entityTag: tag)
            publications[id]?.whip = publication.whip
            await publication.loop.restartICE(
                of: publication.peer, local: ICECredentials(fragment: local.ufrag, password: local.password),
                remote: ICECredentials(fragment: ufrag, password: password))
            return (answer.description, tag.description)
        }
    }

    private func asProblem<Result>(_ body: () throws(WHIPProblem) -> Result) throws -> Result {
        do throws(WHIPProblem) {
            return try body()
        } catch {
            throw Problem(status: error.status, title: error.title, detail: error.description, field: error.field)
        }
    }

    private func publication(_ channel: String, _ id: String) throws -> Publication {
        guard let found = publications[id], found.channel == channel else {
            throw Problem.notFound("there is no such session in channel '\(channel)'; it may have ended")
        }
        return found
    }

    func checkName(_ channel: String) throws {
        do {
            _ = try ChannelName(channel)
        } catch {
            throw Problem.badField("channel", "\(error)")
        }
    }

    /// The user asked for, or a free number.
    private func user(_ uid: String?, in channel: String) throws -> UserID {
        let present = rooms[channel]?.publications ?? [:]
        guard let uid, !uid.isEmpty else {
            while true {
                let chosen = UserID.number(UInt32.random(in: 1...UInt32.max))
                if present[chosen] == nil { return chosen }
            }
        }
        let user = try checkedUser(uid)
        // Escaped, each byte may take three; `uid_….txt.new` has to stay under the 255 bytes of a file's name.
        guard RecordingNames.escaped(user.description).utf8.count <= Self.longestEscapedUser else {
            throw Problem.badField("uid", "the account's name is too long for the name of a file; shorten it")
        }
        guard present[user] == nil else {
            throw Problem.conflict("uid", "user \(uid) is already in channel '\(channel)'; choose another uid")
        }
        return user
    }

    /// A user's name, if anybody can have it.
    func checkedUser(_ uid: String) throws -> UserID {
        guard let user = UserID(uid), !uid.hasPrefix("-") else {
            throw Problem.badField(
                "uid", "a uid is a number from 1 to 4294967295 or an account's name of up to 255 bytes, not '\(uid)'")
        }
        return user
    }

    private func checkProfile(_ text: String?, of channel: String) throws -> ChannelProfile {
        let current = rooms[channel].flatMap { $0.publications.isEmpty ? nil : $0.roster.profile }
        guard let text else { return current ?? options.usualProfile }
        guard let profile = ChannelProfile(name: text) else {
            throw Problem.badField("profile", "a channel's profile is communication or live, not '\(text)'")
        }
        guard current == nil || current == profile else {
            throw Problem.conflict(
                "profile", "channel '\(channel)' has the profile \(current?.name ?? ""); all its users must agree")
        }
        return profile
    }

    /// The loop that the next peer is to live on.
    private func loopForOneMore() -> MediaLoop {
        var counts = [Int](repeating: 0, count: loops.count)
        for publication in publications.values {
            if let index = loops.firstIndex(where: { $0 === publication.loop }) { counts[index] += 1 }
        }
        return loops[Placement.index(among: counts)]
    }

    private func localParameters(portOf loop: MediaLoop) -> LocalParameters {
        var random = SystemRandomNumberGenerator()
        let credentials = ICECredentials(using: &random)
        return LocalParameters(
            ufrag: credentials.fragment, password: credentials.password, fingerprint: certificate.fingerprint,
            candidates: candidates(port: loop.number), isLite: true, canBeginHandshake: true,
            sessionID: UInt64.random(in: 1...UInt64(Int64.max)))
    }

    /// Where this machine is reached: what the operator announces comes first, loopback last.
    public nonisolated var announcedAddresses: [IPAddress] {
        let known = options.publicIPs + hostAddresses.filter { !options.publicIPs.contains($0) }
        // Loopback is of use to clients on this machine alone.
        return known.filter { !$0.isLoopback } + known.filter(\.isLoopback)
    }

    /// Every address that a peer might reach us at; what the operator announces comes first.
    private func candidates(port: UInt16) -> [Candidate] {
        announcedAddresses.enumerated().map { index, ip in
            Candidate.host(TransportAddress(ip: ip, port: port), preference: UInt16(index))
        }
    }

    private func addPeer(
        for publication: Publication, _ local: LocalParameters, _ negotiation: Negotiation
    ) async throws {
        let (certificate, id) = (certificate, publication.peer)
        try await publication.loop.add(id, userName: local.ufrag) { now in
            let channel = try DTLSChannel(
                role: negotiation.beginsHandshake ? .client : .server, certificate: certificate,
                expecting: negotiation.remoteFingerprint)
            var random = SystemRandomNumberGenerator()
            let peer = Peer(
                role: .server, local: ICECredentials(fragment: local.ufrag, password: local.password),
                negotiation: negotiation, channel: channel, wallClock: SystemClock.networkTime(),
                seed: random.next(), at: now)
            return PeerSlot(id: id, userName: local.ufrag, mediaCount: negotiation.media.count, peer: peer)
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
    func left(_ id: String, _ end: PeerEnd) {
        guard let publication = publications[id] else { return }
        forget(publication, end.offlineReason)
        endCaptures(of: publication, end)
    }

    private func enter(_ publication: Publication, _ profile: ChannelProfile) {
        let now = SystemClock.now()
        var room = rooms[publication.channel] ?? ChannelRoom(roster: Roster(profile: profile, at: now))
        // The last user's profile is nobody's any more.
        if room.publications.isEmpty { room.roster = Roster(profile: profile, at: now) }
        _ = room.roster.joined(publication.user, as: .host, at: now)
        room.publications[publication.user] = publication.id
        rooms[publication.channel] = room
        publications[publication.id] = publication
    }

    private func forget(_ publication: Publication, _ reason: OfflineReason) {
        publications[publication.id] = nil
        rooms[publication.channel]?.publications[publication.user] = nil
        _ = rooms[publication.channel]?.roster.left(publication.user, reason, at: SystemClock.now())
        closeRoomIfUnused(publication.channel)
    }

    /// Forgets a channel that nobody is in and nothing records.
    func closeRoomIfUnused(_ channel: String) {
        let isRecorded = sessions.contains { $0.isRunning && $0.document.channel == channel }
        if rooms[channel]?.publications.isEmpty == true, !isRecorded { rooms[channel] = nil }
    }

    /// 128 random bits: whoever knows a session's URL may end it.
    static func makeToken() -> String {
        let bits = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
        return String(bits.0, radix: 36) + String(bits.1, radix: 36)
    }
}
