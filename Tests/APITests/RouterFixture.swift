import API
import Foundation
import HTTPServer
import Service
import Testing

/// A router before a hub of its own, and no HTTP server.
struct RouterFixture: Sendable {
    let router: Router
    let hub: Hub

    /// A router that is gone, and its files with it, when `body` returns.
    static func with<Result>(
        _ settings: [(name: String, value: String)] = [], _ body: (RouterFixture) async throws -> Result
    ) async throws -> Result {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
        let hub = try await start(root.path, settings)
        let running = Task { await hub.run() }
        let fixture = RouterFixture(router: Router(hub: hub), hub: hub)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
        await hub.shutDown(signal: 15)
        running.cancel()
        try? FileManager.default.removeItem(at: root)
        return try result.get()
    }

    /// Tests run beside each other, so a port may be taken; another is tried then.
    private static func start(_ root: String, _ settings: [(name: String, value: String)]) async throws -> Hub {
        var options = ServiceOptions()
        for setting in settings { try options.set(setting.name, to: setting.value) }
        options.recordRoot = root
        options.loopCount = 1
        for _ in 0..<50 {
            let port = UInt16.random(in: 12_000...31_000)
            options.udpPorts = port...port
            guard let hub = try? Hub(options) else { continue }
            try await hub.begin()
            return hub
        }
        throw CancellationError()
    }

    /// Answers one request; `target` is a path, with a query if need be.
    func respond(
        _ method: HTTPMethod, _ target: String, _ body: String = "", type: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> HTTPResponse {
        let parts = target.split(separator: "?", maxSplits: 1)
        let items = parts.count < 2 ? [] : parts[1].split(separator: "&")
        let query = items.map { item in
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(pair[0]), value: pair.count < 2 ? "" : String(pair[1]))
        }
        let parsed = try #require(HTTPTarget(path: String(parts[0]), query: query))
        var headers = headers
        headers["Content-Type"] = type
        return await router.respond(to: HTTPRequest(method, parsed, headers: headers, body: Array(body.utf8)))
    }

    /// Starts a recording and returns its document.
    func record(_ channel: String) async throws -> [String: Any] {
        let response = try await respond(
            .post, "/v1/recordings", #"{"channel": "\#(channel)"}"#, type: "application/json")
        #expect(response.status == 201)
        return try response.object
    }
}

extension HTTPResponse {
    /// The body's bytes; none if it is a file.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The body as a JSON object.
    var object: [String: Any] {
        get throws { try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) }
    }
}
