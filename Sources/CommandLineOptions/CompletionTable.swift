/// What a shell can complete: the words after the program's name, and the options of each.
public struct CompletionTable: Sendable {
    /// One command.
    public struct Command: Sendable {
        public var name: String
        public var summary: String
        public var options: [OptionDescription]
        /// What may stand behind it besides options; files, if nothing is named.
        public var words: [String]

        public init(_ name: String, _ summary: String, _ options: [OptionDescription], words: [String] = []) {
            self.name = name
            self.summary = summary
            self.options = options
            self.words = words
        }
    }

    /// A shell that a script can be made for.
    public enum Shell: String, CaseIterable, Sendable {
        case bash
        case zsh
        case fish
    }

    /// What may stand behind an option, as far as a shell can know.
    enum Value: Equatable {
        /// The option takes none.
        case none
        case choice([String])
        case directory
        case file
        /// Something that only the user knows.
        case free

        init(_ placeholder: String?) {
            guard let placeholder else {
                self = .none
                return
            }
            let words = placeholder.split(separator: "|").map(String.init)
            switch placeholder {
            case "DIR": self = .directory
            case "FILE", "MEDIA": self = .file
            // What is written small is meant literally.
            case _ where words.count > 1 && placeholder.lowercased() == placeholder: self = .choice(words)
            default: self = .free
            }
        }
    }

    let program: String
    let commands: [Command]

    public init(program: String, commands: [Command]) {
        self.program = program
        self.commands = commands
    }

    /// The script that teaches a shell.
    public func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// A text between single quotes, whatever is in it; the three shells agree on this form.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }
}
