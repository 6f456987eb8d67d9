public import Channel

/// What files are called: a text in which words in braces stand for what is known of a file.
///
/// `{uid}` the user, `{lane}` `user`, `sound`, `picture` or `screen`, `{stamp}` the UTC time of its beginning down to
/// milliseconds, `{channel}` the channel, `{recording}` the recording's id. Container and dot are added.
public struct NameTemplate: Equatable, Sendable {
    /// The name that scripts know: `<uid>_<stamp>`, with `_screen` behind the user of a shared screen.
    public static let usual = NameTemplate(parts: [])

    /// What a name may take; the rest of the 255 bytes that Linux allows is for what is added.
    public static let longestName = 200

    private enum Part: Equatable, Sendable {
        case text(String)
        case word(Word)
    }

    /// What may stand in braces.
    public enum Word: String, CaseIterable, Sendable {
        case uid, lane, stamp, channel, recording
    }

    private let parts: [Part]

    private init(parts: [Part]) { self.parts = parts }

    /// Whether it is the name that scripts know.
    public var isUsual: Bool { parts.isEmpty }

    /// Reads a template.
    ///
    /// Fails with a sentence if two files could get the same name by it, or no file any.
    public init(_ text: String) throws(NameTemplateError) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw NameTemplateError("'\(text)' has a '{' without its '}'")
            }
            let name = String(rest[rest.index(after: open)..<close])
            guard let word = Word(rawValue: name) else {
                let known = Word.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
                throw NameTemplateError("'{\(name)}' stands for nothing; known are \(known)")
            }
            parts.append(.word(word))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        for word in [Word.uid, .stamp, .lane] where !parts.contains(.word(word)) {
            throw NameTemplateError("'\(text)' lacks {\(word.rawValue)}: without it two files could have the same name")
        }
        for case .text(let text) in parts where text.contains("/") || RecordingNames.escaped("x" + text) != "x" + text {
            throw NameTemplateError("'\(text)' is not for names of files; letters, digits and _-+=@,. are")
        }
        if case .text(let first)? = parts.first, first.hasPrefix(".") {
            throw NameTemplateError("a name that begins with a dot would be hidden; begin with something else")
        }
        self.parts = parts
    }

    /// A file's name without its container; nothing if it would be too long.
    public func name(
        user: UserID, lane: Lane, startedAt: WallTime, channel: String, recording: String
    ) -> String? {
        var name = ""
        for part in parts {
            switch part {
            case .text(let text): name += text
            case .word(.uid): name += RecordingNames.escaped(user.description)
            case .word(.lane): name += lane.name
            case .word(.stamp): name += startedAt.stamp
            case .word(.channel): name += RecordingNames.escaped(channel)
            case .word(.recording): name += recording
            }
        }
        return name.isEmpty || name.utf8.count > Self.longestName ? nil : name
    }
}

/// Why a text is no template, in a sentence.
public struct NameTemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
