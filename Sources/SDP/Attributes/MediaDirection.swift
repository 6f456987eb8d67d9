/// Which way media flows, from the view of whoever says it (RFC 8866 §6.7).
public enum MediaDirection: String, Hashable, Sendable {
    case sendAndReceive = "sendrecv"
    case sendOnly = "sendonly"
    case receiveOnly = "recvonly"
    case inactive

    /// Whether whoever says it means to send.
    public var sends: Bool { self == .sendAndReceive || self == .sendOnly }
}

/// Who begins the DTLS handshake, `a=setup` (RFC 4145 §4, RFC 8842 §5).
public enum SetupRole: String, Hashable, Sendable {
    /// The sender of this line begins: it is the DTLS client.
    case active
    /// The other side begins.
    case passive
    /// Either: the answerer chooses.
    case activeOrPassive = "actpass"
    /// Nobody, for now.
    case holdConnection = "holdconn"
}

/// Media sections that belong together, `a=group` (RFC 5888 §5).
public struct MediaGroup: Hashable, Sendable {
    /// `BUNDLE`: they share one transport (RFC 9143 §7.2).
    public var semantics: String
    public var mids: [String]

    public init(semantics: String, mids: [String]) {
        self.semantics = semantics
        self.mids = mids
    }
}

extension MediaGroup: CustomStringConvertible {
    /// The text behind `a=group:`.
    public var description: String { ([semantics] + mids).joined(separator: " ") }

    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard let semantics = words.first, words.allSatisfy({ Words.isToken($0) }) else { return nil }
        self.init(semantics: String(semantics), mids: words.dropFirst().map(String.init))
    }
}
