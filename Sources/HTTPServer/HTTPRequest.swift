public import Units

/// What a request wants done (RFC 9110 §9).
public struct HTTPMethod: Hashable, Sendable {
    /// The name as it was sent; case matters.
    public var name: String

    /// A method of any name.
    public init(_ name: String) { self.name = name }

    public static let get = HTTPMethod("GET")
    public static let head = HTTPMethod("HEAD")
    public static let post = HTTPMethod("POST")
    public static let put = HTTPMethod("PUT")
    public static let patch = HTTPMethod("PATCH")
    public static let delete = HTTPMethod("DELETE")
    public static let options = HTTPMethod("OPTIONS")
}

/// One request, whole.
public struct HTTPRequest: Equatable, Sendable {
    public var method: HTTPMethod
    public var target: HTTPTarget
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// Who sent it; the nearest proxy, if there is one.
    public var remoteAddress: TransportAddress

    /// A request made of its parts.
    public init(
        _ method: HTTPMethod, _ target: HTTPTarget, headers: HTTPHeaders = [:], body: [UInt8] = [],
        remoteAddress: TransportAddress = TransportAddress(ip: .v4(0x7F00_0001), port: 0)
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// The path as it was sent, still percent-encoded, without the query.
    public var path: String { target.path }

    /// The path's segments, decoded and safe to be names of files.
    public var segments: [String] { target.segments }

    /// The query's items, decoded.
    public var query: HTTPQuery { target.query }
}
