import SDP
import Secure
import Testing
import Units

@Suite("What an offer's attributes come to")
struct NegotiationDetailTests {
    private func media(_ line: String) throws -> NegotiatedMedia {
        let offer = try Offers.small(replacing: "a=fmtp:97 apt=96\n", with: "a=fmtp:97 apt=96\n\(line)\n")
        return try #require(try Negotiation.answer(to: offer, local: recorder).negotiation.media.last)
    }

    @Test(
        "numbers in either form's range stand for extensions",
        arguments: [
            ("a=extmap:1 \(HeaderExtension.mid.rawValue)", 1),
            ("a=extmap:14 \(HeaderExtension.mid.rawValue)", 14),
            ("a=extmap:15 \(HeaderExtension.mid.rawValue)", nil),
            ("a=extmap:255 \(HeaderExtension.mid.rawValue)", 255),
            ("a=extmap:4096 \(HeaderExtension.mid.rawValue)", nil),
            ("a=extmap:1/sendonly \(HeaderExtension.mid.rawValue)", 1),
            ("a=extmap:1/recvonly \(HeaderExtension.mid.rawValue)", nil),
            ("a=extmap:1 urn:other\na=extmap:1 \(HeaderExtension.mid.rawValue)", nil),
            ("a=extmap:1 \(HeaderExtension.mid.rawValue)\na=extmap:2 \(HeaderExtension.mid.rawValue)", 1),
        ] as [(String, UInt8?)])
    func extensions(_ line: String, _ number: UInt8?) throws {
        #expect(try media(line).midExtension == number)
    }

