import Codecs
import HTTPServer
import SDP
import Secure
import Testing
import Units

@Suite("Publishing by HTTP")
struct WHIPRoutesTests {
    private static let fragment =
        "a=ice-ufrag:uf34\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"

    private static let offer: String = {
        let local = LocalParameters(
            ufrag: "uf12", password: "0123456789abcdefghijkl",
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)), candidates: [],
            isLite: false, sessionID: 1)
        return Negotiation.offer([OfferedTrack(codec: .opus, ssrc: SSRC(1))], local: local).description
    }()

    @Test("answers 201 with where the session is, and lets it be patched and deleted there")
    func life() async throws {
        try await RouterFixture.with { fixture in
            let made = try await fixture.respond(.post, "/whip/a%20room?uid=7", Self.offer, type: "application/sdp")
            #expect(made.status == 201)
            #expect(made.headers["Content-Type"] == "application/sdp")
            #expect(made.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag")
            #expect(made.headers["Lathe-User"] == "7")
            #expect(try SessionDescription(parsing: made.text).media.count == 1)
            let location = try #require(made.headers["Location"])
            #expect(location.hasPrefix("/whip/a%20room/"))
            let tag = try #require(made.headers["ETag"])
            let restarted = try await fixture.respond(
                .patch, location, Self.fragment, type: "application/trickle-ice-sdpfrag", headers: ["If-Match": "*"])
            #expect(restarted.status == 200)
            #expect(restarted.headers["ETag"] != tag)
            let outdated = try await fixture.respond(
                .patch, location, Self.fragment, type: "application/trickle-ice-sdpfrag", headers: ["If-Match": tag])
            #expect(outdated.status == 412)
            let added = try await fixture.respond(
                .patch, location, Self.fragment, type: "application/trickle-ice-sdpfrag",
                headers: ["If-Match": try #require(restarted.headers["ETag"])])
            #expect(added.status == 204)
            #expect(try await fixture.respond(.delete, location).status == 200)
            #expect(try await fixture.respond(.delete, location).status == 404)
        }
    }

    @Test(
        "refuses by status and field, readable for pages of other origins",
        arguments: [
            ("/whip/room?uid=0", "application/sdp", 400, "uid"),
            ("/whip/room?profile=tv", "application/sdp", 400, "profile"),
            ("/whip/a%2Ab", "application/sdp", 400, "channel"), ("/whip/room", "text/plain", 415, "Content-Type"),
        ])
    func refusals(target: String, type: String, status: Int, field: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(
                .post, target, Self.offer, type: type, headers: ["Origin": "https://example.org"])
            #expect(response.status == status)
            #expect(try response.object["field"] as? String == field)
            #expect(response.headers["Access-Control-Allow-Origin"] == "*")
        }
    }

    @Test("answers 413 to a description that no browser sends")
    func tooLarge() async throws {
        try await RouterFixture.with { fixture in
            let offer = String(repeating: "a", count: 70_000)
            let response = try await fixture.respond(.post, "/whip/room", offer, type: "application/sdp")
            #expect(response.status == 413)
        }
    }

    @Test("answers browsers that ask first, and clients that ask what is accepted")
    func options() async throws {
        try await RouterFixture.with { fixture in
            let preflight = try await fixture.respond(
                .options, "/whip/room",
                headers: ["Origin": "https://example.org", "Access-Control-Request-Method": "POST"])
            #expect(preflight.status == 204)
            #expect(preflight.headers["Access-Control-Allow-Methods"]?.contains("PATCH") == true)
            #expect(try await fixture.respond(.options, "/whip/room").headers["Accept-Post"] == "application/sdp")
            let patchable = try await fixture.respond(.options, "/whip/room/a").headers["Accept-Patch"]
            #expect(patchable == "application/trickle-ice-sdpfrag")
        }
    }

    @Test("lets no page of another origin use the recordings' API")
    func sameOrigin() async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(
                .options, "/v1/recordings",
                headers: ["Origin": "https://example.org", "Access-Control-Request-Method": "POST"])
            #expect(response.status == 405)
            #expect(response.headers["Access-Control-Allow-Origin"] == nil)
        }
    }
}
