/// Where a server listens, and how much it lets clients ask of it.
public struct HTTPConfiguration: Sendable {
    /// An address of either family, or a name such as `localhost`; `::` takes IPv4 in, too.
    public var host: String
    /// The port; 0 takes any that is free.
    public var port: UInt16
    public var limits: HTTPLimits
    /// Who the server is under HTTPS; nothing for plain HTTP.
    public var identity: HTTPIdentity?

    /// A configuration, by default for this machine's own clients only.
    public init(
        host: String = "127.0.0.1", port: UInt16 = 8080, limits: HTTPLimits = HTTPLimits(),
        identity: HTTPIdentity? = nil
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.identity = identity
    }
}

/// A certificate chain and its private key, both as PEM text.
public struct HTTPIdentity: Sendable {
    public var certificate: String
    public var key: String

    /// An identity made of its parts.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What one client, and all of them, may cost.
public struct HTTPLimits: Equatable, Sendable {
    /// The longest request body; a longer one is answered with 413.
    ///
    /// SDP offers have a few KiB.
    public var bodyByteCount: Int
    /// The memory for one connection's request line and header; more is answered with 431 or 414.
    public var headerByteCount: Int
    /// How many connections are served at once; more wait to be accepted.
    public var connectionCount: Int
    /// How long a connection may be silent, in the middle of a request or between two.
    public var idleSeconds: Int
    /// How often we look whether a client is still there while a stream has nothing for it.
    var absenceCheck = Duration.seconds(5)

    /// Limits for a server whose clients are people and their scripts.
    public init(
        bodyByteCount: Int = 65_536, headerByteCount: Int = 32_768, connectionCount: Int = 1_000,
        idleSeconds: Int = 30
    ) {
        precondition(bodyByteCount >= 0 && connectionCount > 0 && idleSeconds > 0, "limits are not negative")
        precondition(headerByteCount >= 4096, "a page of memory is the least a connection works with")
        self.bodyByteCount = bodyByteCount
        self.headerByteCount = headerByteCount
        self.connectionCount = connectionCount
        self.idleSeconds = idleSeconds
    }

    /// How much of a body that is too long is read and thrown away, so that the client sees the answer.
    ///
    /// Closing with unread bytes makes the kernel reset the connection, and the 413 may be lost with it.
    var drainByteCount: Int { bodyByteCount + 1_048_576 }
}

/// Why a server could not start, and what to do about it.
public struct HTTPServerError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
