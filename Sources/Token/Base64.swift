import Bytes

/// Bytes as letters, four for three of them (RFC 4648 §4).
enum Base64 {
    /// Reads a text of the usual alphabet; the padding at its end may be left out.
    static func bytes(of text: some Collection<UInt8>) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var (bits, bitCount, paddingCount): (UInt32, Int, Int) = (0, 0, 0)
        for (place, letter) in text.enumerated() {
            if letter == UInt8(ascii: "=") {
                paddingCount += 1
                continue
            }
            guard paddingCount == 0, let value = value(of: letter) else { throw .invalid("base64", at: place) }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        // One letter alone holds no byte.
        guard bitCount != 6, paddingCount <= 2 else { throw .invalid("base64", at: text.count) }
        return bytes
    }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
