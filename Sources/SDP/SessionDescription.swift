/// What one side of a call sends or takes, and how it is reached (RFC 8866).
///
/// Only what WebRTC uses is kept: lines such as `b=` and `c=` are read over, and written as every
/// WebRTC sender writes them.
public struct SessionDescription: Equatable, Sendable {
    /// Who made the description, and which version of it this is, `o=`.
    public struct Origin: Equatable, Sendable {
        public var username: String
        public var sessionID: UInt64
        public var version: UInt64

        public init(username: String = "-", sessionID: UInt64, version: UInt64) {
            self.username = username
            self.sessionID = sessionID
            self.version = version
        }
    }

    public var origin: Origin
    /// The attributes that hold for every section.
    public var attributes: [Attribute]
    /// In the order of their `m=` lines; an answer keeps the offer's order and count.
    public var media: [MediaDescription]

    public init(origin: Origin, attributes: [Attribute] = [], media: [MediaDescription] = []) {
        self.origin = origin
        self.attributes = attributes
        self.media = media
    }
}

/// One `m=` line and what follows it (RFC 8866 §5.14).
public struct MediaDescription: Equatable, Sendable {
    /// What it carries: `audio`, `video`, `application` and so on.
    public var kind: String
    /// 0 refuses the section, unless it is bundle-only; 9 says that ICE will tell.
    public var port: UInt16
    /// `UDP/TLS/RTP/SAVPF`, as it was spelled.
    public var transportProtocol: String
    /// Payload types as decimal numbers, best first, where the protocol is RTP.
    public var formats: [String]
    public var attributes: [Attribute]

    public init(
        kind: String, port: UInt16 = 9, transportProtocol: String = "UDP/TLS/RTP/SAVPF", formats: [String],
        attributes: [Attribute] = []
    ) {
        self.kind = kind
        self.port = port
        self.transportProtocol = transportProtocol
        self.formats = formats
        self.attributes = attributes
    }
}

extension SessionDescription: CustomStringConvertible {
    /// The text, each line ended by CRLF.
    public var description: String {
        var text = "v=0\r\n"
        text += "o=\(origin.username) \(origin.sessionID) \(origin.version) IN IP4 0.0.0.0\r\n"
        text += "s=-\r\nt=0 0\r\n"
        for attribute in attributes { text += "a=\(attribute)\r\n" }
        for section in media { text += section.description }
        return text
    }
}

extension MediaDescription: CustomStringConvertible {
    /// The section's lines, each ended by CRLF.
    public var description: String { lines(connection: "c=IN IP4 0.0.0.0\r\n") }

    /// The section's lines, `connection` behind the first.
    func lines(connection: String) -> String {
        let line = "m=\(kind) \(port) \(transportProtocol) \(formats.joined(separator: " "))\r\n"
        return attributes.reduce(line + connection) { $0 + "a=\($1)\r\n" }
    }
}
