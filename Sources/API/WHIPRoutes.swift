import Foundation
import HTTPServer
import SDP
import Service
import WHIP

/// Publishing by WHIP (RFC 9725): `/whip/{channel}` and the sessions below it.
struct WHIPRoutes {
    /// Pages of other origins may publish here, as any WHIP client may.
    private static let crossOrigin = CORSPolicy(
        exposedFields: ["Location", "Link", "ETag", "Accept-Patch", "Lathe-User"])

    let hub: Hub

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        if let preflight = Self.crossOrigin.preflight(request) { return preflight }
        var response: HTTPResponse
        do {
            response = try await route(request, segments)
        } catch {
            response = .refusal(error)
        }
        Self.crossOrigin.apply(to: &response, for: request)
        return response
    }

    private func route(_ request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        switch segments.count {
        case 1: try await endpoint(request, channel: segments[0])
        case 2: try await session(request, channel: segments[0], id: segments[1])
        default:
            throw Problem(status: 404, title: "Not found", detail: "publish to /whip/CHANNEL, with ?uid= if you like")
        }
    }

    private func endpoint(_ request: HTTPRequest, channel: String) async throws -> HTTPResponse {
        if request.method == .options {
            return HTTPResponse(status: 204, headers: ["Accept-Post": WHIPEndpoint.mediaType])
        }
        try request.require(.post, .options)
        let published = try await hub.publish(
            channel: channel, uid: request.query["uid"], profile: request.query["profile"],
            contentType: request.headers["Content-Type"], offer: request.body)
        let name = channel.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? channel
        return HTTPResponse(
            status: 201,
            headers: [
                "Content-Type": WHIPEndpoint.mediaType, "Location": "/whip/\(name)/\(published.id)",
                "ETag": published.entityTag, "Accept-Patch": WHIPSession.mediaType, "Lathe-User": published.uid,
            ],
            body: .bytes(Array(published.answer.utf8)))
    }

    private func session(_ request: HTTPRequest, channel: String, id: String) async throws -> HTTPResponse {
        switch request.method {
        case .options: return HTTPResponse(status: 204, headers: ["Accept-Patch": WHIPSession.mediaType])
        case .delete:
            try await hub.leave(channel: channel, id: id)
            return HTTPResponse(status: 200)
        case .patch: return try await patch(request, channel: channel, id: id)
        default:
            try request.require(.patch, .delete, .options)
            return HTTPResponse(status: 204)
        }
    }

    private func patch(_ request: HTTPRequest, channel: String, id: String) async throws -> HTTPResponse {
        let restarted = try await hub.patch(
            channel: channel, id: id, contentType: request.headers["Content-Type"],
            ifMatch: request.headers["If-Match"], fragment: request.body)
        guard let restarted else { return HTTPResponse(status: 204) }
        return HTTPResponse(
            status: 200, headers: ["Content-Type": WHIPSession.mediaType, "ETag": restarted.entityTag],
            body: .bytes(Array(restarted.fragment.utf8)))
    }
}
