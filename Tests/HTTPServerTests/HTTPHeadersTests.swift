import HTTPServer
import Testing

@Suite("Header fields")
struct HTTPHeadersTests {
    @Test("names compare without regard to case, values keep theirs")
    func caseInsensitive() {
        let headers: HTTPHeaders = ["Content-Type": "Application/SDP"]
        #expect(headers["content-type"] == "Application/SDP")
        #expect(headers["CONTENT-TYPE"] == "Application/SDP")
        #expect(headers["content-typ"] == nil)
    }

    @Test("a field may come several times, in order")
    func several() {
        var headers: HTTPHeaders = ["Link": "a", "ETag": "x"]
        headers.add("link", "b")
        #expect(headers.values("Link") == ["a", "b"])
        #expect(headers["Link"] == "a")
        headers["LINK"] = "c"
        #expect(headers.values("Link") == ["c"])
        headers["Link"] = nil
        #expect(headers.fields.map(\.name) == ["ETag"])
    }
}
