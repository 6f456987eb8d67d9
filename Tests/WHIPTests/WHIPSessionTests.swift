import SDP
import Testing
import Units
import WHIP

@Suite("Patching a WHIP session, RFC 9725 §4.3")
struct WHIPSessionTests {
    private let session: WHIPSession

    init() throws {
        let (answer, negotiation) = try WHIPEndpoint.answer(
            contentType: WHIPEndpoint.mediaType, body: Array(offerText.utf8), local: server)
        session = WHIPSession(answer: answer, negotiation: negotiation, entityTag: EntityTag("one"))
    }

    private func patch(
        of session: WHIPSession? = nil, ifMatch: String? = "\"one\"", type: String? = WHIPSession.mediaType,
        _ lines: String...
    ) throws -> WHIPSession.PatchAction {
        let body = Array(lines.joined(separator: "\r\n").utf8)
        return try (session ?? self.session).receivedPatch(contentType: type, ifMatch: ifMatch, body: body)
    }

    private let candidate = Candidate(
        foundation: "1", priority: 5, address: .ip(.v4(0xC000_0202)), port: 7, kind: .host)

    @Test("adds candidates of the current ICE session", arguments: ["\"one\"", "\"zero\", \"one\"", "*"])
    func trickle(_ ifMatch: String) throws {
        let action = try patch(
            ifMatch: ifMatch, "m=audio 9 RTP/AVP 0", "a=mid:a", "a=ice-ufrag:abcd",
            "a=ice-pwd:0123456789012345678901", "a=candidate:\(candidate)")
        #expect(action == .add([candidate], isLast: false))
    }

    @Test("may name no credentials, and may end the candidates")
    func endOfCandidates() throws {
        #expect(try patch("a=end-of-candidates") == .add([], isLast: true))
        #expect(try patch("a=candidate:\(candidate)") == .add([candidate], isLast: false))
    }

    @Test("over transports that we do not know is no error")
    func unknownTransport() throws {
        let text = "a=candidate:\(candidate)".replacing(" udp ", with: " sctp ")
        #expect(try patch(text) == .add([], isLast: false))
    }

    @Test("with new credentials restarts ICE")
    func restart() throws {
        let action = try patch(
            ifMatch: "*", "a=ice-ufrag:wxyz", "a=ice-pwd:9876543210987654321098", "m=audio 9 RTP/AVP 0",
            "a=candidate:\(candidate)", "a=end-of-candidates")
        #expect(
            action
                == .restart(ufrag: "wxyz", password: "9876543210987654321098", candidates: [candidate], isLast: true))
    }

    @Test("answers a restart with our credentials, and from then on with a new tag")
    func restarted() throws {
        var session = session
        var local = server
        (local.ufrag, local.password) = ("new1", "zyxwvutsrqponmlkjihgfe")
        let fragment = session.restarted(remoteUfrag: "wxyz", local: local, entityTag: EntityTag("two"))
        #expect(
            fragment.description.split(separator: "\r\n")
                == """
                a=ice-lite
                a=ice-options:trickle ice2
                a=group:BUNDLE a v
                m=audio 9 UDP/TLS/RTP/SAVPF 111
                a=mid:a
                a=ice-ufrag:new1
                a=ice-pwd:zyxwvutsrqponmlkjihgfe
                a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host
                a=end-of-candidates
                """.split(separator: "\n"))
        #expect(session.entityTag == EntityTag("two"))
        #expect(session.remoteUfrag == "wxyz")
        #expect(throws: WHIPProblem.preconditionFailed(current: EntityTag("two"))) {
            try patch(of: session, "a=candidate:\(candidate)")
        }
        let action = try patch(of: session, ifMatch: "\"two\"", "a=ice-ufrag:wxyz", "a=candidate:\(candidate)")
        #expect(action == .add([candidate], isLast: false))
    }

    @Test("is refused by what its sender should change")
    func refuses() throws {
        #expect(throws: WHIPProblem.preconditionRequired) { try patch(ifMatch: nil, "a=end-of-candidates") }
        #expect(throws: WHIPProblem.preconditionFailed(current: EntityTag("one"))) {
            try patch(ifMatch: "W/\"one\"", "a=end-of-candidates")
        }
        #expect(throws: WHIPProblem.incompleteCredentials(missing: "a=ice-pwd")) {
            try patch(ifMatch: "*", "a=ice-ufrag:wxyz")
        }
        #expect(throws: WHIPProblem.unsupportedMediaType(given: "application/sdp", wanted: WHIPSession.mediaType)) {
            try patch(type: "application/sdp", "a=end-of-candidates")
        }
        let problem = try #require(throws: WHIPProblem.self) { try patch("a=candidate:1") }
        #expect((problem.status, problem.field) == (400, "a=candidate"))
        let large = String(repeating: "a=x\n", count: SDPLimits.maximumByteCount / 4 + 1)
        #expect(throws: WHIPProblem.tooLarge(byteCount: large.utf8.count)) { try patch(large) }
    }

    @Test("speaks for the first section that was taken")
    func tagged() throws {
        let body = Array(offerText.replacing("opus", with: "G722").utf8)
        let (answer, negotiation) = try WHIPEndpoint.answer(
            contentType: WHIPEndpoint.mediaType, body: body, local: server)
        var session = WHIPSession(answer: answer, negotiation: negotiation, entityTag: EntityTag("one"))
        let fragment = session.restarted(remoteUfrag: "wxyz", local: server, entityTag: EntityTag("two"))
        #expect(fragment.media.map(\.kind) == ["video"])
        #expect(fragment.attributes.bundle == ["v"])
    }
}
