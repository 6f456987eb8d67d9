import Bytes
import Codecs
import Link
import RTP
import SDP
import Secure
import TestSupport
import Testing
import Units

@testable import WebRTC

/// A client that sends and a server that receives, joined by a simulated network in virtual time.
final class Call {
    static let serverAddress = TransportAddress(ip: .v4(0x0A00_0001), port: 5000)
    static let clientAddress = TransportAddress(ip: .v4(0x0A00_0002), port: 6000)
    static let serverCredentials = ICECredentials(fragment: "serv", password: "the server's password 1")
    static let clientCredentials = ICECredentials(fragment: "clnt", password: "the client's password 1")
    static let wallClock = NTPTime(nanoseconds: 4_000_000_000_000_000_000)

    var server: Peer<FakeChannel>
    var client: Peer<FakeChannel>
    var up: SimulatedLink
    var down: SimulatedLink
    var now = Instant.ms(1_000)
    var sources: [FrameSource] = []
    var sendsMedia = true
    /// When the server looks at its socket; at once, unless it lets datagrams gather.
    var reading = ReadingSchedule()

    /// What each side told, and when.
    private(set) var serverEvents: [(moment: Instant, event: PeerEvent)] = []
    private(set) var clientEvents: [(moment: Instant, event: PeerEvent)] = []
    /// The control packets that the server sent: the fake channel hides nothing.
    private(set) var feedback: [(moment: Instant, packet: RTCPPacket)] = []
    /// How many media packets the server was given.
    private(set) var mediaPacketCount = 0

    convenience init(
        _ codecs: [Codec] = [.h264, .opus], seed: UInt64, loss: Double = 0, delay: ClosedRange<Int64> = 20...60,
        failure: SecureFailure? = nil, offerEdit: (inout SessionDescription) -> Void = { _ in }
    ) throws {
        let tracks = codecs.enumerated().map { index, codec in
            OfferedTrack(
                codec: codec, ssrc: SSRC(UInt32(100 + index)),
                rtxSSRC: codec.kind == .video ? SSRC(UInt32(200 + index)) : nil)
        }
        try self.init(tracks, seed: seed, failure: failure, offerEdit: offerEdit)
        (up.loss, down.loss, up.delay, down.delay) = (loss, loss, delay, delay)
    }

    /// A call over a network that behaves alike in both directions, with a server that reads as a media loop does.
    convenience init(_ codecs: [Codec], seed: UInt64, network: LinkConditions) throws {
        try self.init(codecs, seed: seed)
        (up.conditions, down.conditions) = (network, network)
        reading.gathers = true
    }

    init(
        _ tracks: [OfferedTrack], seed: UInt64, failure: SecureFailure? = nil,
        offerEdit: (inout SessionDescription) -> Void = { _ in }
    ) throws {
        let (ours, theirs) = try Self.negotiate(tracks, offerEdit)
        server = Peer(
            role: .server, local: Self.serverCredentials, negotiation: ours, channel: FakeChannel(failure: failure),
            wallClock: Self.wallClock, seed: seed, at: now)
        client = Peer(
            role: .client, local: Self.clientCredentials, negotiation: theirs,
            localAddresses: [Self.clientAddress], channel: FakeChannel(), wallClock: Self.wallClock, seed: seed + 1,
            at: now)
        up = SimulatedLink(seed: seed + 2)
        down = SimulatedLink(seed: seed + 3)
        for (index, track) in tracks.enumerated() {
            let seed = seed + 4 + UInt64(index)
            sources.append(FrameSource(track.codec, encodings: max(1, track.rids.count), seed: seed, at: now))
        }
    }

