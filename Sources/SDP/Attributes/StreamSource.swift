public import Units

/// Something said about one SSRC, `a=ssrc` (RFC 5576 §4.1).
public struct StreamSource: Hashable, Sendable {
    public var ssrc: SSRC
    /// What is said: its `cname`, its `msid` and so on.
    public var name: String
    public var value: String?

    public init(ssrc: SSRC, name: String, value: String?) {
        self.ssrc = ssrc
        self.name = name
        self.value = value
    }
}

extension StreamSource: CustomStringConvertible {
    /// The text behind `a=ssrc:`.
    public var description: String { "\(ssrc.rawValue) \(name)\(value.map { ":\($0)" } ?? "")" }

    init?(_ text: Substring) {
        let (digits, rest) = Words.halves(text, at: " ")
        guard let ssrc: UInt32 = Words.number(digits), let rest else { return nil }
        let (name, value) = Words.halves(rest, at: ":")
        guard Words.isToken(name) else { return nil }
        self.init(ssrc: SSRC(ssrc), name: String(name), value: value.map(String.init))
    }
}

/// SSRCs that belong together, `a=ssrc-group` (RFC 5576 §4.2).
public struct StreamGroup: Hashable, Sendable {
    /// `FID` binds a stream to its retransmissions (RFC 4588 §5.3), `SIM` simulcast layers.
    public var semantics: String
    public var ssrcs: [SSRC]

    public init(semantics: String, ssrcs: [SSRC]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }
}

extension StreamGroup: CustomStringConvertible {
    /// The text behind `a=ssrc-group:`.
    public var description: String { ([semantics] + ssrcs.map { "\($0.rawValue)" }).joined(separator: " ") }

    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard let semantics = words.first, Words.isToken(semantics) else { return nil }
        self.semantics = String(semantics)
        ssrcs = []
        for word in words.dropFirst() {
            guard let ssrc: UInt32 = Words.number(word) else { return nil }
            ssrcs.append(SSRC(ssrc))
        }
    }
}
