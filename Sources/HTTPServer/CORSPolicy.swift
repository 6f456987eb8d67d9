/// Which pages of other origins may use this server from a browser (Fetch Standard, "CORS protocol").
public struct CORSPolicy: Equatable, Sendable {
    /// The origins that are let in.
    public enum Origins: Equatable, Sendable {
        case any
        /// Only these, written like `https://example.org:8443`.
        case only(Set<String>)
    }

    public var origins: Origins
    public var methods: [HTTPMethod]
    /// The request fields that pages may set.
    public var requestFields: [String]
    /// The response fields that pages may read.
    public var exposedFields: [String]
    /// How long a browser may remember the answer to its question; Chromium caps it at two hours.
    public var maximumAge: Duration

    /// A policy; the default fields are what WHIP needs (RFC 9725).
    public init(
        origins: Origins = .any,
        methods: [HTTPMethod] = [.get, .head, .post, .patch, .delete, .options],
        requestFields: [String] = ["Authorization", "Content-Type", "If-Match"],
        exposedFields: [String] = ["Location", "Link", "ETag", "Accept-Patch", "WWW-Authenticate"],
        maximumAge: Duration = .seconds(7200)
    ) {
        self.origins = origins
        self.methods = methods
        self.requestFields = requestFields
        self.exposedFields = exposedFields
        self.maximumAge = maximumAge
    }

    /// The answer to a browser's question before the real request; nothing if this is no such question.
    public func preflight(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.method == .options, request.headers["Origin"] != nil,
            request.headers["Access-Control-Request-Method"] != nil
        else { return nil }
        var response = HTTPResponse(status: 204)
        response.headers["Access-Control-Allow-Methods"] = methods.map(\.name).joined(separator: ", ")
        response.headers["Access-Control-Allow-Headers"] = requestFields.joined(separator: ", ")
        response.headers["Access-Control-Max-Age"] = String(maximumAge.components.seconds)
        apply(to: &response, for: request)
        return response
    }

    /// Lets the page that asked see an answer, if its origin is let in.
    public func apply(to response: inout HTTPResponse, for request: HTTPRequest) {
        guard let origin = request.headers["Origin"] else { return }
        switch origins {
        case .any: response.headers["Access-Control-Allow-Origin"] = "*"
        case .only(let known):
            // Caches must keep the answers to different origins apart.
            response.headers.add("Vary", "Origin")
            guard known.contains(origin) else { return }
            response.headers["Access-Control-Allow-Origin"] = origin
        }
        response.headers["Access-Control-Expose-Headers"] = exposedFields.joined(separator: ", ")
    }
}
