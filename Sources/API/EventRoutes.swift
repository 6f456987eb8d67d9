import Catalog
import Foundation
import HTTPServer
import Service

/// What happened: `/v1/events`, as pages or as a stream.
struct EventRoutes {
    /// How many events a page has at most, and if nothing is asked for.
    static let pageLimit = 1_000
    private static let usualCount = 100

    private static let parameters: Set<String> = ["after", "limit", "recording", "channel", "type"]

    let hub: Hub

    func respond(to request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        guard segments.isEmpty else {
            throw Problem(status: 404, title: "Not found", detail: "there is nothing at \(request.path)")
        }
        try request.require(.get)
        try request.refuseParameters(besides: Self.parameters)
        let filter = EventFilter(
            recording: request.query["recording"], channel: request.query["channel"],
            types: request.query["type"]?.split(separator: ",").map(String.init) ?? [])
        if Self.wantsStream(request) { return try await follow(request, filter) }
        let limit = try number("limit", request.query["limit"], in: 1...Int64(Self.pageLimit)) ?? Int64(Self.usualCount)
        let after = try number("after", request.query["after"], in: 0...Int64.max)
        return try .json(try await hub.events(after: after, filter, limit: Int(limit)))
    }

    /// Whether events are to be sent as they happen (HTML Living Standard §9.2).
    private static func wantsStream(_ request: HTTPRequest) -> Bool {
        request.headers.values("Accept").contains { value in
            value.lowercased().split(separator: ",").contains { kind in
                kind.split(separator: ";").first?.trimmingCharacters(in: .whitespaces) == "text/event-stream"
            }
        }
    }

    private func follow(_ request: HTTPRequest, _ filter: EventFilter) async throws -> HTTPResponse {
        // A browser that comes back names the last event it got, beside the address it was given at first.
        let last = try number("Last-Event-ID", request.headers["Last-Event-ID"], in: 0...Int64.max)
        let after = try last ?? number("after", request.query["after"], in: 0...Int64.max)
        return HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store",
                // A proxy that gathers events first would make them late.
                "X-Accel-Buffering": "no",
            ],
            body: .stream(try await hub.followEvents(after: after, filter)))
    }
}

/// A parameter as a number within limits; nothing if it is not given.
func number(_ name: String, _ text: String?, in range: ClosedRange<Int64>) throws -> Int64? {
    guard let text else { return nil }
    guard let number = Int64(text), range.contains(number) else {
        throw badField(
            name, "'\(name)' is a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
}

/// The answer to a field that cannot be honoured.
func badField(_ field: String, _ detail: String) -> Problem {
    Problem(status: 400, title: "Bad request", detail: detail, field: field)
}
