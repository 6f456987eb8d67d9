/// Blanks out what is not code: comments, and the contents of string and regular-expression literals.
///
/// Line ends stay, so that places in the result are places in the file. What stands in an
/// interpolation is blanked as well.
struct CodeOnly {
    private var bytes: [UInt8]
    private var index = 0

    static func of(_ text: [UInt8]) -> [UInt8] {
        var scan = CodeOnly(bytes: text)
        scan.run()
        return scan.bytes
    }

    private mutating func run() {
        while index < bytes.count {
            if matches("//") {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { blank() }
            } else if matches("/*") {
                blankComment()
            } else if let hashes = hashesBeforeString() {
                blankString(hashes)
            } else if startsRegex() {
                blankRegex()
            } else {
                index += 1
            }
        }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            let change = matches("/*") ? 1 : matches("*/") ? -1 : 0
            depth += change
            blank()
            if change != 0 { blank() }
        } while depth > 0 && index < bytes.count
    }

    /// How many `#` stand before the quote that begins here; nothing if no string does.
    private func hashesBeforeString() -> Int? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func blankString(_ hashes: Int) {
        let hash = String(repeating: "#", count: hashes)
        for _ in 0..<hashes { blank() }
        let quote = matches("\"\"\"") ? "\"\"\"" : "\""
        for _ in quote.utf8 { blank() }
        while index < bytes.count, !matches(quote + hash) {
            if matches("\\" + hash + "(") {
                blankInterpolation(after: hashes + 1)
            } else {
                // An escaped quote ends nothing.
                if matches("\\" + hash) { for _ in 0...hashes { blank() } }
                blank()
            }
        }
        for _ in quote.utf8.count..<quote.utf8.count * 2 + hashes { blank() }
    }

    private mutating func blankInterpolation(after count: Int) {
        for _ in 0..<count { blank() }
        var depth = 0
        repeat {
            if let hashes = hashesBeforeString() {
                blankString(hashes)
                continue
            }
            if matches("(") { depth += 1 } else if matches(")") { depth -= 1 }
            blank()
        } while depth > 0 && index < bytes.count
    }

    /// A slash that cannot divide: nothing that has a value stands before it, and no blank behind it.
    private func startsRegex() -> Bool {
        guard matches("/"), index + 1 < bytes.count, !" \n=".utf8.contains(bytes[index + 1]) else { return false }
        var before = index - 1
        while before >= 0, bytes[before] == UInt8(ascii: " ") { before -= 1 }
        return before < 0 || "(,=:[{\n".utf8.contains(bytes[before])
    }

    private mutating func blankRegex() {
        blank()
        while index < bytes.count, !matches("/"), !matches("\n") {
            if matches("\\") { blank() }
            blank()
        }
        if matches("/") { blank() }
    }

    private func matches(_ text: String) -> Bool {
        index + text.utf8.count <= bytes.count && bytes[index..<index + text.utf8.count].elementsEqual(text.utf8)
    }

    private mutating func blank() {
        guard index < bytes.count else { return }
        if bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
        index += 1
    }
}
