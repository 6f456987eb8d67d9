public import Units

/// One encoding of a track, `a=rid` (RFC 8851 §4).
public struct RestrictionIdentifier: Hashable, Sendable {
    public var id: String
    /// Whether the sender of this line sends the encoding, rather than receives it.
    public var isSent: Bool
    /// `pt=…` and restrictions such as `max-width=1280`, as they were spelled.
    public var restrictions: String?

    public init(id: String, isSent: Bool, restrictions: String? = nil) {
        self.id = id
        self.isSent = isSent
        self.restrictions = restrictions
    }
}

extension RestrictionIdentifier {
    /// The formats that the encoding may have, `pt=96,97`; nothing if all of the section's.
    public var payloadTypes: [PayloadType]? {
        for part in (restrictions ?? "").split(separator: ";") {
            let (name, list) = Words.halves(part, at: "=")
            guard name == "pt", let list else { continue }
            return list.split(separator: ",").compactMap { Words.payloadType($0).map { PayloadType($0) } }
        }
        return nil
    }
}

extension RestrictionIdentifier: CustomStringConvertible {
    /// The text behind `a=rid:`.
    public var description: String {
        "\(id) \(isSent ? "send" : "recv")\(restrictions.map { " \($0)" } ?? "")"
    }

    init?(_ text: Substring) {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, Words.isToken(words[0]) else { return nil }
        guard words[1] == "send" || words[1] == "recv" else { return nil }
        self.init(
            id: String(words[0]), isSent: words[1] == "send",
            restrictions: words.count == 3 ? String(words[2]) : nil)
    }
}

/// Several encodings of one track at once, `a=simulcast` (RFC 8853 §5.1).
///
/// Each inner list holds alternatives for one stream; `~` in front of an identifier means paused.
public struct Simulcast: Hashable, Sendable {
    public var sent: [[String]]
    public var received: [[String]]

    public init(sent: [[String]], received: [[String]] = []) {
        self.sent = sent
        self.received = received
    }
}

extension Simulcast: CustomStringConvertible {
    /// The text behind `a=simulcast:`.
    public var description: String {
        let text = { (streams: [[String]]) in streams.map { $0.joined(separator: ",") }.joined(separator: ";") }
        var words: [String] = []
        if !sent.isEmpty { words += ["send", text(sent)] }
        if !received.isEmpty { words += ["recv", text(received)] }
        return words.joined(separator: " ")
    }

    init?(_ text: Substring) {
        var words = text.split(separator: " ")[...]
        guard words.count == 2 || words.count == 4 else { return nil }
        self.init(sent: [])
        while let direction = words.popFirst(), let list = words.popFirst() {
            let streams = list.split(separator: ";").map { $0.split(separator: ",").map(String.init) }
            guard !streams.isEmpty, streams.allSatisfy({ $0.allSatisfy { Words.isToken($0) } }) else { return nil }
            switch direction {
            case "send": sent = streams
            case "recv": received = streams
            default: return nil
            }
        }
    }
}
