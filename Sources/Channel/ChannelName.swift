/// The name of a channel: 1 to 64 bytes of a fixed set of characters.
public struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes.
    public static let longest = 64

    public let description: String

    /// Takes a name, or says what is wrong with it.
    public init(_ name: String) throws(ChannelNameProblem) {
        guard !name.isEmpty else { throw .empty }
        guard name.utf8.count <= Self.longest else { throw .tooLong(byteCount: name.utf8.count) }
        if let character = name.first(where: { !$0.utf8.allSatisfy(Self.isAllowed) }) {
            throw .forbidden(character)
        }
        description = name
    }

    /// Letters, digits, the blank, and these marks, as the SDKs of such calls agree on.
    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: marks.contains(byte)
        }
    }

    private static let marks = Array(" !#$%&()+-:;<=.>?@[]^_{}|~,".utf8)
}

/// What is wrong with a channel's name.
public enum ChannelNameProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case tooLong(byteCount: Int)
    case forbidden(Character)

    public var description: String {
        switch self {
        case .empty: "a channel's name has at least one character"
        case .tooLong(let byteCount):
            "a channel's name has at most \(ChannelName.longest) bytes, and this one has \(byteCount)"
        case .forbidden(let character):
            "a channel's name may hold letters, digits, blanks and !#$%&()+-:;<=.>?@[]^_{}|~, but not '\(character)'"
        }
    }
}
