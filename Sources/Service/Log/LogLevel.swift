/// How grave a line of the log is; the numbers are those of the product that Lathe stands in for.
public enum LogLevel: Int, CaseIterable, Comparable, Sendable {
    case fatal = 1
    case error
    case warning
    case notice
    case info
    case debug

    /// Reads a name, or a number from 1 to 6; nothing if it is neither.
    public init?(parsing text: String) {
        let named = Self.allCases.first { $0.name == text }
        guard let level = named ?? Int(text).flatMap(Self.init(rawValue:)) else { return nil }
        self = level
    }

    public var name: String { "\(self)" }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
