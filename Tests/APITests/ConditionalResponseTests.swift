import HTTPServer
import Testing

@Suite("Answers that the caller may have already")
struct ConditionalResponseTests {
    @Test("are told by their tag, whatever else the field names")
    func known() async throws {
        try await RouterFixture.with { fixture in
            let first = try await fixture.respond(.get, "/openapi.json")
            let tag = try #require(first.headers["ETag"])
            for field in [tag, "W/" + tag, "\"x\", \(tag)", "*"] {
                let again = try await fixture.respond(.get, "/openapi.json", headers: ["If-None-Match": field])
                #expect(again.status == 304)
                #expect(again.bytes.isEmpty)
                #expect(again.headers["ETag"] == tag)
            }
            let other = try await fixture.respond(.get, "/openapi.json", headers: ["If-None-Match": "\"x\""])
            #expect(other.status == 200)
        }
    }

    @Test("change with the document")
    func changed() async throws {
        try await RouterFixture.with { fixture in
            let empty = try await fixture.respond(.get, "/v1/recordings")
            _ = try await fixture.record("room")
            let tag = try #require(empty.headers["ETag"])
            #expect(try await fixture.respond(.get, "/v1/recordings", headers: ["If-None-Match": tag]).status == 200)
        }
    }
}
