import CommandLineOptions
import Inspect
import Service

/// `lathe inspect`: what a file or a recording's directory holds, and whether it is whole.
enum InspectCommand: Command {
    static let name = "inspect"
    static let summary = "structure and timing of a file or recording; says if it is whole, and why not"
    static let usage = "inspect FILE|DIR… [--json] [--brief] [--pattern]"
    static let options = [
        OptionDescription("json", nil, "print JSON: one object a path, in the order given"),
        OptionDescription("brief", nil, "leave the boxes or elements out"),
        OptionDescription("pattern", nil, "decode the file too, and measure the test pattern in it"),
    ]

    /// Status 0 if everything is whole, and 1 if something is not.
    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard !arguments.words.isEmpty else { throw OptionError("name a file or a directory to look at") }
        var isWhole = true
        for path in arguments.words {
            let report = try Report(of: path, measuresPattern: arguments["pattern"] != nil)
            isWhole = isWhole && report.isWhole
            say(arguments["json"] == nil ? report.text(showsStructure: arguments["brief"] == nil) : try report.json())
        }
        return isWhole ? 0 : 1
    }
}