    @Test("an extension offered for sending is answered for receiving")
    func extensionDirection() throws {
        let line = "a=extmap:3/sendonly \(HeaderExtension.mid.rawValue)"
        let offer = try Offers.small(replacing: "a=fmtp:97 apt=96\n", with: "a=fmtp:97 apt=96\n\(line)\n")
        let answer = try Negotiation.answer(to: offer, local: recorder).answer
        #expect(
            answer.media[1].attributes.extensionMaps
                == [ExtensionMap(id: 3, direction: .receiveOnly, uri: HeaderExtension.mid.rawValue)])
    }

    @Test(
        "streams are told from their repairs",
        arguments: [
            ("a=ssrc:1 cname:x", [1], []),
            ("a=ssrc:1 cname:x\na=ssrc:1 msid:y\na=ssrc:2 cname:x", [1, 2], []),
            ("a=ssrc-group:FID 1 2\na=ssrc:1 cname:x\na=ssrc:2 cname:x", [1], [2]),
            ("a=ssrc:2 cname:x\na=ssrc:1 cname:x\na=ssrc-group:FID 1 2", [1], [2]),
            ("a=ssrc:5 cname:x\na=ssrc-group:FID 1 2\na=ssrc-group:FID 3 4", [1, 3, 5], [2, 4]),
            ("a=ssrc-group:FEC-FR 1 9\na=ssrc:1 cname:x\na=ssrc:9 cname:x", [1], []),
            ("a=ssrc-group:FID 1\na=ssrc:1 cname:x", [1], []),
            ("a=ssrc-group:FID 1 1", [], []),
        ] as [(String, [UInt32], [UInt32])])
    func streams(_ lines: String, _ ssrcs: [UInt32], _ rtxSSRCs: [UInt32]) throws {
        let media = try media(lines)
        #expect(media.ssrcs.map(\.rawValue) == ssrcs)
        #expect(media.rtxSSRCs.map(\.rawValue) == rtxSSRCs)
    }

    @Test(
        "feedback counts for its format, or for all",
        arguments: [
            ("a=rtcp-fb:96 nack", .nack), ("a=rtcp-fb:* nack", .nack), ("a=rtcp-fb:97 nack", []),
            ("a=rtcp-fb:96 NACK PLI", .pictureLossIndication), ("a=rtcp-fb:96 ccm fir", .fullIntraRequest),
            ("a=rtcp-fb:96 transport-cc", .transportWide), ("a=rtcp-fb:96 goog-remb", .estimatedBitrate),
            ("a=rtcp-fb:96 goog-remb\na=rtcp-fb:96 transport-cc", .transportWide),
            ("a=rtcp-fb:96 nack rpsi", []),
        ] as [(String, MediaFeedback)])
    func feedback(_ line: String, _ feedback: MediaFeedback) throws {
        #expect(try media(line).feedback == feedback)
    }

    @Test(
        "retransmissions are bound by apt and clock",
        arguments: [
            ("a=fmtp:97 apt=96", 97), ("a=fmtp:97 apt=95", nil), ("a=fmtp:97 rtx-time=100", nil),
        ] as [(String, UInt8?)])
    func retransmission(_ line: String, _ payloadType: UInt8?) throws {
        let offer = try Offers.small(replacing: "a=fmtp:97 apt=96", with: line)
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.media[1].retransmissionPayloadType?.rawValue == payloadType)
        #expect(answer.media[1].formats == ["96"] + (payloadType.map { ["\($0)"] } ?? []))
    }

    @Test("the bundle's credentials are its first taken section's")
    func taggedCredentials() throws {
        let offer = try Offers.small(
            replacing: "a=mid:v\n", with: "a=mid:v\na=ice-ufrag:vide\na=ice-pwd:vvvvvvvvvvvvvvvvvvvvvv\n")
        #expect(try Negotiation.answer(to: offer, local: recorder).negotiation.remoteUfrag == "abcd")
        var videoFirst = offer
        videoFirst.attributes = offer.attributes.map { attribute in
            attribute == .group(MediaGroup(semantics: "BUNDLE", mids: ["a", "v"]))
                ? .group(MediaGroup(semantics: "BUNDLE", mids: ["v", "a"])) : attribute
        }
        let (answer, negotiation) = try Negotiation.answer(to: videoFirst, local: recorder)
        #expect(negotiation.remoteUfrag == "vide")
        #expect(answer.attributes.bundle == ["v", "a"])
        #expect(answer.media.map { $0.attributes.candidates.count } == [0, 2])
    }

    @Test("candidates of a transport that bundling gives up are left out")
    func otherTransport() throws {
        let candidate = "a=candidate:1 1 udp 1 192.0.2.1 1 typ host"
        let other = "a=ice-ufrag:vide\na=ice-pwd:vvvvvvvvvvvvvvvvvvvvvv\n"
        let ours = try Offers.small(replacing: "a=mid:v\n", with: "a=mid:v\n\(candidate)\n")
        #expect(try Negotiation.answer(to: ours, local: recorder).negotiation.remoteCandidates.count == 1)
        let theirs = try Offers.small(replacing: "a=mid:v\n", with: "a=mid:v\n\(other)\(candidate)\n")
        #expect(try Negotiation.answer(to: theirs, local: recorder).negotiation.remoteCandidates.isEmpty)
    }

    @Test("of several fingerprints SHA-256 is taken")
    func fingerprints() throws {
        let (_, negotiation) = try Negotiation.answer(to: Offers.named("aiortc"), local: recorder)
        #expect(negotiation.remoteFingerprint.algorithm == .sha256)
        let longer = "a=fingerprint:sha-512 \(Array(repeating: "0A", count: 64).joined(separator: ":"))"
        let offer = try Offers.small(
            replacing: "a=ice-ufrag:abcd", with: "a=ice-ufrag:abcd\n\(longer)")
        #expect(try Negotiation.answer(to: offer, local: recorder).negotiation.remoteFingerprint == fingerprint)
    }

    @Test("a single section needs neither a name nor a bundle")
    func unnamed() throws {
        var offer = try Offers.named("chromium-h264")
        offer.attributes.removeAll { if case .group = $0 { true } else { false } }
        offer.media[0].attributes.removeAll { $0 == .mid("0") }
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.media.map(\.mid) == ["0"])
        #expect(answer.attributes.bundle == nil)
        #expect(answer.media[0].attributes.mid == nil)
        #expect(answer.media[0].attributes.candidates.count == 2)
    }

    @Test("a lite offerer is known as one")
    func lite() throws {
        let offer = try Offers.small(replacing: "t=0 0\n", with: "t=0 0\na=ice-lite\n")
        #expect(try Negotiation.answer(to: offer, local: recorder).negotiation.remoteIsLite)
    }

    @Test("an offerer that waits for the handshake is answered if we can begin it")
    func passiveOfferer() throws {
        let offer = try Offers.named("ffmpeg-whip")
        var local = recorder
        local.canBeginHandshake = true
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: local)
        #expect(negotiation.remoteSetup == .passive)
        #expect(negotiation.beginsHandshake)
        #expect(answer.media.map(\.attributes.setup) == [.active, .active])
    }
}
