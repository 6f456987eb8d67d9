/// Which users of a channel something is meant for: all, unless some are named.
///
/// In JSON one of `{"only": ["1", "2"]}`, `{"except": ["3"]}` or `{"matching": "[1-9]0+"}`; `only` and `matching` add up.
public struct UserSelection: Codable, Equatable, Sendable {
    /// The most users that one list may name.
    public static let longestList = 1_000

    /// These, and nobody else but those that match.
    public var only: [String]?
    /// All but these.
    public var except: [String]?
    /// Those whose uid this expression matches from its first to its last letter.
    public var matching: String?

    /// Everybody.
    public static let everybody = UserSelection()
    /// Nobody at all.
    public static let nobody = UserSelection(only: [])

    public init(only: [String]? = nil, except: [String]? = nil, matching: String? = nil) {
        self.only = only
        self.except = except
        self.matching = matching
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads one, and nothing that is misspelt: a list that nobody reads would record everybody.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            switch key.stringValue {
            case "only": only = try container.decode([String].self, forKey: key)
            case "except": except = try container.decode([String].self, forKey: key)
            case "matching": matching = try container.decode(String.self, forKey: key)
            default:
                throw DecodingError.typeMismatch(
                    Self.self,
                    DecodingError.Context(
                        codingPath: decoder.codingPath,
                        debugDescription: "it has only, except or matching, and no '\(key.stringValue)'"))
            }
        }
    }

    /// Whether a user is one of them.
    public func includes(_ uid: String) -> Bool {
        if let except { return !except.contains(uid) }
        guard only != nil || matching != nil else { return true }
        return only?.contains(uid) == true || matches(uid)
    }

    private func matches(_ uid: String) -> Bool {
        guard let matching, let expression = try? Regex(matching) else { return false }
        return uid.wholeMatch(of: expression) != nil
    }

    /// Why it cannot be used, in a sentence; nothing if it can.
    var fault: String? {
        if except != nil, only != nil || matching != nil {
            return "'except' stands alone: with 'only' or 'matching' nobody could tell who is meant"
        }
        for list in [only, except].compactMap(\.self) where list.count > Self.longestList {
            return "a list names up to \(Self.longestList) users, not \(list.count); write an expression instead"
        }
        guard let matching else { return nil }
        do {
            _ = try Regex(matching)
            return nil
        } catch {
            return "'\(matching)' is no regular expression: \(error)"
        }
    }
}
