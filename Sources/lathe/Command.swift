import CommandLineOptions
import Foundation

/// One word after `lathe`, and what it does.
protocol Command {
    static var name: String { get }
    static var summary: String { get }
    /// How it is called, without the program's name.
    static var usage: String { get }
    static var options: [OptionDescription] { get }
    /// The options by what they are about; one group where they are few.
    static var groups: [OptionGroup] { get }

    /// What may stand behind it besides options, where that is a choice.
    static var words: [String] { get }

    /// Does the work; the result is the process's exit status.
    static func run(_ arguments: Arguments) async throws -> Int32
}

extension Command {
    static var groups: [OptionGroup] { [OptionGroup("options", "The options", options)] }

    static var words: [String] { [] }

    static var help: HelpPage { HelpPage(command: name, summary: summary, usage: "lathe \(usage)", groups: groups) }
}

/// Writes one line to standard output at once, so that a pipe sees it when it happens.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Writes one line to standard error.
func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
