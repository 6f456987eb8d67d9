import Testing

@testable import CommandLineOptions

@Suite("Shell completion")
struct CompletionTableTests {
    private static let table = CompletionTable(
        program: "lathe",
        commands: [
            CompletionTable.Command(
                "serve", "the server",
                [
                    OptionDescription("audio", "aac|opus", "how [MP4] keeps: sound, it's said"),
                    OptionDescription("record-root", "DIR", "where"), OptionDescription("config", "FILE", "what"),
                    OptionDescription("idle", "SECONDS", "how long"),
                    OptionDescription("public-ip", "IP", "which", isRepeatable: true),
                    OptionDescription("dry-run", nil, "only say"),
                ]),
            CompletionTable.Command("completion", "a script", [], words: ["bash", "zsh"]),
        ])

    @Test(
        "knows from a placeholder what may be typed",
        arguments: [
            (nil, .none), ("aac|opus", .choice(["aac", "opus"])), ("0|1", .choice(["0", "1"])), ("DIR", .directory),
            ("FILE", .file), ("MEDIA", .file), ("HOST:PORT", .free), ("LOW-HIGH", .free), ("FILE|DIR", .free),
        ] as [(String?, CompletionTable.Value)])
    func values(placeholder: String?, value: CompletionTable.Value) {
        #expect(CompletionTable.Value(placeholder) == value)
    }

    @Test("tells bash the values of each option, and the options of each command")
    func bash() {
        let lines = Self.table.script(for: .bash).split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(lines.contains(##""serve --audio") COMPREPLY=($(compgen -W 'aac opus' -- "$current")); return ;;"##))
        #expect(lines.contains(##""serve --record-root") COMPREPLY=($(compgen -d -- "$current")); return ;;"##))
        #expect(lines.contains(##""serve --idle") return ;;"##))
        #expect(
            lines.contains(
                "serve) COMPREPLY=($(compgen -W '--audio --record-root --config --idle --public-ip --dry-run' -- "
                    + "\"$current\")) ;;"))
    }

    @Test("offers the words that a command takes, and files where it names none")
    func words() {
        #expect(Self.table.script(for: .bash).contains("completion) COMPREPLY=($(compgen -W 'bash zsh' --"))
        #expect(Self.table.script(for: .zsh).contains("'*:word:(bash zsh)'"))
        #expect(Self.table.script(for: .zsh).contains("'*:file:_files'"))
        #expect(Self.table.script(for: .fish).contains("__fish_seen_subcommand_from completion' -a 'bash zsh'"))
        #expect(Self.table.script(for: .fish).contains("__fish_seen_subcommand_from serve' -F"))
    }

    @Test("quotes what a shell would take for its own")
    func quoting() {
        #expect(CompletionTable.quoted("it's") == #"'it'\''s'"#)
        #expect(
            Self.table.script(for: .zsh).contains(
                #"'--audio=[how \[MP4\] keeps\: sound, it'\''s said]:aac|opus:(aac opus)'"#))
        #expect(Self.table.script(for: .zsh).contains("'*--public-ip=[which]:IP: '"))
        #expect(
            Self.table.script(for: .fish).contains(
                #"-l audio -x -a 'aac opus' -d 'how [MP4] keeps: sound, it'\''s said'"#))
    }

    @Test("has every command and every option in every script", arguments: CompletionTable.Shell.allCases)
    func completeness(shell: CompletionTable.Shell) {
        let script = Self.table.script(for: shell)
        #expect(script.contains("serve"))
        for option in Self.table.commands[0].options { #expect(script.contains(option.name)) }
    }
}
