/// What a handler answers.
///
/// To a HEAD request, answer as to GET: the server leaves the body away.
public struct HTTPResponse: Sendable {
    /// Where the answer's body comes from.
    public enum Body: Sendable {
        /// All of it, at hand.
        case bytes([UInt8])
        /// A file, read while it is sent.
        ///
        /// The server answers `Range`, `If-Range` and `If-None-Match`, adds `ETag` and `Accept-Ranges`, and
        /// answers 404 or 403 by itself if the file cannot be opened.
        case file(path: String)
        /// Whatever comes, sent as soon as it comes, until the stream ends.
        ///
        /// The stream is cancelled when the client leaves or the server stops. Bound its buffer: a client
        /// may read slowly.
        case stream(AsyncStream<[UInt8]>)
    }

    /// The status code (RFC 9110 §15).
    public var status: Int
    public var headers: HTTPHeaders
    public var body: Body

    /// An answer made of its parts.
    public init(status: Int, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Why the server itself refuses a request, as problem JSON (RFC 9457).
    ///
    /// The words must need no escaping; they are this module's own.
    static func refusal(_ status: Int, _ title: String, _ detail: String) -> HTTPResponse {
        let body = "{\"detail\":\"\(detail)\",\"status\":\(status),\"title\":\"\(title)\",\"type\":\"about:blank\"}"
        return HTTPResponse(
            status: status, headers: ["Content-Type": "application/problem+json"], body: .bytes(Array(body.utf8)))
    }

    /// An answer of a few words.
    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }
}
