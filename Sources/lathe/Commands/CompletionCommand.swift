import CommandLineOptions

/// `lathe completion`: a script by which a shell completes what is typed.
enum CompletionCommand: Command {
    static let name = "completion"
    static let summary = "prints a script that lets bash, zsh or fish complete commands and options"
    static let usage = "completion bash|zsh|fish"
    static let options: [OptionDescription] = []
    static let words = CompletionTable.Shell.allCases.map(\.rawValue)

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let shells = words.joined(separator: ", ")
        guard arguments.words.count == 1, let shell = CompletionTable.Shell(rawValue: arguments.words[0]) else {
            throw OptionError("name one shell: \(shells); in bash, source <(lathe completion bash)")
        }
        let commands = Lathe.commands.map { command in
            let groups = command.groups.count > 1 ? command.groups.map(\.name) + ["all"] : []
            let help = OptionDescription(
                "help", groups.isEmpty ? nil : groups.joined(separator: "|"), "shows the options")
            return CompletionTable.Command(
                command.name, command.summary, command.options + [help], words: command.words)
        }
        say(CompletionTable(program: "lathe", commands: commands).script(for: shell))
        return 0
    }
}
