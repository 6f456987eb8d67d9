/// Which part of a file a request asks for (RFC 9110 §14).
enum ByteRange: Equatable {
    /// All of it: nothing was asked, or nothing that we must understand (§14.2).
    case whole
    case part(Range<Int>)
    /// A part that the file does not have (§15.5.17).
    case unsatisfiable

    /// Reads the value of a `Range` field for a file of so many bytes.
    ///
    /// Several ranges at once are answered with the whole file, which §14.2 allows.
    init(parsing value: String?, byteCount: Int) {
        guard let value, let equals = value.firstIndex(of: "="), value[..<equals].lowercased() == "bytes",
            let (first, last) = Self.bounds(value[value.index(after: equals)...])
        else {
            self = .whole
            return
        }
        switch (first, last) {
        case (nil, nil): self = .whole
        case (let first?, let last?) where last < first: self = .whole
        case (let first?, _) where first >= byteCount: self = .unsatisfiable
        case (let first?, let last): self = .part(first..<min(last ?? byteCount, byteCount - 1) + 1)
        case (nil, let suffix?):
            self = suffix == 0 || byteCount == 0 ? .unsatisfiable : .part(max(0, byteCount - suffix)..<byteCount)
        }
    }

    /// The numbers beside the hyphen, either of which may be missing; nothing if the text is no single range.
    private static func bounds(_ text: Substring) -> (first: Int?, last: Int?)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let numbers = parts.map { Int($0) }
        for (part, number) in zip(parts, numbers) {
            let isNumber = number != nil && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard part.isEmpty || isNumber else { return nil }
        }
        return (numbers[0], numbers[1])
    }
}
