/// What the legacy program says when its command line is wrong.
public enum LegacyUsage {
    /// One line with the types of all flags that are no mere yes or no, then a line for each flag.
    public static func text(program: String) -> String {
        let synopsis = LegacyFlag.all.filter { $0.value != .boolean }.map { "--\($0.name) <\($0.value.rawValue)>" }
        let width = LegacyFlag.all.map(\.name.count).max() ?? 0
        let lines = LegacyFlag.all.map { flag in
            let blanks = String(repeating: " ", count: width - flag.name.count)
            return "  --\(flag.name)\(blanks)  \(flag.help)"
        }
        return (["usage: \(program) \(synopsis.joined(separator: " "))"] + lines).joined(separator: "\n")
    }
}
