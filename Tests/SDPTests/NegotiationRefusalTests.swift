import SDP
import Testing

@Suite("Refusing offers and their sections")
struct NegotiationRefusalTests {
    @Test(
        "one section is refused while the other goes on",
        arguments: [
            ("m=video 9 ", "m=video 0 ", .disabled),
            ("m=video 9 ", "m=text 9 ", .notAudioOrVideo(kind: "text")),
            ("UDP/TLS/RTP/SAVPF 96", "RTP/AVP 96", .transportProtocol("RTP/AVP")),
            ("a=mid:v\na=sendonly", "a=mid:v\na=recvonly", .notSending),
            ("a=mid:v\na=sendonly", "a=mid:v\na=inactive", .notSending),
            ("a=group:BUNDLE a v", "a=group:BUNDLE a", .outsideBundle),
            ("a=mid:v\na=sendonly\na=rtcp-mux", "a=mid:v\na=sendonly", .separateRTCP),
            ("VP8/90000", "H263/90000", .noCommonCodec(offered: ["H263", "rtx"])),
            ("VP8/90000", "VP8/48000", .noCommonCodec(offered: ["VP8", "rtx"])),
            ("VP8/90000", "opus/48000/2", .noCommonCodec(offered: ["opus", "rtx"])),
            ("a=rtpmap:96 VP8/90000\n", "", .noCommonCodec(offered: ["rtx"])),
        ] as [(String, String, MediaRefusal.Reason)])
    func section(_ old: String, _ new: String, _ reason: MediaRefusal.Reason) throws {
        let (answer, negotiation) = try Negotiation.answer(
            to: Offers.small(replacing: old, with: new), local: recorder)
        #expect(negotiation.media.map(\.mid) == ["a"])
        #expect(negotiation.refusals.map(\.reason) == [reason])
        #expect(negotiation.refusals.map(\.midIndex) == [1])
        #expect(answer.media.map(\.port) == [9, 0])
        #expect(answer.attributes.bundle == ["a"])
        #expect(!negotiation.refusals.description.isEmpty)
    }

    @Test(
        "a section without a direction has the session's, or sends",
        arguments: [
            (nil, 2), ("recvonly", 1), ("sendonly", 2), ("inactive", 1),
        ] as [(String?, Int)])
    func direction(_ direction: String?, _ count: Int) throws {
        let session = direction.map { "t=0 0\na=\($0)\n" } ?? "t=0 0\n"
        let text = Offers.small.replacing("t=0 0\n", with: session)
            .replacing("a=mid:v\na=sendonly\n", with: "a=mid:v\n")
        let (_, negotiation) = try Negotiation.answer(to: SessionDescription(parsing: text), local: recorder)
        #expect(negotiation.media.count == count)
    }

    @Test(
        "an offer is refused by what its sender should change",
        arguments: [
            ("a=ice-ufrag:abcd\n", "", "a=ice-ufrag", "the attribute is missing"),
            ("a=ice-pwd:0123456789012345678901\n", "", "a=ice-pwd", "the attribute is missing"),
            ("a=fingerprint:sha-256", "a=fingerprint:sha-1", "a=fingerprint", "the attribute is missing"),
            ("a=group:BUNDLE a v\n", "", "a=group", "the attribute is missing"),
            ("a=mid:v", "a=mid:a", "a=mid", "two sections have the same"),
            ("t=0 0\n", "t=0 0\na=setup:passive\n", "a=setup", "the offerer would not begin the DTLS handshake"),
            ("t=0 0\n", "t=0 0\na=setup:holdconn\n", "a=setup", "the offerer would not begin the DTLS handshake"),
        ])
    func offer(_ old: String, _ new: String, _ field: String, _ problem: String) throws {
        let offer = try Offers.small(replacing: old, with: new)
        let error = try #require(throws: NegotiationError.self) { try Negotiation.answer(to: offer, local: recorder) }
        #expect(error.field == field)
        #expect(error.problem == problem)
        #expect(error.description == "\(field): \(problem); \(error.remedy)")
    }

    @Test(
        "an offer of which nothing is left is refused by its likeliest mistake",
        arguments: [
            ("m=audio 9", "m=audio 0", "VP8", "H263", "a=rtpmap", "none of H263, rtx is taken"),
            ("a=rtcp-mux", "a=x", "a=rtcp-mux", "a=x", "a=rtcp-mux", "the attribute is missing"),
            ("a=sendonly", "a=recvonly", "VP8", "VP8", "a=direction", "it would send nothing"),
            ("opus", "G722", "m=video", "m=text", "a=rtpmap", "none of G722 is taken"),
        ])
    func nothingLeft(
        _ old: String, _ new: String, _ old2: String, _ new2: String, _ field: String, _ problem: String
    ) throws {
        let offer = try SessionDescription(
            parsing: Offers.small.replacing(old, with: new).replacing(old2, with: new2))
        let error = try #require(throws: NegotiationError.self) { try Negotiation.answer(to: offer, local: recorder) }
        #expect((error.field, error.problem) == (field, problem))
    }

    @Test("an offer without sections is refused")
    func empty() throws {
        let offer = SessionDescription(origin: .init(sessionID: 1, version: 1))
        let error = try #require(throws: NegotiationError.self) { try Negotiation.answer(to: offer, local: recorder) }
        #expect(error.problem == "there is no media section")
    }

    @Test("a section that lives only in its bundle has port 0 and is taken all the same")
    func bundleOnly() throws {
        let offer = try Offers.small(
            replacing: "m=video 9 UDP/TLS/RTP/SAVPF 96 97\n",
            with: "m=video 0 UDP/TLS/RTP/SAVPF 96 97\na=bundle-only\n")
        let (answer, negotiation) = try Negotiation.answer(to: offer, local: recorder)
        #expect(negotiation.refusals.isEmpty)
        #expect(answer.media.map(\.port) == [9, 9])
    }
}
