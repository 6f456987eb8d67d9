import Testing

@testable import HTTPServer

@Suite("Asking for parts of files, RFC 9110 §14")
struct FileAnswerTests {
    @Test(
        "reads a range of a file of 100 bytes",
        arguments: [
            (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<100)), ("bytes=10-19", .part(10..<20)),
            ("bytes=90-200", .part(90..<100)), ("bytes=-10", .part(90..<100)), ("bytes=-1000", .part(0..<100)),
            ("Bytes=5-5", .part(5..<6)), ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=20-10", .whole), ("bytes=-", .whole), ("bytes=", .whole), ("bytes=a-b", .whole),
            ("bytes=+1-2", .whole), ("bytes=1-2,5-6", .whole), ("lines=1-2", .whole), ("bytes 1-2", .whole),
            ("bytes=0-9223372036854775807", .part(0..<100)), ("bytes=0-99999999999999999999", .whole),
            ("bytes=9223372036854775807-", .unsatisfiable),
        ] as [(String?, ByteRange)])
    func range(_ value: String?, _ expected: ByteRange) {
        #expect(ByteRange(parsing: value, byteCount: 100) == expected)
    }

    @Test("an empty file has no part", arguments: ["bytes=0-", "bytes=-5", "bytes=0-0"])
    func empty(_ value: String) {
        #expect(ByteRange(parsing: value, byteCount: 0) == .unsatisfiable)
    }

    private func answer(
        _ headers: HTTPHeaders, to method: HTTPMethod = .get, status: Int = 200
    ) throws -> FileAnswer {
        let request = HTTPRequest(method, try #require(HTTPTarget(path: "/f")), headers: headers)
        return FileAnswer(request, status: status, byteCount: 100, tag: "\"v1\"")
    }

    @Test("answers 206 with the part and its place")
    func part() throws {
        let answer = try answer(["Range": "bytes=10-19"])
        #expect(answer.status == 206)
        #expect(answer.range == 10..<20)
        #expect(answer.headers["Content-Range"] == "bytes 10-19/100")
        #expect(answer.headers["ETag"] == "\"v1\"")
        #expect(answer.headers["Accept-Ranges"] == "bytes")
    }

    @Test("answers 416 with the true size")
    func unsatisfiable() throws {
        let answer = try answer(["Range": "bytes=100-"])
        #expect(answer.status == 416)
        #expect(answer.range.isEmpty)
        #expect(answer.headers["Content-Range"] == "bytes */100")
    }

    @Test(
        "answers with the whole file when the part is one of another version, or not GET asks, or it is an error page")
    func whole() throws {
        let range: HTTPHeaders = ["Range": "bytes=1-2"]
        #expect(try answer(["Range": "bytes=1-2", "If-Range": "\"v0\""]).range == 0..<100)
        #expect(try answer(["Range": "bytes=1-2", "If-Range": "\"v1\""]).range == 1..<3)
        #expect(try answer(range, to: .head).status == 200)
        #expect(try answer(range, status: 404).range == 0..<100)
    }

    @Test("answers 304 to whoever has this version", arguments: ["\"v1\"", "\"v0\", \"v1\"", "W/\"v1\"", "*"])
    func notModified(_ tags: String) throws {
        let answer = try answer(["If-None-Match": tags])
        #expect(answer.status == 304)
        #expect(answer.range.isEmpty)
        #expect(try self.answer(["If-None-Match": "\"v0\""]).status == 200)
    }
}
