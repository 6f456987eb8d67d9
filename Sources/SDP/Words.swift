/// The character classes that session descriptions are spelled in.
enum Words {
    /// Reads an unsigned decimal number: digits only, unlike `Int.init`, which takes a sign too.
    static func number<T: FixedWidthInteger & UnsignedInteger>(_ text: some StringProtocol) -> T? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return T(text)
    }

    /// Reads a payload type, 0…127.
    static func payloadType(_ text: some StringProtocol) -> UInt8? {
        guard let value: UInt8 = number(text), value < 128 else { return nil }
        return value
    }

    /// Whether a text is a token (RFC 8866 §9, `token`).
    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
                default: false
                }
            }
    }

    /// Whether a text is printable ASCII without blanks or colons.
    ///
    /// RFC 8839 §5.4 allows only letters, digits, `+` and `/` in ICE credentials; senders are known
    /// to use `-` and `_` too. A colon would make a STUN USERNAME ambiguous (RFC 8445 §7.2.2).
    static func isCredential(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A }
    }

    /// Cuts a text in two at the first `separator`; the second half is missing if there is none.
    static func halves(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }
}
