import Foundation
import HTTPServer
import Service

/// Where events are delivered to: `/v1/webhooks`.
struct WebhookRoutes {
    let office: WebhookOffice

    private struct WebhookList: Encodable { var webhooks: [WebhookDocument] }

    private struct DeadLetterList: Encodable {
        var dead: [DeadLetterDocument]
        /// What to ask for next: the dead letters behind this event.
        var next: Int64
    }

    private struct Revived: Encodable { var retriedCount: Int }

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        switch (segments.count, segments.last) {
        case (0, _): return try await collection(request)
        case (1, _): return try await webhook(request, segments[0])
        case (2, "dead"):
            try request.require(.get)
            let after = try number("after", request.query["after"], in: 0...Int64.max) ?? 0
            let limit = try number("limit", request.query["limit"], in: 1...1_000) ?? 100
            let letters = try await office.deadLetters(of: segments[0], after: after, limit: Int(limit))
            return try .json(DeadLetterList(dead: letters, next: letters.last?.event ?? after))
        case (2, "retry"):
            try request.require(.post)
            return try .json(Revived(retriedCount: try await office.retry(segments[0])), status: 202)
        default: throw Problem(status: 404, title: "Not found", detail: "there is nothing at \(request.path)")
        }
    }

    private func collection(_ request: HTTPRequest) async throws -> HTTPResponse {
        if request.method == .get || request.method == .head {
            return try .json(WebhookList(webhooks: try await office.list()))
        }
        try request.require(.get, .post)
        let wanted: WebhookRequest = try request.document(
            fields: WebhookRequest.fields, example: #"{"url": "https://…"}"#)
        let made = try await office.add(wanted)
        var response = try HTTPResponse.json(made, status: 201)
        response.headers["Location"] = "/v1/webhooks/\(made.id)"
        return response
    }

    private func webhook(_ request: HTTPRequest, _ id: String) async throws -> HTTPResponse {
        if request.method == .delete {
            try await office.remove(id)
            return HTTPResponse(status: 204)
        }
        try request.require(.get, .delete)
        return try .json(try await office.webhook(id))
    }
}
