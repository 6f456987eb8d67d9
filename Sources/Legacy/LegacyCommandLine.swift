public import CommandLineOptions

/// A command line as the legacy program reads it, by the rules of `getopt_long_only` (glibc).
///
/// One dash is as good as two, `--name=value` as good as `--name value`, and a beginning of a name that fits one flag alone
/// is that flag. Every flag takes a value, whatever that looks like. Our own options are taken too, by their whole names,
/// where no legacy flag is meant.
public struct LegacyCommandLine: Sendable {
    public private(set) var values = LegacyValues()
    /// Options of ours, in their order.
    public private(set) var others: [LegacyOption] = []

    public init(
        parsing arguments: some Sequence<String>, besides own: [OptionDescription] = []
    ) throws(OptionError) {
        var rest = ArraySlice(Array(arguments))
        while let argument = rest.popFirst() {
            guard argument != "--" else {
                if let stray = rest.first { throw Self.stray(stray) }
                return
            }
            guard argument.hasPrefix("-"), argument.count > 1 else { throw Self.stray(argument) }
            let body = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let found = try Self.find(name, besides: own)
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw OptionError("--\(name) is the last word, and its value is missing")
            }
            switch found {
            // `--trigger 1` is a beginning of a flag of numbers, and `--trigger manual` an option of ours.
            case .flag(let flag) where flag.name != name && !flag.takes(value) && own.contains { $0.name == name }:
                others.append(LegacyOption(name, value))
            case .flag(let flag): try values.set(flag, to: value)
            case .own(let name): others.append(LegacyOption(name, value))
            }
        }
    }

    private enum Found {
        case flag(LegacyFlag)
        case own(String)
    }

    /// The flag that a word names; the older command line is asked first, since more scripts were written for it.
    private static func find(_ name: String, besides own: [OptionDescription]) throws(OptionError) -> Found {
        if let exact = LegacyFlag.all.first(where: { $0.name == name }) { return .flag(exact) }
        for generation in [LegacyFlag.Generation.third, .fourth] where !name.isEmpty {
            let fitting = LegacyFlag.all.filter { $0.generation == generation && $0.name.hasPrefix(name) }
            if fitting.count == 1 { return .flag(fitting[0]) }
            if own.contains(where: { $0.name == name }) { continue }
            guard fitting.isEmpty else {
                let names = fitting.map { "--\($0.name)" }.joined(separator: ", ")
                throw OptionError("--\(name) may stand for \(names); write out which")
            }
        }
        if let description = own.first(where: { $0.name == name }) { return .own(description.name) }
        throw OptionError("unknown option --\(name); the usage lists those that are known")
    }

    private static func stray(_ word: String) -> OptionError {
        OptionError("'\(word)' belongs to no option; every value follows its option")
    }
}
