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
            (.delete, "/v1/recordings", "GET, HEAD, POST"), (.post, "/v1/recordings/a", "GET, HEAD"),
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

    @Test("gives metrics that Prometheus can read: help, type and a number for each name, each once")
    func metrics() async throws {
        try await RouterFixture.with { fixture in
            _ = try await fixture.record("room")
            let response = try await fixture.respond(.get, "/metrics")
            #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4")
            #expect(response.text.hasSuffix("\n"))
            let all = response.text.split(separator: "\n")
            let histogram = try #require(all.firstIndex { $0.hasPrefix("# HELP lathe_datagram_wait_seconds") })
            let lines = all[..<histogram]
            #expect(lines.count % 3 == 0)
            var values: [String: Int] = [:]
            for start in stride(from: 0, to: lines.count, by: 3) {
                let help = try #require(lines[start].wholeMatch(of: /# HELP ([a-z_]+) \S.*\./)?.output.1)
                let type = try #require(lines[start + 1].wholeMatch(of: /# TYPE ([a-z_]+) (gauge|counter)/)?.output)
                let sample = try #require(lines[start + 2].wholeMatch(of: /([a-z_]+) (\d+)/)?.output)
                #expect(help == type.1)
                #expect(help == sample.1)
                #expect((type.2 == "counter") == help.hasSuffix("_total"))
                #expect(values.updateValue(try #require(Int(sample.2)), forKey: String(help)) == nil)
            }
            #expect(values["lathe_recordings"] == 1)
            #expect(values["lathe_peers"] == 0)
            try Self.check(histogram: Array(all[histogram...]))
        }
    }

    /// A histogram has classes that count those before them, the last without an end, a sum and a count.
    private static func check(histogram lines: [Substring]) throws {
        #expect(lines[1] == "# TYPE lathe_datagram_wait_seconds histogram")
        let buckets = try lines[2..<lines.count - 2].map { line in
            try #require(line.wholeMatch(of: /lathe_datagram_wait_seconds_bucket\{le="([\d.]+|\+Inf)"\} (\d+)/)?.output)
        }
        #expect(buckets.last?.1 == "+Inf")
        let counts = buckets.compactMap { Int($0.2) }
        #expect(counts == counts.sorted() && counts.count == buckets.count)
        #expect(lines[lines.count - 2].hasPrefix("lathe_datagram_wait_seconds_sum "))
        #expect(lines[lines.count - 1] == "lathe_datagram_wait_seconds_count \(counts.last ?? 0)")
    }
}
