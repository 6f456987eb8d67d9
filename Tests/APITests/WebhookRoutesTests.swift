import Foundation
import HTTPServer
import Testing

@Suite("The webhooks' API")
struct WebhookRoutesTests {
    @Test("adds, shows and removes webhooks, and tells a secret to nobody but who gets it made")
    func life() async throws {
        try await RouterFixture.with { fixture in
            let made = try await fixture.respond(
                .post, "/v1/webhooks", #"{"url": "http://127.0.0.1:9/a?token=hidden"}"#, type: "application/json")
            #expect(made.status == 201)
            let id = try #require(try made.object["id"] as? String)
            #expect(made.headers["Location"] == "/v1/webhooks/\(id)")
            let secret = try #require(try made.object["secret"] as? String)
            #expect(secret.utf8.count >= 16)
            let own = try await fixture.respond(
                .post, "/v1/webhooks", #"{"url": "http://127.0.0.1:9/b", "secret": "correct horse battery"}"#,
                type: "application/json")
            #expect(try own.object["secret"] == nil)
            for target in ["/v1/webhooks", "/v1/webhooks/\(id)", "/v1/webhooks/\(id)/dead"] {
                let shown = try await fixture.respond(.get, target)
                #expect(shown.status == 200)
                for hidden in [secret, "correct horse battery", "hidden"] { #expect(!shown.text.contains(hidden)) }
            }
            let list = try await fixture.respond(.get, "/v1/webhooks").object["webhooks"] as? [[String: Any]]
            #expect(list?.map { $0["url"] as? String } == ["http://127.0.0.1:9/a?…", "http://127.0.0.1:9/b"])
            #expect(list?.map { $0["isSigned"] as? Bool } == [true, true])
            #expect(try await fixture.respond(.get, "/v1/webhooks/\(id)/dead").object["dead"] as? [String] == [])
            let retried = try await fixture.respond(.post, "/v1/webhooks/\(id)/retry")
            #expect(retried.status == 202)
            #expect(try retried.object["retriedCount"] as? Int == 0)
            #expect(try await fixture.respond(.delete, "/v1/webhooks/\(id)").status == 204)
            #expect(try await fixture.respond(.delete, "/v1/webhooks/\(id)").status == 404)
        }
    }

    @Test(
        "refuses what cannot be a webhook by the name of the field",
        arguments: [
            (#"{"url": "ftp://example.org/"}"#, "application/json", 400, "url"),
            (#"{"url": "http://u:p@example.org/"}"#, "application/json", 400, "url"),
            (#"{"url": "http://example.org/", "secret": "short"}"#, "application/json", 400, "secret"),
            (#"{"url": "http://example.org/", "retry": 1}"#, "application/json", 400, "retry"),
            (#"{"url": 5}"#, "application/json", 400, "url"), ("{}", "application/json", 400, "url"),
            ("[]", "application/json", 400, "body"), ("{", "application/json", 400, "body"),
            (#"{"url": "http://example.org/"}"#, "text/plain", 415, "Content-Type"),
        ])
    func refusals(body: String, type: String, status: Int, field: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.post, "/v1/webhooks", body, type: type)
            #expect(response.status == status)
            #expect(try response.object["field"] as? String == field)
        }
    }

    @Test("knows no other paths, and no other methods")
    func strangers() async throws {
        try await RouterFixture.with { fixture in
            let cases: [(HTTPMethod, String, Int)] = [
                (.get, "", 404), (.post, "/retry", 404), (.get, "/other", 404), (.put, "", 405), (.get, "/retry", 405),
            ]
            for (method, path, status) in cases {
                let response = try await fixture.respond(method, "/v1/webhooks/none\(path)")
                #expect(response.status == status, "\(method.name) \(path)")
            }
        }
    }
}
