import CommandLineOptions
import Foundation
import Legacy
import Service

/// The program: picks the command and turns its outcome into an exit status.
///
/// Status 0: done. 1: it could not be done, and why is on standard error. 2: the command line is wrong.
@main
struct Lathe {
    static var commands: [any Command.Type] {
        [
            ServeCommand.self, RecordCommand.self, PublishCommand.self, DemoCommand.self, InspectCommand.self,
            RepairCommand.self, DoctorCommand.self, PruneCommand.self, LinkCommand.self, CompletionCommand.self,
        ]
    }

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        if RecorderLocal.isMeant(by: CommandLine.arguments.first ?? "") { exit(await RecorderLocal.run(arguments)) }
        guard let word = arguments.first, word != "--help", word != "help" else { return say(help) }
        guard word != "--version" else { return say("lathe \(LatheVersion.text)") }
        guard let command = commands.first(where: { $0.name == word }) else {
            complain("lathe: unknown command '\(word)'; known are: \(commands.map { $0.name }.joined(separator: ", "))")
            exit(2)
        }
        exit(await status(of: command, arguments.dropFirst()))
    }

    private static func status(of command: any Command.Type, _ arguments: ArraySlice<String>) async -> Int32 {
        do {
            if let help = try help(of: command, arguments) {
                FileHandle.standardOutput.write(Data(help.utf8))
                return 0
            }
            return try await command.run(try Arguments(parsing: arguments, known: command.options))
        } catch let error as OptionError {
            complain("lathe \(command.name): \(error.description)")
            return 2
        } catch let refusal as LegacyRefusal {
            for sentence in refusal.sentences { complain("lathe \(command.name): \(sentence)") }
            return 2
        } catch {
            complain("lathe \(command.name): \(error)")
            return 1
        }
    }

    /// The help that the arguments ask for: `--help`, or one group by `--help GROUP` or `--help=GROUP`.
    private static func help(of command: any Command.Type, _ arguments: ArraySlice<String>) throws -> String? {
        guard let place = arguments.firstIndex(where: { $0 == "--help" || $0.hasPrefix("--help=") }) else { return nil }
        let joined = arguments[place].dropFirst("--help=".count)
        let group = joined.isEmpty ? arguments.dropFirst(place - arguments.startIndex + 1).first : String(joined)
        guard let group, !group.hasPrefix("--") else { return command.help.overview }
        return try command.help.group(group)
    }

    private static var help: String {
        let lines = commands.map { "  \($0.name.padding(toLength: 11, withPad: " ", startingAt: 0))\($0.summary)" }
        return "Lathe records WebRTC calls to files.\n\nusage: lathe COMMAND [OPTION…]\n\n"
            + lines.joined(separator: "\n")
            + "\n\n'lathe COMMAND --help' lists a command's options, by groups where they are many.\n"
    }
}
