public import Bytes
import Codecs
import DTLS
public import EventLoop
import Foundation
import Link
import SDP
public import Units
import WebRTC

/// One native client that sends one user's media to a server.
///
/// An actor on an event loop with a port of its own, so that a server tells many of them apart.
public actor Publisher: DatagramReceiver {
    /// A frame that cannot be sent yet is tried again this much later.
    private static let idlePoll = Duration.milliseconds(5)
    private static let connectTimeout = Duration.seconds(15)

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    public let port: UDPPort
    public private(set) var report = PublishReport()

    private let source: any MediaSource
    private let signaller: any Signaller
    private let certificate: Certificate
    private let conditions: LinkConditions?
    private let seed: UInt64
    private var peer: Peer<DTLSChannel>?
    private var relay: LinkRelay?
    /// The section of each of the source's tracks.
    private var sections: [MediaKind: Int] = [:]
    private var started: Instant?
    private var deadline: Instant?
    private var end: PublishEnd?
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// A publisher that has not said anything yet; `conditions` put a bad network before it.
    init(
        source: any MediaSource, signaller: any Signaller, certificate: Certificate, conditions: LinkConditions?,
        seed: UInt64, on loop: EventLoop
    ) throws {
        self.loop = loop
        self.source = source
        self.signaller = signaller
        self.certificate = certificate
        self.conditions = conditions
        self.seed = seed
        port = try UDPPort(anyAddress: 0, batchCount: 16, bufferByteCount: 256 << 10)
    }

    /// Joins, and returns when media flows.
    public func connect() async throws {
        try join(loop)
        var random = SystemRandomNumberGenerator()
        let credentials = ICECredentials(using: &random)
        let offer = try makeOffer(credentials)
        let text = try await signaller.exchange(offer: offer.description)
        do {
            var negotiation = try Negotiation.accept(answer: try SessionDescription(parsing: text), for: offer)
            if let conditions { try await insertRelay(conditions, into: &negotiation) }
            try begin(negotiation, credentials)
            try await waitForMedia()
        } catch {
            // The server has let us in, and would wait for us.
            await signaller.leave()
            leave(loop)
            throw error
        }
    }

    private func waitForMedia() async throws {
        let limit = SystemClock.now() + Self.connectTimeout
        while started == nil {
            if let end { throw PublishError(end.description) }
            guard SystemClock.now() < limit else {
                throw PublishError("no connection after 15 s: are the server's UDP ports reachable?")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Sends until `duration` has passed, the source is over, or the connection ends.
    public func send(for duration: Duration?) async throws {
        deadline = duration.flatMap { length in started.map { $0 + length } }
        loop.wake()
        await withCheckedContinuation { continuation in
            if end == nil { waiting.append(continuation) } else { continuation.resume() }
        }
        try await finish()
    }

    /// Ends the sending early, in order.
    func stop() {
        guard end == nil else { return }
        conclude(.done)
        loop.wake()
    }

    private func finish() async throws {
        source.stop()
        // What was sent last may have to be sent again.
        try await Task.sleep(for: .milliseconds(conditions == nil ? 0 : 400))
        collect()
        await signaller.leave()
        peer?.close(at: SystemClock.now())
        loop.wake()
        try await Task.sleep(for: .milliseconds(20))
        leave(loop)
        if let relay { report.link = await relay.counts }
        if case .failed(let reason) = end { throw PublishError(reason) }
    }

    // MARK: - The loop's calls

    public func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        peer?.receive(&packet, from: remote, on: home(for: remote), at: now)
    }

    public func advance(to now: Instant) -> Instant? {
        guard peer != nil else { return nil }
        peer?.advance(to: now)
        let next = started == nil ? nil : sendDue(at: now)
        let wanted = drain(at: now)
        return [next, wanted].compactMap(\.self).min()
    }

    /// Sends every frame that is due, and says when the next one is.
    private func sendDue(at now: Instant) -> Instant? {
        guard end == nil, let started else { return nil }
        if let deadline, now >= deadline {
            conclude(.done)
            return nil
        }
        while let next = source.take(dueBy: started.duration(to: now)) { send(next, started: started, at: now) }
        if source.isEnded {
            conclude(source.failure.map { .failed($0) } ?? .done)
            return nil
        }
        return source.nextDue.map { started + $0 } ?? now + Self.idlePoll
    }

    private func send(_ next: SourceFrame, started: Instant, at now: Instant) {
        guard let section = sections[next.frame.codec.kind] else { return }
        var frame = next.frame
        frame.arrival = started + next.due
        guard peer?.send(frame, on: section, at: now) == true else {
            report.refusedFrameCount += 1
            return
        }
        switch frame.codec.kind {
        case .video: report.videoFrameCount += 1
        case .audio: report.audioFrameCount += 1
        }
    }

    private func drain(at now: Instant) -> Instant? {
        while true {
            guard let output = peer?.nextOutput() else { return nil }
            switch output {
            case .datagram(let path):
                guard let bytes = peer?.outgoing else { return nil }
                port.send(bytes.span, to: path.remote)
            case .event(let event): handle(event, at: now)
            case .wait(let until): return until
            }
        }
    }

    private func handle(_ event: PeerEvent, at now: Instant) {
        switch event {
        case .connected: started = now
        case .keyframeRequested:
            report.keyframeRequestCount += 1
            source.requestKeyframe()
        case .closed(let reason):
            if end == nil { conclude(.failed("the connection ended: \(reason)")) }
        case .frame, .packetsLost, .senderReport, .trackEnded, .addressChanged: break
        }
    }

    private func conclude(_ end: PublishEnd) {
        self.end = end
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    private func collect() {
        guard let statistics = peer?.statistics else { return }
        for track in statistics.tracks {
            report.packetCount += track.packetCount
            report.byteCount += track.byteCount
            report.retransmittedCount += track.repairedCount
        }
        report.roundTrip = statistics.roundTrip
        report.duration = started.map { $0.duration(to: SystemClock.now()) } ?? .zero
    }

    // MARK: - Joining

    private func makeOffer(_ credentials: ICECredentials) throws -> SessionDescription {
        var random = SystemRandomNumberGenerator()
        let tracks = source.tracks.map { track in
            OfferedTrack(
                codec: track.codec, ssrc: SSRC(random.next()),
                rtxSSRC: track.codec.kind == .video ? SSRC(random.next()) : nil, isStereo: track.channelCount == 2)
        }
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
        for (index, media) in negotiation.media.enumerated() { sections[media.kind] = index }
        let channel = try DTLSChannel(
            role: negotiation.remoteSetup == .passive ? .client : .server, certificate: certificate,
            expecting: negotiation.remoteFingerprint)
        let homes = negotiation.remoteCandidates.compactMap(\.transportAddress).map { home(for: $0) }
        peer = Peer(
            role: .client, local: credentials, negotiation: negotiation, localAddresses: Array(Set(homes)),
            channel: channel, wallClock: SystemClock.networkTime(), seed: seed, at: SystemClock.now())
        loop.wake()
    }

    /// Our end of a path: the kernel chooses the address, so one stands for all of a family.
    private func home(for remote: TransportAddress) -> TransportAddress {
        TransportAddress(ip: remote.ip.isV6 ? .v6(high: 0, low: 0) : .v4(0), port: port.number)
    }

    /// Puts a relay that misbehaves between us and the server, and sends everything there.
    private func insertRelay(_ conditions: LinkConditions, into negotiation: inout Negotiation) async throws {
        let known = negotiation.remoteCandidates.compactMap(\.transportAddress)
        guard let server = known.first(where: \.ip.isLoopback) ?? known.first else {
            throw PublishError("the server's answer has no UDP candidate to put a link before")
        }
        let loopback: IPAddress = server.ip.isV6 ? .v6(high: 0, low: 1) : .v4(0x7F00_0001)
        let relay = try LinkRelay(
            listening: TransportAddress(ip: loopback, port: 0), server: server, conditions: conditions, seed: seed,
            on: try EventLoop(name: "link"))
        negotiation.remoteCandidates = [.host(try await relay.begin())]
        self.relay = relay
    }
}

/// Why a publisher stopped sending.
private enum PublishEnd {
    case done
    case failed(String)

    var description: String {
        switch self {
        case .done: "done"
        case .failed(let reason): reason
        }
    }
}
