import Codecs
import SDP
import Testing
import Units

@Suite("Simulcast in offers and answers, RFC 8853")
struct NegotiatedEncodingTests {
    private func answer(_ lines: String) throws -> (answer: MediaDescription, media: NegotiatedMedia) {
        let extensions = "a=extmap:5 \(HeaderExtension.streamID.rawValue)\n"
        let text = Offers.small.replacing("a=fmtp:97 apt=96\n", with: "a=fmtp:97 apt=96\n\(extensions)\(lines)\n")
        let (answer, negotiation) = try Negotiation.answer(to: SessionDescription(parsing: text), local: recorder)
        return (answer.media[1], negotiation.media[1])
    }

    @Test(
        "takes from browsers every encoding that they would send",
        arguments: [
            ("chromium-simulcast", 1, ["q", "h", "f"], "q;h;f"), ("firefox-simulcast", 0, ["a", "b"], "a;b"),
        ])
    func browsers(_ name: String, _ index: Int, _ rids: [String], _ received: String) throws {
        let (answer, negotiation) = try Negotiation.answer(to: Offers.named(name), local: recorder)
        #expect(negotiation.media[index].rids == rids)
        #expect(negotiation.media[index].encodingCount == rids.count)
        let lines = answer.media[index].description.split(separator: "\r\n")
        #expect(lines.filter { $0.hasPrefix("a=rid:") } == rids.map { "a=rid:\($0) recv" })
        #expect(lines.contains("a=simulcast:recv \(received)"))
    }

    @Test(
        "counts each encoding once, of alternatives the first, of the unknown none",
        arguments: [
            ("a=rid:1 send\na=rid:2 send\na=simulcast:send 1;2", ["1", "2"]),
            ("a=rid:1 send\na=rid:2 send\na=simulcast:send ~2;1", ["2", "1"]),
            ("a=rid:1 send\na=rid:2 send\na=rid:3 send\na=simulcast:send 1,2;3", ["1", "3"]),
            ("a=rid:1 send\na=simulcast:send 1;1;7", ["1"]),
            ("a=rid:1 send", []),
            ("a=rid:1 recv\na=simulcast:recv 1", []),
            (
                (1...9).map { "a=rid:\($0) send\n" }.joined() + "a=simulcast:send 1;2;3;4;5;6;7;8;9",
                ["1", "2", "3", "4"]
            ),
        ])
    func encodings(_ lines: String, _ rids: [String]) throws {
        let (section, media) = try answer(lines)
        #expect(media.rids == rids)
        #expect(
            section.attributes.contains(.simulcast(Simulcast(sent: [], received: rids.map { [$0] }))) == !rids.isEmpty)
    }

    @Test(
        "keeps the restrictions of what it takes, and leaves out what it could not read",
        arguments: [
            ("pt=96", "pt=96", true), ("pt=96,97;max-width=320", "pt=96,97;max-width=320", true), ("pt=99", nil, false),
            ("max-fps=15", "max-fps=15", true),
        ] as [(String, String?, Bool)])
    func restrictions(_ offered: String, _ answered: String?, _ isTaken: Bool) throws {
        let (section, media) = try answer("a=rid:1 send \(offered)\na=rid:2 send\na=simulcast:send 1;2")
        #expect(media.rids == (isTaken ? ["1", "2"] : ["2"]))
        let expected = RestrictionIdentifier(id: "1", isSent: false, restrictions: answered)
        #expect(section.attributes.contains(.restriction(expected)) == isTaken)
    }

    @Test("without the extension that names them, encodings cannot be told apart")
    func withoutExtension() throws {
        let offer = try Offers.small(
            replacing: "a=fmtp:97 apt=96\n",
            with: "a=fmtp:97 apt=96\na=rid:1 send\na=rid:2 send\na=simulcast:send 1;2\n")
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.media[1].rids.isEmpty)
        #expect(!answer.description.contains("simulcast"))
    }

    @Test("encodings that are announced by SSRC are known by it")
    func bySSRC() throws {
        let (section, media) = try answer(
            "a=ssrc-group:SIM 1 2 3\na=ssrc-group:FID 1 4\na=ssrc:1 cname:x\na=ssrc:2 cname:x\na=ssrc:3 cname:x")
        #expect(media.simulcastSSRCs == [SSRC(1), SSRC(2), SSRC(3)])
        #expect(media.encodingCount == 3)
        #expect(!section.description.contains("simulcast"))
    }

    @Test("both sides of an offer of ours agree on the encodings")
    func agreement() throws {
        let track = OfferedTrack(
            codec: .vp8, alternatives: [.h264], ssrc: SSRC(1), rtxSSRC: SSRC(2), rids: ["low", "high"],
            saysOrientation: true, streamID: "screen")
        let offer = Negotiation.offer([track], local: recorder)
        #expect(!offer.description.contains("a=ssrc"))
        let (answer, theirs) = try Negotiation.answer(to: offer, local: recorder)
        let ours = try Negotiation.accept(answer: answer, for: offer)
        #expect(theirs.media[0].rids == ["low", "high"])
        #expect(ours.media[0].rids == ["low", "high"])
        #expect(ours.media[0].extensions == theirs.media[0].extensions)
        #expect(ours.media[0].extensions.videoOrientation == 4)
        #expect(ours.media[0].formats.map(\.codec) == [.vp8, .h264])
        #expect(ours.media[0].formats.map(\.retransmissionPayloadType) == [PayloadType(97), PayloadType(103)])
        #expect(theirs.media[0].streamID == "screen")
        let refusing = answer.description.replacing("a=simulcast:recv low;high\r\n", with: "")
        let single = try Negotiation.accept(answer: SessionDescription(parsing: refusing), for: offer)
        #expect(single.media[0].rids.isEmpty)
    }

    @Test(
        "a track of each codec can be offered, and is taken",
        arguments: Codec.allCases.filter(\.isCarried))
    func everyCodec(_ codec: Codec) throws {
        let track = OfferedTrack(codec: codec, ssrc: SSRC(1), rtxSSRC: SSRC(2))
        let offer = Negotiation.offer([track], local: recorder)
        let (answer, theirs) = try Negotiation.answer(to: offer, local: recorder)
        let ours = try Negotiation.accept(answer: answer, for: offer)
        #expect(theirs.media[0].codec == codec)
        #expect(ours.media[0].codec == codec)
        #expect(ours.media[0].payloadType == theirs.media[0].payloadType)
        #expect(ours.media[0].retransmissionPayloadType == theirs.media[0].retransmissionPayloadType)
        #expect(ours.media[0].retransmissionPayloadType != nil)
    }
}
