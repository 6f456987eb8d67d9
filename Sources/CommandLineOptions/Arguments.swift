/// A command line, split into long options and the words between them.
///
/// `--name value` and `--name=value` mean the same. Unknown names, missing values and repetition are
/// refused by name; a near miss is suggested. An alias is read as the name it stands for.
public struct Arguments: Sendable {
    public private(set) var options: [(name: String, value: String)] = []
    public private(set) var words: [String] = []

    public init(parsing arguments: some Sequence<String>, known: [OptionDescription]) throws {
        var rest = ArraySlice(Array(arguments))
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let description = try Self.find(String(parts[0]), in: known)
            if !description.isRepeatable, options.contains(where: { $0.name == description.name }) {
                throw OptionError("--\(description.name) is given twice; keep one of them")
            }
            let given = parts.count == 2 ? String(parts[1]) : nil
            options.append((description.name, try Self.value(of: description, given: given, rest: &rest)))
        }
    }

    /// The value of an option, if it was given.
    public subscript(name: String) -> String? { options.last { $0.name == name }?.value }

    /// Whether a flag was given.
    public func has(_ name: String) -> Bool { self[name] != nil }

    /// An option's value as a number within limits.
    public func number<Number: LosslessStringConvertible & Comparable>(
        _ name: String, in range: ClosedRange<Number>
    ) throws -> Number? {
        guard let text = self[name] else { return nil }
        guard let number = Number(text), range.contains(number) else {
            throw OptionError(
                "--\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }

    private static func value(
        of description: OptionDescription, given: String?, rest: inout ArraySlice<String>
    ) throws -> String {
        guard let placeholder = description.placeholder else {
            guard given == nil else { throw OptionError("--\(description.name) takes no value") }
            return ""
        }
        if let given { return given }
        guard let next = rest.first, !next.hasPrefix("--") else {
            throw OptionError("--\(description.name) wants a value: --\(description.name) \(placeholder)")
        }
        rest.removeFirst()
        return next
    }

    private static func find(_ name: String, in known: [OptionDescription]) throws -> OptionDescription {
        if let exact = known.first(where: { $0.name == name || $0.alias == name }) { return exact }
        let near = known.map(\.name).min { distance(name, $0) < distance(name, $1) }
        let hint = near.flatMap { distance(name, $0) <= 3 ? "; did you mean --\($0)?" : nil }
        throw OptionError("unknown option --\(name)\(hint ?? "; see --help")")
    }

    /// How many single-letter edits lie between two words (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
