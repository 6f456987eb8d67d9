extension CompletionTable {
    // MARK: - Bash

    var bash: String {
        """
        # Completes \(program) in bash: source <(\(program) completion bash)
        _\(program)() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
            # Bash takes the sign of --name=value for a word of its own.
            if [[ $current == = ]]; then current=
            elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}
            fi
            COMPREPLY=()
            if (( COMP_CWORD == 1 )); then
                COMPREPLY=($(compgen -W \(Self.quoted(commands.map(\.name).joined(separator: " "))) -- "$current"))
                return
            fi
            case "${COMP_WORDS[1]} $previous" in
        \(commands.flatMap(bashValues).joined(separator: "\n"))
            esac
            case "${COMP_WORDS[1]}" in
        \(commands.map(bashNames).joined(separator: "\n"))
            esac
        }
        complete -o filenames -o bashdefault -F _\(program) \(program)

        """
    }

    private func bashValues(_ command: Command) -> [String] {
        command.options.compactMap { option in
            let action: String
            switch Value(option.placeholder) {
            case .none: return nil
            case .choice(let words):
                action = "COMPREPLY=($(compgen -W \(Self.quoted(words.joined(separator: " "))) -- \"$current\")); "
            case .directory: action = #"COMPREPLY=($(compgen -d -- "$current")); "#
            case .file: action = #"COMPREPLY=($(compgen -f -- "$current")); "#
            case .free: action = ""
            }
            return "        \"\(command.name) --\(option.name)\") \(action)return ;;"
        }
    }

    private func bashNames(_ command: Command) -> String {
        let names = (command.words + command.options.map { "--\($0.name)" }).joined(separator: " ")
        return "        \(command.name)) COMPREPLY=($(compgen -W \(Self.quoted(names)) -- \"$current\")) ;;"
    }

    // MARK: - Zsh

    var zsh: String {
        """
        #compdef \(program)
        # Completes \(program) in zsh: source <(\(program) completion zsh), after compinit
        _\(program)() {
            local -a commands=(
        \(commands.map { "        " + Self.quoted("\($0.name):\($0.summary)") }.joined(separator: "\n"))
            )
            if (( CURRENT == 2 )); then
                _describe command commands
                return
            fi
            local command=$words[2]
            shift words
            (( CURRENT-- ))
            case $command in
        \(commands.map(zshCommand).joined(separator: "\n"))
            esac
        }
        if [[ $funcstack[1] == _\(program) ]]; then _\(program) "$@"; else compdef _\(program) \(program); fi

        """
    }

    private func zshCommand(_ command: Command) -> String {
        let specifications = command.options.map { "            " + Self.quoted(zshSpecification($0)) }
        let words = command.words.isEmpty ? "*:file:_files" : "*:word:(\(command.words.joined(separator: " ")))"
        let lines = ["        \(command.name)) _arguments"] + specifications + ["            \(Self.quoted(words)) ;;"]
        return lines.joined(separator: " \\\n")
    }

    private func zshSpecification(_ option: OptionDescription) -> String {
        let help = "[\(Self.escaped(option.help, #"\[]:"#))]"
        let mark = option.isRepeatable ? "*" : ""
        let name = Self.escaped(option.placeholder ?? "", #"\:"#)
        switch Value(option.placeholder) {
        case .none: return "\(mark)--\(option.name)\(help)"
        case .choice(let words): return "\(mark)--\(option.name)=\(help):\(name):(\(words.joined(separator: " ")))"
        case .directory: return "\(mark)--\(option.name)=\(help):\(name):_files -/"
        case .file: return "\(mark)--\(option.name)=\(help):\(name):_files"
        case .free: return "\(mark)--\(option.name)=\(help):\(name): "
        }
    }

    private static func escaped(_ text: String, _ marks: String) -> String {
        String(text.flatMap { marks.contains($0) ? ["\\", $0] : [$0] })
    }

    // MARK: - Fish

    var fish: String {
        let names = commands.map {
            "complete -c \(program) -n __fish_use_subcommand -a \($0.name) -d \(Self.quoted($0.summary))"
        }
        let head = ["# Completes \(program) in fish: \(program) completion fish | source", "complete -c \(program) -f"]
        return (head + names + commands.flatMap(fishOptions)).joined(separator: "\n") + "\n"
    }

    private func fishOptions(_ command: Command) -> [String] {
        let condition = "complete -c \(program) -n '__fish_seen_subcommand_from \(command.name)'"
        let words = command.words.isEmpty ? "-F" : "-a \(Self.quoted(command.words.joined(separator: " ")))"
        return ["\(condition) \(words)"]
            + command.options.map { option in
                let value =
                    switch Value(option.placeholder) {
                    case .none: ""
                    case .choice(let words): "-x -a \(Self.quoted(words.joined(separator: " "))) "
                    case .directory: "-x -a '(__fish_complete_directories)' "
                    case .file: "-r -F "
                    case .free: "-x "
                    }
                return "\(condition) -l \(option.name) \(value)-d \(Self.quoted(option.help))"
            }
    }
}
