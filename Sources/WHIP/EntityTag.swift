/// The name of one ICE session of a WHIP resource (RFC 9110 §8.8.3, RFC 9725 §4.3.1).
///
/// A restart makes a new one, so that candidates of the session before it are told apart.
public struct EntityTag: Hashable, Sendable {
    /// What stands between the quotes.
    public let value: String

    /// A tag of letters, digits, `-` and `_`; anything else is a caller's mistake.
    public init(_ value: String) {
        precondition(
            !value.isEmpty && value.utf8.allSatisfy { Self.isPlain($0) }, "a tag is made of letters, digits, - and _")
        self.value = value
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2D, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}

extension EntityTag: CustomStringConvertible {
    /// The value of an `ETag` field; strong, as a weak one never matches (RFC 9110 §8.8.3.2).
    public var description: String { "\"\(value)\"" }
}

/// What a request demands of the current entity tag, `If-Match` (RFC 9110 §13.1.1).
public enum EntityTagCondition: Equatable, Sendable {
    /// `*`: any session will do.
    case any
    /// One of these must be current.
    case oneOf([String])

    /// Reads the field's value; nothing if the field is missing or holds nothing.
    ///
    /// Weak tags are left out, as they never match here; so is what is not quoted.
    public init?(_ field: String?) {
        guard let field, field.contains(where: { $0 != " " }) else { return nil }
        let tags = field.split(separator: ",").map { $0.trimmingBlanks }
        if tags == ["*"] {
            self = .any
            return
        }
        self = .oneOf(
            tags.compactMap { tag in
                guard tag.utf8.count >= 2, tag.first == "\"", tag.last == "\"" else { return nil }
                return String(tag.dropFirst().dropLast())
            })
    }

    /// Whether the condition holds.
    public func allows(_ current: EntityTag) -> Bool {
        switch self {
        case .any: true
        case .oneOf(let tags): tags.contains(current.value)
        }
    }
}

extension Substring {
    /// The text without blanks and tabs at its ends (RFC 9110 §5.6.3, OWS).
    var trimmingBlanks: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
