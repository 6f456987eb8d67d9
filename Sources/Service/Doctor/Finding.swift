/// One thing that was looked at before a server is started, and what to do about it.
public struct Finding: Equatable, Sendable {
    public enum Level: String, Equatable, Sendable {
        case good = "ok"
        /// Recording works, but worse than it could.
        case doubtful = "warn"
        /// Recording does not work.
        case bad = "fail"
    }

    public var level: Level
    /// What was looked at, for example `disk` or `UDP ports`.
    public var subject: String
    /// What was found.
    public var words: String
    /// What to do; nothing if all is well.
    public var remedy: String?

    init(_ level: Level, _ subject: String, _ words: String, remedy: String? = nil) {
        self.level = level
        self.subject = subject
        self.words = words
        self.remedy = remedy
    }
}

extension Finding: CustomStringConvertible {
    /// One line, and a second one with the remedy.
    public var description: String {
        let head = "\(level.rawValue)\(String(repeating: " ", count: 6 - level.rawValue.count))\(subject): \(words)"
        return remedy.map { "\(head)\n      → \($0)" } ?? head
    }
}
