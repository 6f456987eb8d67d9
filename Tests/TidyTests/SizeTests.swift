import Testing

@Suite("Sizes of files and functions")
struct SizeTests {
    static let longestFile = 600
    static let longestFunction = 70

    @Test("stay within 600 lines a file", arguments: SourceTree.all)
    func files(file: SourceFile) { #expect(file.lines.count <= Self.longestFile, "\(file.path)") }

    @Test("stay within 70 lines a function", arguments: SourceTree.all)
    func functions(file: SourceFile) {
        for function in Functions.of(file.code) {
            #expect(function.lineCount <= Self.longestFunction, "\(file.place(function.line))")
        }
    }

    @Test("are measured from the declaration to the closing brace")
    func measuring() {
        let code = [
            "protocol P {", "    func required()", "    init()", "}", "struct S {", "    init(", "        a: Int",
            "    ) {", "        self.a = a", "    }", "    var x: Int { 1 }", "    func short() { if a { b } }",
            "    func long() -> Int", "    where A == B", "    {", "        func inner() {", "        }", "    }", "}",
        ]
        #expect(Functions.of(code).map(\.line) == [5, 11, 12, 15])
        #expect(Functions.of(code).map(\.lineCount) == [5, 1, 6, 2])
    }
}

/// The functions of a file, found by their braces.
enum Functions {
    struct Found: Equatable {
        /// The index of the line that declares it.
        var line: Int
        var lineCount: Int
    }

    static func of(_ code: [String]) -> [Found] {
        code.indices.compactMap { index in
            guard ["func", "init", "subscript"].contains(where: { code[index].contains($0) }) else { return nil }
            let declares = code[index].contains(
                /^\s*(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+(?:\(set\))? )*(?:func|init|deinit|subscript)\b/)
            guard declares, let end = end(of: index, code) else { return nil }
            return Found(line: index, lineCount: end - index + 1)
        }
    }

    /// The line of the brace that closes what is declared at `start`; nothing if it has no body.
    private static func end(of start: Int, _ code: [String]) -> Int? {
        var (parentheses, braces) = (0, 0)
        for index in start..<code.count {
            for character in code[index] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{": braces += 1
                case "}":
                    braces -= 1
                    // A negative count is the end of the protocol around a requirement.
                    if braces <= 0, parentheses == 0 { return braces == 0 ? index : nil }
                default: break
                }
            }
            guard braces == 0, parentheses == 0 else { continue }
            let next = index + 1 < code.count ? code[index + 1].trimmingPrefix(while: \.isWhitespace) : ""
            guard ["{", "->", "where", "throws", "async"].contains(where: { next.hasPrefix($0) }) else { return nil }
        }
        return nil
    }
}
