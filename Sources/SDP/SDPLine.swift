/// One line of a session description, `<type>=<value>` (RFC 8866 §5).
struct SDPLine {
    /// Counted from 1.
    var number: Int
    var type: Character
    var value: Substring

    /// An error about this line.
    func error(_ problem: String, remedy: String) -> SDPError {
        SDPError(line: number, field: fieldName, problem: problem, remedy: remedy)
    }

    /// `a=candidate` for an attribute, else `m=`, with strangers' names cut short.
    private var fieldName: String {
        guard type == "a" else { return "\(type)=" }
        return "a=\(value.prefix { $0 != ":" }.prefix(32))"
    }
}

extension SDPLine {
    /// Reads a request's body as text.
    static func text(of bytes: [UInt8]) throws(SDPError) -> String {
        guard bytes.count <= SDPLimits.maximumByteCount else { throw .tooLong(bytes.count) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SDPError(field: "session description", problem: "it is not UTF-8", remedy: "send text in UTF-8")
        }
        return text
    }

    /// Cuts a text into its lines; LF alone ends a line too, as RFC 8866 §5 asks of parsers.
    static func lines(of text: String) throws(SDPError) -> [SDPLine] {
        guard text.utf8.count <= SDPLimits.maximumByteCount else { throw .tooLong(text.utf8.count) }
        var lines: [SDPLine] = []
        for (index, raw) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let bytes = raw.last == 0x0D ? raw.dropLast() : raw
            guard !bytes.isEmpty else { continue }
            lines.append(try line(index + 1, bytes))
        }
        return lines
    }

    private static func line(_ number: Int, _ bytes: Substring.UTF8View) throws(SDPError) -> SDPLine {
        let refusal = { (problem: String, remedy: String) in
            SDPError(line: number, field: "line", problem: problem, remedy: remedy)
        }
        guard bytes.count <= SDPLimits.maximumLineByteCount else {
            throw refusal("it has \(bytes.count) bytes", "send at most \(SDPLimits.maximumLineByteCount)")
        }
        // NUL and a bare CR are the two bytes that no value may hold (RFC 8866 §9, byte-string).
        guard !bytes.contains(where: { $0 == 0 || $0 == 0x0D }) else {
            throw refusal("it holds a NUL or a carriage return", "end lines by CRLF or LF")
        }
        guard let first = bytes.first, (0x61...0x7A).contains(first), bytes.dropFirst().first == 0x3D else {
            throw refusal("it does not begin with a lower-case letter and “=”", "write <type>=<value>")
        }
        return SDPLine(
            number: number, type: Character(UnicodeScalar(first)), value: Substring(bytes.dropFirst(2)))
    }
}

extension SDPError {
    fileprivate static func tooLong(_ byteCount: Int) -> SDPError {
        SDPError(
            field: "session description", problem: "it has \(byteCount) bytes",
            remedy: "send at most \(SDPLimits.maximumByteCount)")
    }
}
