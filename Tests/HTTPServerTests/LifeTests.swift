import Foundation
import Testing
import Units

@testable import HTTPServer

@Suite("A server's life", .timeLimit(.minutes(1)))
struct LifeTests {
    private func error(_ configuration: HTTPConfiguration) throws -> String {
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(configuration) { _ in .text("") }
        }
        return try #require(error).description
    }

    @Test("port 0 becomes a true port", arguments: ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::"])
    func freePort(_ host: String) async throws {
        let server = try HTTPServer(HTTPConfiguration(host: host, port: 0)) { _ in .text("here") }
        #expect(server.address.port != 0)
        let reachable = host == "::1" ? "[::1]" : "127.0.0.1"
        let answer = try await curl(server, "/", "--connect-to", "::\(reachable):\(server.address.port)")
        #expect(answer.text == "here")
        await server.stop()
    }

    @Test("a client over IPv4 has an IPv4 address, even at a socket for both families")
    func mapped() async throws {
        let server = try HTTPServer(HTTPConfiguration(host: "::", port: 0)) { .text("\($0.remoteAddress.ip)") }
        let answer = try await curl(server, "/", "--connect-to", "::127.0.0.1:\(server.address.port)")
        #expect(answer.text == "127.0.0.1")
        await server.stop()
    }

    @Test("a port that is taken is named, with a remedy")
    func taken() async throws {
        let server = try serve { _ in .text("") }
        let text = try error(HTTPConfiguration(port: server.address.port))
        #expect(text.hasPrefix("cannot listen on \(server.address): another program"))
        #expect(text.contains("choose another port"))
        await server.stop()
    }

    @Test("so is an address that this machine does not have, and a name that nobody knows")
    func unknown() throws {
        #expect(try error(HTTPConfiguration(host: "192.0.2.1", port: 0)).contains("does not have that address"))
        #expect(try error(HTTPConfiguration(host: "no.such.invalid", port: 0)).contains("no.such.invalid:0"))
    }

    @Test("a key that is no key is refused")
    func identity() throws {
        let identity = HTTPIdentity(certificate: "x", key: "y")
        #expect(try error(HTTPConfiguration(port: 0, identity: identity)).contains("certificate"))
    }

    @Test("stopping waits for the request in progress, refuses others, and frees the port")
    func graceful() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let server = try serve { request in
            guard request.path == "/slow" else { return .text("quick") }
            begin.finish()
            for await _ in released {}
            return .text("done")
        }
        async let answer = curl(server, "/slow")
        for await _ in begun {}
        async let stopped: Void = server.stop(grace: .seconds(20))
        while try await curl(server, "/quick").status != 503 {}
        release.finish()
        #expect(try await answer.text == "done")
        await stopped
        let second = try HTTPServer(HTTPConfiguration(port: server.address.port)) { _ in .text("second") }
        #expect(try await curl(second, "/").text == "second")
        await second.stop()
        #expect(try await curl(second, "/").exitCode == 7)
    }

    @Test("a handler that takes too long is cancelled, and its client told so")
    func impatient() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (cancelled, cancel) = AsyncStream<Void>.makeStream()
        let server = try serve { _ in
            begin.finish()
            try? await Task.sleep(for: .seconds(3600))
            cancel.finish()
            return .text("late")
        }
        async let answer = curl(server, "/")
        for await _ in begun {}
        await server.stop(grace: .milliseconds(50))
        #expect(try await answer.status == 503)
        for await _ in cancelled {}
    }

    @Test("stopping twice does no harm, nor does letting go without stopping")
    func twice() async throws {
        let port: UInt16
        do {
            let server = try serve { _ in .text("") }
            port = server.address.port
            await server.stop()
            await server.stop()
        }
        do {
            let server = try HTTPServer(HTTPConfiguration(port: port)) { _ in .text("") }
            #expect(server.address.port == port)
        }
        let third = try HTTPServer(HTTPConfiguration(port: port)) { _ in .text("third") }
        #expect(try await curl(third, "/").text == "third")
        await third.stop()
    }
}
