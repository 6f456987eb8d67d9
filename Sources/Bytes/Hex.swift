extension Sequence<UInt8> {
    /// Two lower-case digits for each byte.
    public var hex: String {
        var text = ""
        for byte in self {
            text.append(hexDigits[Int(byte >> 4)])
            text.append(hexDigits[Int(byte & 15)])
        }
        return text
    }
}

extension [UInt8] {
    /// Reads pairs of hexadecimal digits; blanks, line ends and colons between them are ignored.
    ///
    /// Returns nothing if any other character is met, or half a byte is left over.
    public init?(hex text: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text where !character.isWhitespace && character != ":" {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        guard high == nil else { return nil }
        self = bytes
    }
}

private let hexDigits: [Character] = Array("0123456789abcdef")
