/// A STUN or TURN server that a client may use, as the 201 names it (RFC 9725 §4.6).
public struct ICEServer: Equatable, Sendable {
    /// `stun:…`, `turn:…` or `turns:…` (RFC 7064, RFC 7065).
    public var url: String
    public var username: String?
    public var credential: String?

    public init(url: String, username: String? = nil, credential: String? = nil) {
        self.url = url
        self.username = username
        self.credential = credential
    }
}

extension ICEServer {
    /// The value of its `Link` field (RFC 8288 §3).
    public var link: String {
        var link = "<\(url)>; rel=\"ice-server\""
        if let username { link += "; username=\(Self.quoted(username))" }
        if let credential { link += "; credential=\(Self.quoted(credential)); credential-type=\"password\"" }
        return link
    }

    /// A quoted string (RFC 9110 §5.6.4); control characters, which it cannot hold, are left out.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
