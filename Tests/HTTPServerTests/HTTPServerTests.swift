import Foundation
import Synchronization
import Testing
import Units

@testable import HTTPServer

/// A server on a free port of this machine.
func serve(_ limits: HTTPLimits = HTTPLimits(), handler: @escaping HTTPServer.Handler) throws -> HTTPServer {
    try HTTPServer(HTTPConfiguration(port: 0, limits: limits), handler: handler)
}

@Suite("Requests and answers over real sockets", .timeLimit(.minutes(1)))
struct HTTPServerTests {
    @Test("a request arrives whole, and its answer, too")
    func whole() async throws {
        let seen = Mutex<HTTPRequest?>(nil)
        let server = try serve { request in
            seen.withLock { $0 = request }
            return HTTPResponse(status: 201, headers: ["Location": "/whip/1"], body: .bytes(Array("v=0".utf8)))
        }
        let answer = try await curl(
            server, "/whip/my%20room/?uid=7&name=a%26b+c&flag", "-X", "POST", "-H", "X-Thing: One", "--data", "offer")
        #expect(answer.status == 201)
        #expect(answer.headers["location"] == "/whip/1")
        #expect(answer.text == "v=0")
        let request = try #require(seen.withLock { $0 })
        #expect(request.method == .post)
        #expect(request.path == "/whip/my%20room/")
        #expect(request.segments == ["whip", "my room"])
        #expect(request.query["uid"] == "7")
        #expect(request.query["name"] == "a&b c")
        #expect(request.query["flag"] == "")
        #expect(request.headers["x-thing"] == "One")
        #expect(request.body == Array("offer".utf8))
        #expect(request.remoteAddress.ip == .v4(0x7F00_0001))
        await server.stop()
    }

    @Test("HEAD gets the header alone, with the length of what GET would get")
    func head() async throws {
        let server = try serve { request in
            #expect(request.method == .head)
            return .text("twelve bytes")
        }
        let answer = try await curl(server, "/", "--head")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Length"] == "12")
        #expect(answer.body == [])
        await server.stop()
    }

    @Test("many wait for their answers at once, more than there are threads")
    func concurrent() async throws {
        let count = 8
        let (everybody, arrive) = AsyncStream<Void>.makeStream()
        let all = Task {
            var arrived = 0
            for await _ in everybody {
                arrived += 1
                if arrived == count { return }
            }
        }
        let server = try serve { request in
            arrive.yield()
            await all.value
            return .text(request.path)
        }
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for index in 0..<count { group.addTask { try await curl(server, "/\(index)") } }
            var texts: Set<String> = []
            for try await answer in group { texts.insert(answer.text) }
            #expect(texts == Set((0..<count).map { "/\($0)" }))
        }
        await server.stop()
    }

    @Test("one connection carries several requests")
    func keepAlive() async throws {
        let server = try serve { .text($0.path) }
        let answer = try await curl(
            server, "/b", "http://\(server.address)/a", "--write-out", " connections:%{num_connects}")
        #expect(answer.text.contains("connections:0"))
        await server.stop()
    }

    @Test(
        "a malformed target is refused before any handler sees it",
        arguments: ["/%zz", "/a/../b", "/%2e%2e/b", "/?a=%ff"])
    func malformed(_ path: String) async throws {
        let server = try serve { _ in
            Issue.record("the handler was asked")
            return .text("")
        }
        #expect(try await curl(server, path).status == 400)
        await server.stop()
    }

    @Test("a line break in a header's value cannot make a field of its own")
    func injection() async throws {
        let server = try serve { _ in HTTPResponse(status: 200, headers: ["X-Name": "a\r\nX-Evil: b"]) }
        let answer = try await curl(server, "/")
        #expect(answer.headers["X-Evil"] == nil)
        #expect(answer.headers["X-Name"] == "a  X-Evil: b")
        await server.stop()
    }
}

@Suite("Limits", .timeLimit(.minutes(1)))
struct HTTPLimitsTests {
    private static let limits = HTTPLimits(bodyByteCount: 1000, headerByteCount: 8192)

    private func echo() throws -> HTTPServer {
        try serve(Self.limits) { HTTPResponse(status: 200, body: .bytes($0.body)) }
    }

    @Test("a body of just the limit is taken, one byte more is answered with 413", arguments: [1000, 1001])
    func body(_ count: Int) async throws {
        let server = try echo()
        let answer = try await curl(server, "/", "--data-binary", String(repeating: "x", count: count))
        #expect(answer.status == (count == 1000 ? 200 : 413))
        #expect(answer.body.count == 1000 || answer.text.contains("1000 bytes"))
        await server.stop()
    }

    @Test("so is a body whose length was not announced")
    func chunked() async throws {
        let server = try echo()
        let answer = try await curl(
            server, "/", "-H", "Transfer-Encoding: chunked", "--data-binary", String(repeating: "x", count: 50_000))
        #expect(answer.status == 413)
        await server.stop()
    }

    @Test("a body that is far too long is refused by its announced length, unread")
    func announced() async throws {
        let server = try echo()
        let answer = try await curl(server, "/", "-H", "Content-Length: 9000000000", "-X", "POST")
        #expect(answer.status == 413)
        await server.stop()
    }

    @Test("a header that is too long is answered with 431")
    func header() async throws {
        let server = try echo()
        let answer = try await curl(server, "/", "-H", "X-Long: " + String(repeating: "x", count: 9000))
        #expect(answer.status == 431)
        await server.stop()
    }
}
