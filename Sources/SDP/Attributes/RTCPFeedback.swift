public import Units

/// A kind of feedback that a receiver may send, `a=rtcp-fb` (RFC 4585 §4.2).
public struct RTCPFeedback: Hashable, Sendable {
    /// Which format it is about; nothing means all of them (`*`).
    public var payloadType: PayloadType?
    /// The kind and its parameters, such as `nack pli`, in lower case.
    public var kind: String

    public init(payloadType: PayloadType?, kind: String) {
        self.payloadType = payloadType
        self.kind = kind
    }
}

extension RTCPFeedback: CustomStringConvertible {
    /// The text behind `a=rtcp-fb:`.
    public var description: String {
        let format = payloadType.map { "\($0.rawValue)" } ?? "*"
        return "\(format) \(kind)"
    }

    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard let format = words.first, words.count >= 2 else { return nil }
        if format != "*" {
            guard let value = Words.payloadType(format) else { return nil }
            payloadType = PayloadType(value)
        }
        kind = words.dropFirst().joined(separator: " ").lowercased()
    }
}
