/// The four characters that name a box, a brand or a codec (ISO/IEC 14496-12 §4.2).
public struct FourCC: Hashable, Sendable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

extension FourCC: ExpressibleByStringLiteral {
    /// Takes exactly four ASCII characters.
    public init(stringLiteral text: String) {
        precondition(text.utf8.count == 4, "a box type has four characters")
        rawValue = text.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension FourCC: CustomStringConvertible {
    /// The characters, with a dot for each that cannot be printed.
    public var description: String {
        var text = ""
        for shift in [24, 16, 8, 0] as [UInt32] {
            let byte = UInt8(truncatingIfNeeded: rawValue >> shift)
            text.unicodeScalars.append((32..<127).contains(byte) ? Unicode.Scalar(byte) : ".")
        }
        return text
    }
}
