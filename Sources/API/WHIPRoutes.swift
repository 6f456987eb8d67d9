import Foundation
import HTTPServer
import Service

/// Publishing by WHIP (RFC 9725): `/whip/{channel}` and the sessions below it.
struct WHIPRoutes {
    /// The largest offer that is read: browsers with every codec send about 10 KB.
    private static let offerByteLimit = 128 * 1024

    let hub: Hub

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        switch segments.count {
        case 1: try await endpoint(request, channel: segments[0])
        case 2: try await session(request, channel: segments[0], id: segments[1])
        default:
            throw Problem(status: 404, title: "Not found", detail: "publish to /whip/CHANNEL, with ?uid= if you like")
        }
    }

    private func endpoint(_ request: HTTPRequest, channel: String) async throws -> HTTPResponse {
        if request.method == "OPTIONS" { return Self.options }
        try request.require("POST", "OPTIONS")
        let offer = try Self.text(of: request, as: "application/sdp")
        let published = try await hub.publish(
            channel: channel, uid: request.query["uid"], profile: request.query["profile"], offer: offer)
        let location = "/whip/\(Self.escape(channel))/\(published.id)"
        return HTTPResponse(
            status: 201,
            headers: Self.crossOrigin + [
                ("Content-Type", "application/sdp"), ("Location", location), ("ETag", "\"\(published.entityTag)\""),
                ("Accept-Patch", "application/trickle-ice-sdpfrag"), ("Lathe-User", published.uid),
            ],
            body: .bytes(Array(published.answer.utf8)))
    }

    private func session(_ request: HTTPRequest, channel: String, id: String) async throws -> HTTPResponse {
        switch request.method {
        case "OPTIONS": return Self.options
        case "DELETE":
            try await hub.leave(channel: channel, id: id)
            return HTTPResponse(status: 200, headers: Self.crossOrigin, body: .bytes([]))
        case "PATCH": return try await patch(request, channel: channel, id: id)
        default:
            try request.require("PATCH", "DELETE", "OPTIONS")
            return Self.options
        }
    }

    private func patch(_ request: HTTPRequest, channel: String, id: String) async throws -> HTTPResponse {
        let fragment = try Self.text(of: request, as: "application/trickle-ice-sdpfrag")
        let restarted = try await hub.patch(
            channel: channel, id: id, fragment: fragment, ifMatch: request.header("If-Match"))
        guard let restarted else { return HTTPResponse(status: 204, headers: Self.crossOrigin, body: .bytes([])) }
        return HTTPResponse(
            status: 200,
            headers: Self.crossOrigin + [
                ("Content-Type", "application/trickle-ice-sdpfrag"), ("ETag", "\"\(restarted.entityTag)\""),
            ],
            body: .bytes(Array(restarted.fragment.utf8)))
    }

    /// The body, if its type is right and its size is bearable.
    private static func text(of request: HTTPRequest, as type: String) throws -> String {
        let given = request.header("Content-Type")?.split(separator: ";").first.map(String.init) ?? "none"
        guard given.trimmingCharacters(in: .whitespaces).lowercased() == type else {
            throw Problem(
                status: 415, title: "Unsupported media type", detail: "Content-Type must be \(type), not \(given)",
                field: "Content-Type")
        }
        guard request.body.count <= offerByteLimit else {
            throw Problem(
                status: 413, title: "Too large", detail: "the body may have \(offerByteLimit) bytes", field: "body")
        }
        guard let text = String(validating: request.body, as: UTF8.self) else {
            throw Problem(status: 400, title: "Bad request", detail: "the body is not UTF-8", field: "body")
        }
        return text
    }

    private static func escape(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    /// Pages of other origins may publish here, as any WHIP client may.
    private static let crossOrigin: [(String, String)] = [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Patch, Lathe-User"),
    ]

    private static let options = HTTPResponse(
        status: 204,
        headers: crossOrigin + [
            ("Access-Control-Allow-Methods", "POST, PATCH, DELETE, OPTIONS"),
            ("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match"),
            ("Accept-Post", "application/sdp"),
        ],
        body: .bytes([]))
}
