import Bytes
import Codecs
import Link
import SDP
import Secure
import Units

@testable import WebRTC

/// One connection of a user: both peers, the network between them, and what the client sends over it.
///
/// The client lives by a clock of its own, which runs a little fast or slow.
final class SimulatedConnection {
    static let serverAddress = TransportAddress(ip: .v4(0x0A00_0001), port: 5000)
    static let clientAddress = TransportAddress(ip: .v4(0x0A00_0002), port: 6000)

    let media: [NegotiatedMedia]
    private var server: Peer<FakeChannel>
    private var client: Peer<FakeChannel>
    private var up: LossyLink
    private var down: LossyLink
    private let clock: SkewedClock
    private(set) var video: VideoFeed
    private(set) var audio: AudioFeed
    private var isGone = false

    init(
        codec: Codec, size: PictureSize, rotation: Rotation, conditions: LinkConditions, clock: SkewedClock,
        seed: UInt64, at now: Instant
    ) throws {
        let (ours, theirs) = try Self.negotiate(codec)
        media = ours.media
        server = Peer(
            role: .server, local: Self.serverCredentials, negotiation: ours, channel: FakeChannel(),
            wallClock: NTPTime(nanoseconds: 3_900_000_000_000_000_000), seed: seed, at: now)
        client = Peer(
            role: .client, local: Self.clientCredentials, negotiation: theirs,
            localAddresses: [Self.clientAddress], channel: FakeChannel(),
            wallClock: clock.wallTime(at: now), seed: seed + 1, at: clock.reading(at: now))
        up = LossyLink(conditions, seed: seed + 2)
        down = LossyLink(conditions, seed: seed + 3)
        self.clock = clock
        video = try VideoFeed(codec, size, rotation, at: clock.reading(at: now))
        audio = AudioFeed(at: clock.reading(at: now))
    }

    private static let serverCredentials = ICECredentials(fragment: "serv", password: "the server's password 1")
    private static let clientCredentials = ICECredentials(fragment: "clnt", password: "the client's password 1")

    private static func negotiate(_ codec: Codec) throws -> (Negotiation, Negotiation) {
        let fingerprint = Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32))
        let parameters = { (credentials: ICECredentials, address: TransportAddress, isLite: Bool) in
            LocalParameters(
                ufrag: credentials.fragment, password: credentials.password, fingerprint: fingerprint,
                candidates: [.host(address)], isLite: isLite, sessionID: 1)
        }
        let tracks = [
            OfferedTrack(codec: codec, ssrc: SSRC(100), rtxSSRC: SSRC(200)),
            OfferedTrack(codec: .opus, ssrc: SSRC(101), rtxSSRC: nil),
        ]
        let offer = Negotiation.offer(tracks, local: parameters(clientCredentials, clientAddress, false))
        let (answer, ours) = try Negotiation.answer(
            to: offer, local: parameters(serverCredentials, serverAddress, true))
        return (ours, try Negotiation.accept(answer: answer, for: offer))
    }

    /// When something is to be done next.
    var nextMoment: Instant? {
        let feeds = [video.nextMoment, audio.nextMoment].map { clock.moment(reading: $0) }
        let peers = [serverDeadline, clientDeadline.map { clock.moment(reading: $0) }]
        let links = [up.nextArrival, down.nextArrival]
        return (peers + links + (isGone ? [] : feeds)).compactMap(\.self).min()
    }

    private var serverDeadline: Instant?
    private var clientDeadline: Instant?

    /// Does what is due, and hands on what the server's peer tells.
    func advance(to now: Instant, _ tell: (PeerEvent) -> Void) {
        while let bytes = up.next(at: now) {
            var buffer = PacketBuffer(bytes)
            server.receive(&buffer, from: Self.clientAddress, on: Self.serverAddress, at: now)
            drainServer(at: now, tell)
        }
        while let bytes = down.next(at: now) {
            guard !isGone else { continue }
            var buffer = PacketBuffer(bytes)
            client.receive(&buffer, from: Self.serverAddress, on: Self.clientAddress, at: clock.reading(at: now))
            drainClient(at: now)
        }
        if !isGone {
            feed(at: clock.reading(at: now))
            client.advance(to: clock.reading(at: now))
            drainClient(at: now)
        }
        server.advance(to: now)
        drainServer(at: now, tell)
    }

    /// The client leaves: with a goodbye, or without a word.
    func leave(politely isPolite: Bool, at now: Instant) {
        if isPolite {
            client.close(at: clock.reading(at: now))
            drainClient(at: now)
        }
        isGone = true
        clientDeadline = nil
    }

    /// The server lets the peer go.
    func close(at now: Instant, _ tell: (PeerEvent) -> Void) {
        server.close(at: now)
        drainServer(at: now, tell)
    }

    func change(_ change: (inout VideoFeed, inout AudioFeed) throws -> Void) rethrows { try change(&video, &audio) }

    func requestKeyframe(at now: Instant) { server.requestKeyframe(mediaIndex: 0, at: now) }

    private func feed(at reading: Instant) {
        while video.nextMoment <= reading {
            let frame = video.next()
            if client.isConnected, let frame { client.send(frame, on: 0, at: reading) }
        }
        while audio.nextMoment <= reading {
            let frame = audio.next()
            if client.isConnected, let frame { client.send(frame, on: 1, at: reading) }
        }
    }

    private func drainServer(at now: Instant, _ tell: (PeerEvent) -> Void) {
        while true {
            switch server.nextOutput() {
            case .datagram: down.send(server.outgoing.bytes, at: now)
            case .event(let event): tell(event)
            case .wait(let until):
                serverDeadline = until
                return
            }
        }
    }

    private func drainClient(at now: Instant) {
        while true {
            switch client.nextOutput() {
            case .datagram: up.send(client.outgoing.bytes, at: now)
            case .event(.keyframeRequested(let index, _)): if index == 0 { video.wantsKeyframe = true }
            case .event: break
            case .wait(let until):
                clientDeadline = until
                return
            }
        }
    }
}

