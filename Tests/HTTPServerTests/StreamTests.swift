import Synchronization
import Testing

@testable import HTTPServer

@Suite("Streams over real sockets", .timeLimit(.minutes(1)))
struct StreamTests {
    @Test("arrive whole, however much more than a client's buffer they are")
    func large() async throws {
        let pieces = (0..<60).map { [UInt8](repeating: UInt8($0), count: 50_000) }
        let server = try serve { _ in
            let (stream, feed) = AsyncStream<[UInt8]>.makeStream()
            for piece in pieces { feed.yield(piece) }
            feed.finish()
            return HTTPResponse(status: 200, body: .stream(stream))
        }
        let answer = try await curl(server, "/", "--limit-rate", "20M")
        #expect(answer.status == 200)
        #expect(answer.headers["Transfer-Encoding"] == "chunked")
        #expect(answer.body == pieces.flatMap { $0 })
        await server.stop()
    }

    @Test("are sent as they come, and cancelled when the client leaves while there is nothing to send")
    func abandoned() async throws {
        var limits = HTTPLimits()
        limits.absenceCheck = .milliseconds(20)
        let (cancelled, cancel) = AsyncStream<Void>.makeStream()
        let server = try serve(limits) { _ in
            let (stream, feed) = AsyncStream<[UInt8]>.makeStream()
            feed.onTermination = { _ in cancel.finish() }
            feed.yield(Array("first".utf8))
            return HTTPResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: .stream(stream))
        }
        // The stream has no end: that its beginning can be read shows that it does not wait for one.
        let text = try await onOwnThread {
            let client = try RawClient(server)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            return client.read(until: "first")
        }
        #expect(text.hasPrefix("HTTP/1.1 200"))
        #expect(text.contains("first"))
        for await _ in cancelled {}
        await server.stop()
    }

    @Test("are cancelled when the client leaves in the middle of much")
    func abandonedInTheMiddle() async throws {
        let (cancelled, cancel) = AsyncStream<Void>.makeStream()
        let server = try serve { _ in
            let (stream, feed) = AsyncStream<[UInt8]>.makeStream()
            feed.onTermination = { _ in cancel.finish() }
            for _ in 0..<200 { feed.yield([UInt8](repeating: 1, count: 100_000)) }
            return HTTPResponse(status: 200, body: .stream(stream))
        }
        let text = try await onOwnThread {
            let client = try RawClient(server)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            return client.read(until: "\r\n\r\n")
        }
        #expect(text.hasPrefix("HTTP/1.1 200"))
        for await _ in cancelled {}
        await server.stop()
    }

    @Test("HEAD does not wait for one")
    func head() async throws {
        let server = try serve { _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "text/event-stream"], body: .stream(AsyncStream { _ in }))
        }
        let answer = try await curl(server, "/", "--head")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "text/event-stream")
        await server.stop()
    }

    @Test("end when the server stops")
    func stopped() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let server = try serve { _ in
            let (stream, feed) = AsyncStream<[UInt8]>.makeStream()
            feed.onTermination = { _ in _ = feed }
            feed.yield(Array("first".utf8))
            begin.finish()
            return HTTPResponse(status: 200, body: .stream(stream))
        }
        async let answer = curl(server, "/", "-N")
        for await _ in begun {}
        await server.stop()
        #expect(try await answer.exitCode == 0)
    }
}
