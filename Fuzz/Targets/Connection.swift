import Bytes
import Codecs
import SDP
import STUN
import Secure
import Units
import WebRTC

/// A whole peer, connected, and everything that a stranger with its keys could send.
enum Connection {
    /// Cuts an input into datagrams: a byte of control, a byte of length, that many bytes.
    static func run(_ input: [UInt8]) {
        guard let negotiation else { preconditionFailure("our own offer is answered") }
        var now = Instant.ms(0)
        var peer = Peer(
            role: .server, local: local, negotiation: negotiation, channel: OpenChannel(),
            wallClock: NTPTime(0xE000_0000_0000_0000), seed: 1, at: now)
        receive(check, into: &peer, at: now)
        receive([22, 0xFE, 0xFD], into: &peer, at: now)
        precondition(peer.isConnected, "a check and a record connect a peer")
        var rest = input[...]
        while let control = rest.popFirst(), let count = rest.popFirst() {
            receive(Array(rest.prefix(Int(count))), into: &peer, at: now)
            rest = rest.dropFirst(Int(count))
            now = now + .milliseconds(Int(control & 0x3F) * (control & 0x40 != 0 ? 100 : 1))
            peer.advance(to: now)
            drain(&peer)
            if control & 0x80 != 0 { peer.requestKeyframe(mediaIndex: Int(control & 1), at: now) }
        }
        _ = peer.statistics
        peer.close(at: now)
        drain(&peer)
    }

    private static func receive(_ bytes: [UInt8], into peer: inout Peer<OpenChannel>, at now: Instant) {
        var datagram = PacketBuffer(bytes)
        peer.receive(&datagram, from: remoteAddress, on: localAddress, at: now)
        drain(&peer)
    }

    private static func drain(_ peer: inout Peer<OpenChannel>) {
        while true {
            switch peer.nextOutput() {
            case .datagram: precondition(peer.outgoing.count > 0, "nothing is not sent")
            case .event(.frame(let track, let frame)): peer.recycle(frame.bytes, of: track)
            case .event: continue
            case .wait: return
            }
        }
    }

    private static let local = ICECredentials(fragment: "lath", password: "abcdefghijklmnopqrstuv")
    private static let localAddress = TransportAddress(ip: .v4(0xC000_0201), port: 40_000)
    private static let remoteAddress = TransportAddress(ip: .v4(0xC000_0202), port: 50_000)

    private static func parameters(_ credentials: ICECredentials, isLite: Bool) -> LocalParameters {
        LocalParameters(
            ufrag: credentials.fragment, password: credentials.password,
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)), candidates: [],
            isLite: isLite, sessionID: 42)
    }

    /// One track of each codec, with all that may be negotiated.
    private static let negotiation: Negotiation? = {
        let tracks = [
            OfferedTrack(codec: .opus, ssrc: SSRC(1)),
            OfferedTrack(codec: .h264, ssrc: SSRC(2), rtxSSRC: SSRC(3)),
            OfferedTrack(codec: .vp8, ssrc: SSRC(4), rtxSSRC: SSRC(5)),
        ]
        let remote = ICECredentials(fragment: "publ", password: "vutsrqponmlkjihgfedcba")
        let offer = Negotiation.offer(tracks, local: parameters(remote, isLite: false))
        return try? Negotiation.answer(to: offer, local: parameters(local, isLite: true)).negotiation
    }()

    /// The check that makes the remote address ours to talk to (RFC 8445 §7.2.2).
    private static let check: [UInt8] = {
        var message = STUNMessage(.request, transaction: .init(high: 1, low: 2))
        message.username = "lath:publ"
        message.priority = 1
        message.role = .controlling(tieBreaker: 3)
        message.usesCandidate = true
        return message.serialized(password: local.password)
    }()
}
