import HTTPServer
import Testing

@Suite("Finding who answers a request")
struct RouterTests {
    @Test(
        "serves the page's files for what they are",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/index.html", "text/html; charset=utf-8", "<!doctype html>"),
            ("/style.css", "text/css; charset=utf-8", ":root"), ("/lathe.mjs", "text/javascript; charset=utf-8", "//"),
        ])
    func page(path: String, type: String, start: String) async throws {
        try await RouterFixture.with { fixture in
            for method in [HTTPMethod.get, .head] {
                let response = try await fixture.respond(method, path)
                #expect(response.status == 200)
                #expect(response.headers["Content-Type"] == type)
                #expect(response.text.hasPrefix(start))
            }
        }
    }

    @Test(
        "answers 404 where nothing is, in problem JSON",
        arguments: [
            "/nothing", "/healthz/x", "/metrics/x", "/v1", "/v1/nothing", "/v1/server/x", "/v1/recordings/a/b",
            "/v1/recordings/a/files/b/c", "/whip", "/whip/a/b/c", "/v1/recordings/none", "/v1/recordings/none/files",
            "/v1/recordings/none/files/recording.json",
        ])
    func notFound(path: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.get, path)
            #expect(response.status == 404)
            #expect(response.headers["Content-Type"] == "application/problem+json")
            let problem = try response.object
            #expect(problem["status"] as? Int == 404)
            #expect(problem["title"] as? String == "Not found")
            #expect((problem["detail"] as? String)?.isEmpty == false)
        }
    }

    @Test(
        "answers 405 with what is allowed",
        arguments: [
            (.post, "/", "GET, HEAD"), (.put, "/healthz", "GET, HEAD"), (.post, "/metrics", "GET, HEAD"),
            (.delete, "/v1/recordings", "GET, HEAD, POST"), (.post, "/v1/recordings/a", "GET, HEAD, PATCH"),
            (.get, "/v1/recordings/a/stop", "POST"), (.post, "/v1/recordings/a/files", "GET, HEAD"),
            (.put, "/v1/recordings/a/files/b", "GET, HEAD"), (.post, "/v1/channels", "GET, HEAD"),
            (.post, "/v1/server", "GET, HEAD"), (.get, "/whip/room", "POST, OPTIONS"),
            (.get, "/whip/room/a", "PATCH, DELETE, OPTIONS"), (.put, "/whip/room/a", "PATCH, DELETE, OPTIONS"),
        ] as [(HTTPMethod, String, String)])
    func notAllowed(method: HTTPMethod, path: String, allowed: String) async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(method, path)
            #expect(response.status == 405)
            #expect(response.headers["Allow"] == allowed)
            #expect(try response.object["title"] as? String == "Method not allowed")
        }
    }

    @Test("says that it is well")
    func health() async throws {
        try await RouterFixture.with { fixture in
            let response = try await fixture.respond(.get, "/healthz")
            #expect(response.status == 200)
            #expect(response.text == "ok\n")
        }
    }
}
