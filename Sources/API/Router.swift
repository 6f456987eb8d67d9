import Foundation
public import HTTPServer
public import Service
import Web

/// Finds who answers a request.
///
/// A function of the request and the hub; it opens no socket.
public struct Router: Sendable {
    let hub: Hub

    public init(hub: Hub) { self.hub = hub }

    /// Answers one request; never fails, since every error is an answer too.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            return request.unlessKnown(try await route(request))
        } catch {
            return .refusal(error)
        }
    }

    private func route(_ request: HTTPRequest) async throws -> HTTPResponse {
        let segments = request.segments
        switch segments.first {
        case "whip": return try await WHIPRoutes(hub: hub).respond(to: request, Array(segments.dropFirst()))
        case "v1" where segments.dropFirst().first == "events":
            return try await EventRoutes(hub: hub).respond(to: request, Array(segments.dropFirst(2)))
        case "v1" where segments.dropFirst().first == "webhooks":
            return try await WebhookRoutes(office: hub.webhooks).respond(to: request, Array(segments.dropFirst(2)))
        case "v1" where ["apps", "ncs"].contains(segments.dropFirst().first):
            return await CloudRoutes(hub: hub).respond(to: request, Array(segments.dropFirst()))
        case "v1": return try await RecordingRoutes(hub: hub).respond(to: request, Array(segments.dropFirst()))
        case "healthz" where segments.count == 1:
            try request.require(.get)
            return .text("ok\n")
        case "metrics" where segments.count == 1:
            try request.require(.get)
            let text = await Metrics.text(of: hub)
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4"], body: .bytes(Array(text.utf8)))
        default: break
        }
        guard let asset = Page.asset(at: request.path) else {
            throw Problem(status: 404, title: "Not found", detail: "there is nothing at \(request.path)")
        }
        try request.require(.get)
        return HTTPResponse(
            status: 200, headers: ["Content-Type": asset.contentType, "Cache-Control": "no-cache"],
            body: .bytes(asset.bytes))
    }
}

extension HTTPRequest {
    /// Refuses other methods than these; who takes GET takes HEAD (RFC 9110 §9.3.2).
    func require(_ methods: HTTPMethod...) throws {
        let allowed = methods.flatMap { $0 == .get ? [.get, .head] : [$0] }
        guard allowed.contains(method) else { throw MethodNotAllowed(method: method, path: path, allowed: allowed) }
    }
}

/// A request for something that can be had, but not done like this.
struct MethodNotAllowed: Error {
    var method: HTTPMethod
    var path: String
    var allowed: [HTTPMethod]

    var names: String { allowed.map(\.name).joined(separator: ", ") }
}

extension HTTPResponse {
    /// A document in JSON.
    static func json(_ document: some Encodable, status: Int = 200) throws -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return HTTPResponse(
            status: status, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
            body: .bytes(Array(try encoder.encode(document))))
    }

    /// The answer to whoever asked for what cannot be done.
    static func refusal(_ error: any Error) -> HTTPResponse {
        switch error {
        case let problem as Problem: return .problem(problem)
        case let error as MethodNotAllowed:
            let detail = "\(error.path) takes \(error.names), not \(error.method.name)"
            var response = HTTPResponse.problem(Problem(status: 405, title: "Method not allowed", detail: detail))
            // RFC 9110 §15.5.6 wants it.
            response.headers["Allow"] = error.names
            return response
        default: return .problem(Problem(status: 500, title: "Internal error", detail: "\(error)"))
        }
    }

    /// An error as problem JSON (RFC 9457).
    static func problem(_ problem: Problem) -> HTTPResponse {
        var members: [String: Any] = [
            "type": "about:blank", "status": problem.status, "title": problem.title, "detail": problem.detail,
        ]
        if let field = problem.field { members["field"] = field }
        let body = (try? JSONSerialization.data(withJSONObject: members, options: .sortedKeys)) ?? Data()
        return HTTPResponse(
            status: problem.status, headers: ["Content-Type": "application/problem+json"], body: .bytes(Array(body)))
    }
}