/// A clock that runs fast or slow by a constant share.
struct SkewedClock: Sendable {
    let origin: Instant
    let partsPerMillion: Int

    /// What it shows at a true moment.
    func reading(at now: Instant) -> Instant {
        let elapsed = origin.duration(to: now).wholeNanoseconds
        return now + .nanoseconds(elapsed / 1_000_000 * Int64(partsPerMillion))
    }

    /// The first true moment at which it shows at least this.
    func moment(reading: Instant) -> Instant {
        let shown = origin.duration(to: reading).wholeNanoseconds
        var moment = origin + .nanoseconds(shown - shown / 1_000_000 * Int64(partsPerMillion))
        while self.reading(at: moment) < reading { moment = moment + .microseconds(10) }
        return moment
    }

    /// The time of day by this clock, far from ours.
    func wallTime(at now: Instant) -> NTPTime {
        NTPTime(nanoseconds: 4_000_000_000_000_000_000 + origin.duration(to: reading(at: now)).wholeNanoseconds)
    }
}

/// A camera: pictures at a steady pace, as long as it is not covered.
struct VideoFeed {
    private static let interval = Duration.nanoseconds(1_000_000_000 / Int64(EncodedLoop.framesPerSecond))

    private(set) var nextMoment: Instant
    var wantsKeyframe = false
    var isMuted = false
    var rotation: Rotation
    private(set) var codec: Codec
    private(set) var sentCount = 0
    private var loop: EncodedLoop
    private var group = 0
    private var place = 0
    private let origin: Instant

    init(_ codec: Codec, _ size: PictureSize, _ rotation: Rotation, at reading: Instant) throws {
        self.codec = codec
        self.rotation = rotation
        loop = try .shared(codec, size)
        origin = reading
        nextMoment = reading
    }

    mutating func resize(to size: PictureSize) throws {
        loop = try .shared(codec, size)
        place = 0
    }

    /// The next picture; nothing while the camera is covered.
    mutating func next() -> Frame? {
        let moment = nextMoment
        nextMoment = nextMoment + Self.interval
        guard !isMuted else { return nil }
        if place >= loop.groups[group].count || wantsKeyframe && place > 0 {
            group = (group + 1) % loop.groups.count
            place = 0
        }
        if place == 0 { wantsKeyframe = false }
        var frame = loop.groups[group][place]
        place += 1
        sentCount += 1
        frame.ticks = origin.duration(to: moment).wholeNanoseconds * 9 / 100_000
        frame.arrival = moment
        frame.rotation = rotation
        return frame
    }
}

/// A microphone.
struct AudioFeed {
    private(set) var nextMoment: Instant
    var isMuted = false
    private var number = 0
    private let origin: Instant

    init(at reading: Instant) {
        origin = reading
        nextMoment = reading
    }

    mutating func next() -> Frame? {
        let (moment, packet) = (nextMoment, number)
        number += 1
        nextMoment = origin + .milliseconds(20 * number)
        guard !isMuted else { return nil }
        return Frame(
            codec: .opus, ticks: Int64(packet) * 960, isKeyframe: true,
            bytes: ToneLoop.packets[packet % ToneLoop.packets.count], arrival: moment)
    }
}