    private static func negotiate(
        _ tracks: [OfferedTrack], _ edit: (inout SessionDescription) -> Void
    ) throws -> (Negotiation, Negotiation) {
        let fingerprint = Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32))
        let parameters = { (credentials: ICECredentials, address: TransportAddress, isLite: Bool) in
            LocalParameters(
                ufrag: credentials.fragment, password: credentials.password, fingerprint: fingerprint,
                candidates: [.host(address)], isLite: isLite, sessionID: 1)
        }
        var offer = Negotiation.offer(tracks, local: parameters(clientCredentials, clientAddress, false))
        edit(&offer)
        let (answer, ours) = try Negotiation.answer(
            to: offer, local: parameters(serverCredentials, serverAddress, true))
        return (ours, try Negotiation.accept(answer: answer, for: offer))
    }

    /// Lets time pass.
    func run(for duration: Duration) {
        let end = now + duration
        var roundsAtOnce = 0
        while true {
            var next = min(reading.next(after: drainServer()) ?? end, drainClient() ?? end)
            next = min(next, reading.next(after: up.nextArrival) ?? end, down.nextArrival ?? end)
            if sendsMedia { for source in sources { next = min(next, source.nextFrame) } }
            roundsAtOnce = next <= now ? roundsAtOnce + 1 : 0
            guard roundsAtOnce < 10_000 else {
                Issue.record("time stands still at \(now)")
                return
            }
            now = max(now, min(next, end))
            if now >= end { return }
            step()
        }
    }

    private func step() {
        if reading.isOpen(at: now) { runServer() }
        while let (path, bytes) = down.receive(at: now) {
            var buffer = PacketBuffer(bytes)
            client.receive(&buffer, from: path.remote, on: Self.clientAddress, at: now)
            _ = drainClient()
        }
        for index in sources.indices {
            while sources[index].nextFrame <= now, sendsMedia {
                guard client.isConnected else {
                    sources[index].nextFrame = now + sources[index].interval
                    break
                }
                for (encoding, frame) in sources[index].makeFrames(at: now).enumerated() {
                    client.send(frame, on: index, encoding: encoding, at: now)
                }
            }
        }
        client.advance(to: now)
    }

    /// A round of the server: it takes all that has come, as of when it came, does what is due, and answers.
    private func runServer() {
        var isWoken = false
        while let arrival = up.nextArrival, let (path, bytes) = up.receive(at: now) {
            var buffer = PacketBuffer(bytes)
            if PacketKind(buffer.span) == .rtp { mediaPacketCount += 1 }
            server.receive(&buffer, from: path.remote, on: path.local, at: arrival)
            isWoken = true
            if !reading.gathers { _ = drainServer() }
        }
        server.advance(to: now)
        _ = drainServer()
        if isWoken { reading.rest(isInHurry: server.isInHurry, from: now) }
    }

    private func drainServer() -> Instant? {
        while true {
            switch server.nextOutput() {
            case .datagram(let path):
                note(server.outgoing)
                down.send(server.outgoing.bytes, along: path, at: now)
            case .event(let event): serverEvents.append((now, event))
            case .wait(let until): return until
            }
        }
    }

    private func note(_ datagram: PacketBuffer) {
        guard PacketKind(datagram.span) == .rtcp else { return }
        let packets = try? RTCPPacket.parseCompound(datagram.span.extracting(0..<datagram.count - 4))
        for packet in packets ?? [] { feedback.append((now, packet)) }
    }

    private func drainClient() -> Instant? {
        while true {
            switch client.nextOutput() {
            case .datagram(let path): up.send(client.outgoing.bytes, along: path, at: now)
            case .event(let event):
                clientEvents.append((now, event))
                if case .keyframeRequested(let index, _) = event { sources[index].wantsKeyframe = true }
            case .wait(let until): return until
            }
        }
    }

    /// Injects a datagram into the server.
    func strike(_ bytes: [UInt8], from remote: TransportAddress = clientAddress) {
        var buffer = PacketBuffer(bytes)
        server.receive(&buffer, from: remote, on: Self.serverAddress, at: now)
        _ = drainServer()
    }
}

// The test macros cannot borrow what cannot be copied.
extension Call {
    var serverStatistics: PeerStatistics { server.statistics }
    var clientStatistics: PeerStatistics { client.statistics }
    var isConnected: (server: Bool, client: Bool) { (server.isConnected, client.isConnected) }
    var isServerInHurry: Bool { server.isInHurry }

    func send(_ frame: Frame) -> Bool { client.send(frame, on: 0, at: now) }
}

extension Call {
    func frames(of mediaIndex: Int, encoding: Int = 0) -> [Frame] {
        serverEvents.compactMap { _, event in
            guard case .frame(let track, let frame) = event, track.mediaIndex == mediaIndex else { return nil }
            return track.encoding == encoding ? frame : nil
        }
    }

    /// How many of the frames sent before `moment` came out whole and unchanged, of how many.
    func restored(_ mediaIndex: Int, sentBefore moment: Instant) -> (whole: Int, sent: Int) {
        let sent = sources[mediaIndex].sent.filter { $0.arrival < moment }
        let received = Set(frames(of: mediaIndex).map(\.bytes))
        return (sent.count { received.contains($0.bytes) }, sent.count)
    }

    var ends: (server: PeerEnd?, client: PeerEnd?) { (Self.end(serverEvents), Self.end(clientEvents)) }

    private static func end(_ events: [(moment: Instant, event: PeerEvent)]) -> PeerEnd? {
        guard case .closed(let reason) = events.last?.event else { return nil }
        return reason
    }

    func moments(_ events: [(moment: Instant, event: PeerEvent)], _ isWanted: (PeerEvent) -> Bool) -> [Instant] {
        events.filter { isWanted($0.event) }.map(\.moment)
    }
}
