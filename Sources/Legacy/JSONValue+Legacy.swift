import Service

/// What stands behind a key of a legacy file.
extension JSONValue {
    /// What kind of value it is, with its article.
    var kind: String {
        switch self {
        case .truth: "true or false"
        case .whole: "a number"
        case .fraction: "a fraction"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        case .nothing: "null"
        }
    }

    /// A user's id, which may be written as a number.
    var user: String? {
        switch self {
        case .text(let text): text
        case .whole(let number): "\(number)"
        default: nil
        }
    }
}
