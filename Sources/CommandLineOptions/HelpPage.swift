/// The help of a command: everything where that is little, else an overview and a page for each group of options.
///
/// Lines fit 80 columns, so that what is meant to fit a screen does.
public struct HelpPage: Sendable {
    static let lineWidth = 80
    /// What is before an option's help at most; a longer left side has a line of its own.
    private static let leftWidth = 28

    private let summary: String
    private let usage: String
    private let command: String
    private let groups: [OptionGroup]

    /// The help of one command; `usage` is how it is called, the program's name included.
    public init(command: String, summary: String, usage: String, groups: [OptionGroup]) {
        self.command = command
        self.summary = summary
        self.usage = usage
        self.groups = groups
    }

    /// What `--help` shows: all options, or those used most and the names of the groups.
    public var overview: String {
        guard groups.count > 1 else { return Self.text(head + Self.lines(of: groups.first?.options ?? [])) }
        let common = groups.flatMap { group in group.options.filter { group.common.contains($0.name) } }
        let width = groups.map(\.name.count).max() ?? 0
        let names = groups.map { "  \(Self.padded($0.name, width))  \($0.summary)" }
        let hint = "'lathe \(command) --help GROUP' shows a group, and '--help all' everything:"
        return Self.text(head + Self.lines(of: common) + ["", hint] + names)
    }

    private var head: [String] {
        let width = Self.lineWidth - 7
        let call = Self.wrapped(usage, to: width).enumerated().map { ($0 == 0 ? "usage: " : "       ") + $1 }
        return Self.wrapped(summary, to: Self.lineWidth) + [""] + call + [""]
    }

    /// What `--help GROUP` shows; fails if there is no such group.
    public func group(_ name: String) throws(OptionError) -> String {
        if name == "all" {
            let pages = groups.map { [$0.summary + ":"] + Self.lines(of: $0.options) }
            return Self.text(head + pages.joined(separator: [""]))
        }
        guard let group = groups.first(where: { $0.name == name }) else {
            let known = groups.count > 1 ? groups.map(\.name) + ["all"] : ["all"]
            throw OptionError("--help knows no group '\(name)'; known are: \(known.joined(separator: ", "))")
        }
        return Self.text([group.summary + ":"] + Self.lines(of: group.options))
    }

    /// A line or more for each option.
    static func lines(of options: [OptionDescription]) -> [String] {
        let left = options.map { "  --\($0.name)" + ($0.placeholder.map { " \($0)" } ?? "") }
        let width = left.map(\.count).filter { $0 <= leftWidth }.max() ?? leftWidth
        return zip(left, options).flatMap { text, option in
            let help = wrapped(option.help, to: lineWidth - width - 2)
            let indent = String(repeating: " ", count: width + 2)
            guard text.count <= width else { return [text] + help.map { indent + $0 } }
            return ["\(padded(text, width))  \(help.first ?? "")"] + help.dropFirst().map { indent + $0 }
        }
    }

    private static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func text(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
}
