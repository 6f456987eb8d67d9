public import Units

/// The parameters of a payload type, `a=fmtp` (RFC 8866 §6.15).
public struct FormatParameters: Hashable, Sendable {
    public var payloadType: PayloadType
    /// Everything behind the payload type, as it was spelled.
    public var text: String

    public init(payloadType: PayloadType, text: String) {
        self.payloadType = payloadType
        self.text = text
    }

    /// Each `name=value` between semicolons, names in lower case; the first of a name counts.
    ///
    /// A part without `=`, such as RED's `111/111`, is left out.
    public var values: [String: String] {
        var values: [String: String] = [:]
        for part in text.split(separator: ";") {
            let (name, value) = Words.halves(part, at: "=")
            guard let value else { continue }
            let key = name.filter { $0 != " " }.lowercased()
            if values[key] == nil { values[key] = value.filter { $0 != " " } }
        }
        return values
    }
}

extension FormatParameters: CustomStringConvertible {
    /// The text behind `a=fmtp:`.
    public var description: String { "\(payloadType.rawValue) \(text)" }

    init?(_ text: Substring) {
        let (format, parameters) = Words.halves(text, at: " ")
        guard let payloadType = Words.payloadType(format), let parameters else { return nil }
        self.init(payloadType: PayloadType(payloadType), text: String(parameters))
    }
}
