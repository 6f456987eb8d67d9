import Foundation

/// What stands behind a key of a legacy file.
enum LegacyJSON: Decodable, Equatable, Sendable {
    case truth(Bool)
    case whole(Int)
    case fraction(Double)
    case text(String)
    case list([LegacyJSON])
    case object([String: LegacyJSON])
    case nothing

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .nothing
        } else if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let whole = try? container.decode(Int.self) {
            self = .whole(whole)
        } else if let fraction = try? container.decode(Double.self) {
            self = .fraction(fraction)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([LegacyJSON].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: LegacyJSON].self))
        }
    }

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
