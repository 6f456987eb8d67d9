import Testing

@testable import HTTPServer

@Suite("Request targets")
struct HTTPTargetTests {
    @Test(
        "are cut at the slashes that were sent, then decoded",
        arguments: [
            ("/", []), ("/whip/room", ["whip", "room"]), ("/whip/room/", ["whip", "room"]), ("//a//b", ["a", "b"]),
            ("/a%20b/%C3%A9", ["a b", "é"]), ("/%e2%82%ac", ["€"]), ("*", ["*"]), ("/a+b", ["a+b"]),
            ("http://example.org/a", ["a"]), ("http://example.org", []), ("/...", ["..."]),
        ] as [(String, [String])])
    func segments(_ path: String, _ expected: [String]) throws {
        #expect(try #require(HTTPTarget(path: path)).segments == expected)
    }

    @Test(
        "are refused when they are malformed or would leave their directory",
        arguments: [
            "", "a", "/%", "/%4", "/%4g", "/%+1", "/%ff", "/%00", "/../etc", "/a/%2e%2e/b", "/.", "/a%2Fb", "ftp://a/b",
        ])
    func refused(_ path: String) {
        #expect(HTTPTarget(path: path) == nil)
    }

    @Test("decode their query, too")
    func query() throws {
        let target = try #require(HTTPTarget(path: "/a", query: [("u%69d", "7%2B1"), ("flag", ""), ("uid", "8")]))
        #expect(target.query["uid"] == "7+1")
        #expect(target.query["flag"] == "")
        #expect(target.query["other"] == nil)
        #expect(target.query.items.count == 3)
        #expect(HTTPTarget(path: "/a", query: [("a", "%zz")]) == nil)
    }
}
