import Codecs
import SDP
import Secure
import Token
import Units
import WHIP

/// Session descriptions and fragments of them, as HTTP bodies bring them.
enum Descriptions {
    static func sdp(_ input: [UInt8]) {
        guard let description = try? SessionDescription(parsing: input) else { return }
        expectSame(description)
        if let (answer, negotiation) = try? Negotiation.answer(to: description, local: local) {
            expectSame(answer)
            precondition(answer.media.count == description.media.count, "an answer answers each section")
            precondition(
                negotiation.media.count + negotiation.refusals.count == description.media.count,
                "each section is taken or refused")
            _ = negotiation.refusals.description
        }
        if let negotiation = try? Negotiation.accept(answer: description, for: offer) {
            precondition(negotiation.media.allSatisfy { offer.media.indices.contains($0.midIndex) })
        }
    }

    static func fragment(_ input: [UInt8]) {
        _ = EntityTagCondition(String(decoding: input, as: UTF8.self))?.allows(EntityTag("a"))
        _ = try? session?.receivedPatch(contentType: WHIPSession.mediaType, ifMatch: "*", body: input)
        guard let fragment = try? SDPFragment(parsing: input) else { return }
        let again = try? SDPFragment(parsing: fragment.description)
        precondition(again == fragment, "a fragment reads the same once written")
    }

    static func token(_ input: [UInt8]) {
        guard let token = try? AccessToken(parsing: String(decoding: input, as: UTF8.self)) else { return }
        precondition(token.expiry.map { $0 >= 0 } ?? true, "a token ends after 1970 began")
    }

    private static func expectSame(_ description: SessionDescription) {
        // What is written may be longer than what was read, and then be over the limit.
        let text = description.description
        guard text.utf8.count <= SDPLimits.maximumByteCount else { return }
        precondition(
            (try? SessionDescription(parsing: text)) == description, "a description reads the same once written")
    }

    private static let local = LocalParameters(
        ufrag: "lath", password: "abcdefghijklmnopqrstuv",
        fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)),
        candidates: [.host(TransportAddress(ip: .v4(0xC000_0201), port: 40_000))], isLite: true,
        canBeginHandshake: true, sessionID: 42)

    private static let offer = Negotiation.offer(
        [
            OfferedTrack(codec: .opus, ssrc: SSRC(1)),
            OfferedTrack(codec: .h264, ssrc: SSRC(2), rtxSSRC: SSRC(3)),
            OfferedTrack(codec: .vp8, ssrc: SSRC(4), rtxSSRC: SSRC(5)),
        ], local: local)

    private static let session: WHIPSession? = {
        guard let (answer, negotiation) = try? Negotiation.answer(to: offer, local: local) else { return nil }
        return WHIPSession(answer: answer, negotiation: negotiation, entityTag: EntityTag("a"))
    }()
}
