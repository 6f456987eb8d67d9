import CommandLineOptions
import Foundation

/// One word after `lathe`, and what it does.
protocol Command {
    static var name: String { get }
    static var summary: String { get }
    /// How it is called, without the program's name.
    static var usage: String { get }
    static var options: [OptionDescription] { get }

    /// Does the work; the result is the process's exit status.
    static func run(_ arguments: Arguments) async throws -> Int32
}

extension Command {
    /// The command's help: its usage, and a line for each option.
    static var help: String {
        let left = options.map { "  --\($0.name)" + ($0.placeholder.map { " \($0)" } ?? "") }
        let width = min(34, left.map(\.count).max() ?? 0)
        let lines = zip(left, options).map { text, option in
            text.count > width
                ? "\(text)\n\(String(repeating: " ", count: width + 2))\(option.help)"
                : text.padding(toLength: width + 2, withPad: " ", startingAt: 0) + option.help
        }
        return "\(summary)\n\nusage: lathe \(usage)\n\n" + lines.joined(separator: "\n") + "\n"
    }
}

/// Writes one line to standard output at once, so that a pipe sees it when it happens.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Writes one line to standard error.
func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
