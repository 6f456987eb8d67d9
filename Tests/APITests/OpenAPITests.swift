import Foundation
import HTTPServer
import Service
import Testing

@Suite("The API's description")
struct OpenAPITests {
    private static func description(_ fixture: RouterFixture) async throws -> [String: Any] {
        let response = try await fixture.respond(.get, "/openapi.json")
        #expect(response.headers["Content-Type"] == "application/json")
        return try response.object
    }

    private static func fields(of schema: String, in description: [String: Any]) throws -> Set<String> {
        let components = try #require(description["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: [String: Any]])
        let properties = try #require(schemas[schema]?["properties"] as? [String: Any])
        return Set(properties.keys)
    }

    @Test("names the fields that requests may have, and no others")
    func fields() async throws {
        try await RouterFixture.with { fixture in
            let description = try await Self.description(fixture)
            #expect(try Self.fields(of: "RecordingRequest", in: description) == Set(RecordingRequest.fields))
            #expect(try Self.fields(of: "RecordingUpdate", in: description) == Set(RecordingUpdate.fields))
            #expect(try Self.fields(of: "WebhookRequest", in: description) == Set(WebhookRequest.fields))
        }
    }

    @Test("names every field of a recording's document")
    func document() async throws {
        try await RouterFixture.with { fixture in
            let described = try Self.fields(of: "Recording", in: try await Self.description(fixture))
            let shown = try await fixture.record("room")
            #expect(Set(shown.keys).subtracting(described) == [])
        }
    }

    @Test("has methods that exist: what it describes answers anything but that it cannot be done")
    func methods() async throws {
        try await RouterFixture.with { fixture in
            let description = try await Self.description(fixture)
            let id = try #require(try await fixture.record("room")["id"] as? String)
            let paths = try #require(description["paths"] as? [String: [String: Any]])
            #expect(paths.count > 15)
            for (path, operations) in paths where path != "/v1/server/drain" {
                let target = path.replacing("{id}", with: id).replacing("{uid}", with: "1")
                    .replacing("{name}", with: "metadata.txt").replacing("{channel}", with: "room")
                    .replacing("{session}", with: "x")
                for method in operations.keys {
                    let response = try await fixture.respond(HTTPMethod(method.uppercased()), target)
                    #expect(![405, 500, 501].contains(response.status), "\(method) \(path): \(response.status)")
                }
            }
        }
    }
}
