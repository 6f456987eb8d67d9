import HTTPServer
import Testing

@Suite("Pages of other origins")
struct CORSPolicyTests {
    private func request(_ method: HTTPMethod, _ headers: HTTPHeaders) throws -> HTTPRequest {
        HTTPRequest(method, try #require(HTTPTarget(path: "/whip/a")), headers: headers)
    }

    @Test("a browser's question is answered with what is allowed")
    func preflight() throws {
        let question = try request(
            .options, ["Origin": "https://a.example", "Access-Control-Request-Method": "POST"])
        let answer = try #require(CORSPolicy().preflight(question))
        #expect(answer.status == 204)
        #expect(answer.headers["Access-Control-Allow-Origin"] == "*")
        #expect(answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST, PATCH, DELETE, OPTIONS")
        #expect(answer.headers["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
        #expect(answer.headers["Access-Control-Expose-Headers"]?.contains("Location") == true)
        #expect(answer.headers["Access-Control-Max-Age"] == "7200")
    }

    @Test("nothing else is taken for a question")
    func noPreflight() throws {
        #expect(CORSPolicy().preflight(try request(.options, [:])) == nil)
        #expect(CORSPolicy().preflight(try request(.options, ["Origin": "https://a.example"])) == nil)
        let post = try request(.post, ["Origin": "https://a.example", "Access-Control-Request-Method": "POST"])
        #expect(CORSPolicy().preflight(post) == nil)
    }

    @Test("only known origins are let in, and caches are told that it depends")
    func knownOrigins() throws {
        let policy = CORSPolicy(origins: .only(["https://a.example"]))
        var (known, unknown, none) = (HTTPResponse(status: 200), HTTPResponse(status: 200), HTTPResponse(status: 200))
        policy.apply(to: &known, for: try request(.get, ["Origin": "https://a.example"]))
        policy.apply(to: &unknown, for: try request(.get, ["Origin": "https://b.example"]))
        policy.apply(to: &none, for: try request(.get, [:]))
        #expect(known.headers["Access-Control-Allow-Origin"] == "https://a.example")
        #expect(known.headers["Vary"] == "Origin")
        #expect(unknown.headers["Access-Control-Allow-Origin"] == nil)
        #expect(unknown.headers["Vary"] == "Origin")
        #expect(none.headers == [:])
    }
}
