import Codecs
import SDP
import Testing
import Units

private let tracks = [
    OfferedTrack(codec: .opus, ssrc: SSRC(1), isStereo: true),
    OfferedTrack(codec: .h264, ssrc: SSRC(2), rtxSSRC: SSRC(3)),
    OfferedTrack(codec: .vp8, ssrc: SSRC(4)),
]

/// What a publisher says of itself.
private let publisher = LocalParameters(
    ufrag: "publ", password: "vutsrqponmlkjihgfedcba", fingerprint: fingerprint,
    candidates: [.host(TransportAddress(ip: .v4(0xC000_0202), port: 50_000))], isLite: false, sessionID: 7)

@Suite("Offering to send, and reading the answer")
struct NegotiationOfferTests {
    @Test("both sides agree on the same tracks")
    func agreement() throws {
        let offer = Negotiation.offer(tracks, local: publisher)
        #expect(try SessionDescription(parsing: offer.description) == offer)
        let (answer, theirs) = try Negotiation.answer(to: offer, local: recorder)
        let ours = try Negotiation.accept(answer: answer, for: offer)
        #expect(ours.media.map(\.codec) == [.opus, .h264, .vp8])
        #expect(ours.media.map(\.payloadType) == theirs.media.map(\.payloadType))
        #expect(ours.media.map(\.retransmissionPayloadType) == [nil, PayloadType(103), nil])
        #expect(ours.media.map(\.ssrcs) == [[SSRC(1)], [SSRC(2)], [SSRC(4)]])
        #expect(ours.media.map(\.rtxSSRCs) == [[], [SSRC(3)], []])
        #expect(ours.media.map(\.extensions) == theirs.media.map(\.extensions))
        #expect(ours.media.map(\.extensions) == Array(repeating: offered, count: 3))
        #expect(ours.media.map(\.feedback) == theirs.media.map(\.feedback))
        #expect(ours.media.map(\.feedback) == [[.nack, .transportWide], .all, .all])
        #expect(ours.media.map(\.isStereo) == [true, false, false])
        #expect(ours.media.map(\.allowsReducedSizeRTCP) == [true, true, true])
        #expect((ours.remoteUfrag, ours.remotePassword) == (recorder.ufrag, recorder.password))
        #expect((theirs.remoteUfrag, theirs.remotePassword) == (publisher.ufrag, publisher.password))
        #expect(ours.remoteCandidates == recorder.candidates)
        #expect(theirs.remoteCandidates == publisher.candidates)
        #expect(ours.remoteIsLite && !theirs.remoteIsLite)
        #expect(ours.beginsHandshake && !theirs.beginsHandshake)
    }

    private let offered = ExtensionNumbers(mid: 1, transportSequence: 2, absoluteSendTime: 3)

    @Test("a track that the answer refuses is left out")
    func refused() throws {
        let offer = Negotiation.offer(tracks, local: publisher)
        let capabilities = MediaCapabilities(
            codecs: [.vp8, .opus], headerExtensions: [.mid], feedback: [.pictureLossIndication])
        let (answer, _) = try Negotiation.answer(to: offer, capabilities: capabilities, local: recorder)
        let ours = try Negotiation.accept(answer: answer, for: offer)
        #expect(ours.media.map(\.codec) == [.opus, .vp8])
        #expect(ours.media.map(\.midIndex) == [0, 2])
        #expect(ours.media.map(\.extensions) == [ExtensionNumbers(mid: 1), ExtensionNumbers(mid: 1)])
        #expect(ours.media.map(\.feedback) == [[], .pictureLossIndication])
        #expect(
            ours.refusals == [MediaRefusal(mid: "1", midIndex: 1, kind: "video", reason: .refusedByAnswer)])
    }

    @Test(
        "an answer that does not fit the offer is refused",
        arguments: [
            ("a=setup:passive", "a=setup:actpass", "a=setup"),
            ("a=setup:passive\r\n", "", "a=setup"),
            ("a=rtcp-mux\r\n", "", "a=rtcp-mux"),
            ("a=ice-ufrag:lath\r\n", "", "a=ice-ufrag"),
            ("a=fingerprint:sha-256", "a=fingerprint:md5", "a=fingerprint"),
            ("a=group:BUNDLE 0 1 2\r\n", "", "a=group"),
            ("a=mid:1\r\n", "a=mid:7\r\n", "a=mid"),
            ("m=video 9 UDP/TLS/RTP/SAVPF 102 103", "m=audio 9 UDP/TLS/RTP/SAVPF 102 103", "a=mid"),
            ("SAVPF 102 103", "SAVPF 100 103", "m="),
            ("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 0 UDP/TLS/RTP/SAVPF 111", nil),
        ] as [(String, String, String?)])
    func answers(_ old: String, _ new: String, _ field: String?) throws {
        let offer = Negotiation.offer(tracks, local: publisher)
        let text = try Negotiation.answer(to: offer, local: recorder).answer.description
        #expect(text.contains(old))
        let answer = try SessionDescription(parsing: text.replacing(old, with: new))
        guard let field else {
            #expect(try Negotiation.accept(answer: answer, for: offer).media.map(\.midIndex) == [1, 2])
            return
        }
        let error = try #require(throws: NegotiationError.self) { try Negotiation.accept(answer: answer, for: offer) }
        #expect(error.field == field)
    }

    @Test("an answer with a section too few, or none taken, is refused")
    func counts() throws {
        let offer = Negotiation.offer(tracks, local: publisher)
        var answer = try Negotiation.answer(to: offer, local: recorder).answer
        for index in answer.media.indices { answer.media[index].port = 0 }
        #expect(throws: NegotiationError(field: "m=", problem: "the other side refused it", remedy: "ask it why")) {
            try Negotiation.accept(answer: answer, for: offer)
        }
        answer.media.removeLast()
        let error = try #require(throws: NegotiationError.self) { try Negotiation.accept(answer: answer, for: offer) }
        #expect(error.problem == "3 sections were offered, 2 answered")
    }

    @Test("numbers that the answer changed on its own are not used")
    func changedNumbers() throws {
        let offer = Negotiation.offer([tracks[0]], local: publisher)
        let text = try Negotiation.answer(to: offer, local: recorder).answer.description
        let answer = try SessionDescription(parsing: text.replacing("a=extmap:1 ", with: "a=extmap:9 "))
        let ours = try Negotiation.accept(answer: answer, for: offer)
        #expect(ours.media[0].extensions == ExtensionNumbers(transportSequence: 2, absoluteSendTime: 3))
    }
}
