import Codecs
import DTLS
import EventLoop
import Link
import SDP
import Units
import WebRTC

// How a publisher and a server agree on a connection.
extension Publisher {
    /// Offers, reads the answer, and begins with the peer that it describes.
    func negotiate() async throws {
        var random = SystemRandomNumberGenerator()
        let credentials = ICECredentials(using: &random)
        let offer = try makeOffer(credentials)
        let text = try await signaller.exchange(offer: offer.description)
        var negotiation = try Negotiation.accept(answer: try SessionDescription(parsing: text), for: offer)
        if let conditions { try await insertRelay(conditions, into: &negotiation) }
        try begin(negotiation, credentials)
    }

    private func makeOffer(_ credentials: ICECredentials) throws -> SessionDescription {
        var random = SystemRandomNumberGenerator()
        let tracks = source.tracks.map { OfferedTrack($0, hasCopies: hasCopies, using: &random) }
        let addresses = try HostAddresses.all().filter { !$0.isLinkLocal }
        let local = LocalParameters(
            ufrag: credentials.fragment, password: credentials.password, fingerprint: certificate.fingerprint,
            candidates: addresses.enumerated().map { index, ip in
                .host(TransportAddress(ip: ip, port: port.number), preference: UInt16(index))
            },
            isLite: false, sessionID: UInt64.random(in: 1...UInt64(Int64.max)))
        return Negotiation.offer(tracks, local: local)
    }

    private func begin(_ negotiation: Negotiation, _ credentials: ICECredentials) throws {
        for track in source.tracks { sections[track.codec.kind] = try negotiation.section(for: track) }
        let channel = try DTLSChannel(
            role: negotiation.remoteSetup == .passive ? .client : .server, certificate: certificate,
            expecting: negotiation.remoteFingerprint)
        let homes = negotiation.remoteCandidates.compactMap(\.transportAddress).map { home(for: $0) }
        peer = Peer(
            role: .client, local: credentials, negotiation: negotiation, localAddresses: Array(Set(homes)),
            channel: channel, wallClock: SystemClock.networkTime(), seed: seed &+ UInt64(joinCount),
            at: SystemClock.now())
        joinCount += 1
        loop.wake()
    }

    /// Our end of a path: the kernel chooses the address, so one stands for all of a family.
    func home(for remote: TransportAddress) -> TransportAddress {
        TransportAddress(ip: remote.ip.isV6 ? .v6(high: 0, low: 0) : .v4(0), port: port.number)
    }

    /// Puts a relay that misbehaves between us and the server, and sends everything there.
    private func insertRelay(_ conditions: LinkConditions, into negotiation: inout Negotiation) async throws {
        let known = negotiation.remoteCandidates.compactMap(\.transportAddress)
        guard let server = known.first(where: \.ip.isLoopback) ?? known.first else {
            throw PublishError("the server's answer has no UDP candidate to put a link before")
        }
        let loopback: IPAddress = server.ip.isV6 ? .v6(high: 0, low: 1) : .v4(0x7F00_0001)
        let loop = try linkLoop ?? EventLoop(name: "link")
        linkLoop = loop
        let relay = try LinkRelay(
            listening: TransportAddress(ip: loopback, port: 0), server: server, conditions: conditions,
            seed: seed &+ UInt64(joinCount), on: loop)
        negotiation.remoteCandidates = [.host(try await relay.begin())]
        relays.append(relay)
    }
}

extension OfferedTrack {
    /// Offers all that a source may send as one track.
    fileprivate init(_ track: SourceTrack, hasCopies: Bool, using generator: inout some RandomNumberGenerator) {
        let isVideo = track.codec.kind == .video
        self.init(
            codec: track.codec, alternatives: track.alternatives, ssrc: SSRC(generator.next()),
            rtxSSRC: isVideo ? SSRC(generator.next()) : nil, isStereo: track.channelCount == 2,
            // B-pictures are the Main profile's.
            profileLevelID: track.hasReorderedPictures ? "4d001f" : "42e01f",
            rids: track.encodingCount > 1 ? (0..<track.encodingCount).map { "\($0)" } : [],
            saysOrientation: track.saysRotation, hasCopies: hasCopies && track.codec == .opus)
    }
}

extension Negotiation {
    /// The place of the section that takes all that a source sends as one track.
    fileprivate func section(for track: SourceTrack) throws -> Int {
        guard let index = media.firstIndex(where: { $0.kind == track.codec.kind }) else {
            throw PublishError("the server takes no \(track.codec.kind) that is \(track.codec)")
        }
        let taken = media[index].formats.map(\.codec)
        for codec in [track.codec] + track.alternatives where !taken.contains(codec) {
            throw PublishError("the server takes no \(codec), only \(taken.map(\.rawValue).joined(separator: ", "))")
        }
        guard media[index].encodingCount >= track.encodingCount else {
            throw PublishError("the server takes no simulcast; leave --simulcast out")
        }
        return index
    }
}
