import Codecs
import SDP
import Secure
import Service
import Units

/// What a client offers that never sends anything.
enum Offer {
    static func text(_ codecs: [Codec] = [.opus, .h264], ufrag: String = "uf12") -> String {
        let tracks = codecs.enumerated().map { index, codec in
            OfferedTrack(codec: codec, ssrc: SSRC(UInt32(1000 + index)))
        }
        return Negotiation.offer(tracks, local: local(ufrag)).description
    }

    static func local(_ ufrag: String) -> LocalParameters {
        LocalParameters(
            ufrag: ufrag, password: "0123456789abcdefghijkl",
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)), candidates: [],
            isLite: false, sessionID: 1)
    }

    /// An ICE restart, or trickled candidates if the fragment is the one of the offer (RFC 8840).
    static func fragment(ufrag: String) -> String {
        "a=ice-ufrag:\(ufrag)\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
            + "a=candidate:1 1 udp 2130706431 127.0.0.1 9999 typ host\r\n"
    }
}

extension Hub {
    /// Lets a user in who never sends anything.
    func admit(
        _ uid: String? = nil, to channel: String = "room", profile: String? = nil, offer: String = Offer.text()
    ) async throws -> PublishAnswer {
        try await publish(
            channel: channel, uid: uid, profile: profile, contentType: "application/sdp", offer: Array(offer.utf8))
    }
}
