import SDP
import Secure
import Testing
import Units
import WHIP

let offerText = """
    v=0
    o=- 1 1 IN IP4 0.0.0.0
    s=-
    t=0 0
    a=group:BUNDLE a v
    a=setup:actpass
    a=fingerprint:\(fingerprint)
    a=ice-ufrag:abcd
    a=ice-pwd:0123456789012345678901
    m=audio 9 UDP/TLS/RTP/SAVPF 111
    a=mid:a
    a=sendonly
    a=rtcp-mux
    a=rtpmap:111 opus/48000/2
    m=video 9 UDP/TLS/RTP/SAVPF 96
    a=mid:v
    a=sendonly
    a=rtcp-mux
    a=rtpmap:96 VP8/90000

    """

private let fingerprint = Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32))

let server = LocalParameters(
    ufrag: "lath", password: "abcdefghijklmnopqrstuv", fingerprint: fingerprint,
    candidates: [.host(TransportAddress(ip: .v4(0xC000_0201), port: 40_000))], isLite: true, sessionID: 42)

@Suite("Posting an offer, RFC 9725 §4.2")
struct WHIPEndpointTests {
    @Test(
        "is answered, whatever the parameters and case of its type",
        arguments: [
            "application/sdp", "Application/SDP", "application/sdp; charset=utf-8", " application/sdp ;x=y",
        ])
    func answers(_ contentType: String) throws {
        let (answer, negotiation) = try WHIPEndpoint.answer(
            contentType: contentType, body: Array(offerText.utf8), local: server)
        #expect(negotiation.media.map(\.mid) == ["a", "v"])
        #expect(answer.media.map(\.port) == [9, 9])
    }

    @Test("of another type is refused with 415", arguments: [nil, "", "text/plain", "application/sdpx"])
    func wrongType(_ contentType: String?) throws {
        let problem = WHIPProblem.unsupportedMediaType(given: contentType, wanted: "application/sdp")
        #expect(throws: problem) {
            try WHIPEndpoint.offer(contentType: contentType, body: Array(offerText.utf8))
        }
        #expect(problem.status == 415)
    }

    @Test("that is too large is refused with 413")
    func tooLarge() throws {
        let body = [UInt8](repeating: 0x61, count: SDPLimits.maximumByteCount + 1)
        #expect(throws: WHIPProblem.tooLarge(byteCount: body.count)) {
            try WHIPEndpoint.offer(contentType: WHIPEndpoint.mediaType, body: body)
        }
    }

    @Test("that is malformed is refused with 400, by line")
    func malformed() throws {
        let body = Array(offerText.replacing("a=ice-ufrag:abcd", with: "a=ice-ufrag:a").utf8)
        let problem = try #require(throws: WHIPProblem.self) {
            try WHIPEndpoint.answer(contentType: WHIPEndpoint.mediaType, body: body, local: server)
        }
        #expect((problem.status, problem.field) == (400, "a=ice-ufrag"))
        #expect(problem.description.hasPrefix("line 8, a=ice-ufrag: "))
    }

    @Test("of which no call can come is refused with 422, by attribute")
    func unacceptable() throws {
        let body = Array(offerText.replacing("a=rtcp-mux", with: "a=x").utf8)
        let problem = try #require(throws: WHIPProblem.self) {
            try WHIPEndpoint.answer(contentType: WHIPEndpoint.mediaType, body: body, local: server)
        }
        #expect((problem.status, problem.field) == (422, "a=rtcp-mux"))
    }
}

@Suite("Why WHIP requests are refused")
struct WHIPProblemTests {
    private static let problems: [(WHIPProblem, Int, String)] = [
        (.unsupportedMediaType(given: nil, wanted: "application/sdp"), 415, "Content-Type"),
        (.tooLarge(byteCount: 70_000), 413, "body"),
        (.malformed(SDPError(line: 2, field: "m=", problem: "p", remedy: "r")), 400, "m="),
        (.unacceptable(NegotiationError(field: "a=mid", problem: "p", remedy: "r")), 422, "a=mid"),
        (.incompleteCredentials(missing: "a=ice-pwd"), 422, "a=ice-pwd"),
        (.preconditionRequired, 428, "If-Match"),
        (.preconditionFailed(current: EntityTag("t")), 412, "If-Match"),
    ]

    @Test("is said by status, title, field and sentence", arguments: problems)
    func said(_ problem: WHIPProblem, _ status: Int, _ field: String) {
        #expect(problem.status == status)
        #expect(problem.field == field)
        #expect(!problem.title.isEmpty)
        #expect(!problem.description.isEmpty)
    }

    @Test("does not echo a stranger's header at length")
    func echo() {
        let problem = WHIPProblem.unsupportedMediaType(
            given: String(repeating: "x", count: 5_000), wanted: "application/sdp")
        #expect(problem.description.utf8.count < 200)
    }
}

@Suite("ICE servers, RFC 9725 §4.6")
struct ICEServerTests {
    @Test(
        "are links",
        arguments: [
            (ICEServer(url: "stun:stun.example.net"), "<stun:stun.example.net>; rel=\"ice-server\""),
            (
                ICEServer(url: "turn:turn.example.net?transport=udp", username: "user", credential: "a\"b\\c\r\n"),
                "<turn:turn.example.net?transport=udp>; rel=\"ice-server\"; username=\"user\"; "
                    + "credential=\"a\\\"b\\\\c\"; credential-type=\"password\""
            ),
        ])
    func link(_ server: ICEServer, _ link: String) {
        #expect(server.link == link)
    }
}
