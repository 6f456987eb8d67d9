/// What is written into each picture of the pattern: which one it is, and whose.
public struct PatternMark: Hashable, Sendable {
    /// The picture's number since the source began, 24 bits of it.
    public var number: UInt32
    /// The rate the source draws at, so that a number says when its picture was due.
    public var framesPerSecond: UInt8
    /// Whose picture it is, so that a reader notices one that ended up in another user's file.
    public var tag: UInt16

    /// A mark; bits of the number beyond the 24th are dropped.
    public init(number: UInt32, framesPerSecond: UInt8, tag: UInt16) {
        self.number = number & 0xFF_FFFF
        self.framesPerSecond = framesPerSecond
        self.tag = tag
    }
}

extension PatternMark {
    /// How many bits a mark and its check take.
    static let bitCount = 60

    /// The mark above its 12 check bits, in the low 60 bits.
    var code: UInt64 {
        let value = UInt64(number) << 24 | UInt64(framesPerSecond) << 16 | UInt64(tag)
        return value << 12 | UInt64(Self.check(value))
    }

    /// Reads a mark back; nothing if its check bits disagree.
    init?(code: UInt64) {
        let value = code >> 12
        guard UInt64(Self.check(value)) == code & 0xFFF else { return nil }
        number = UInt32(truncatingIfNeeded: value >> 24 & 0xFF_FFFF)
        framesPerSecond = UInt8(truncatingIfNeeded: value >> 16)
        tag = UInt16(truncatingIfNeeded: value)
    }

    /// A 12-bit cyclic check of 48 bits, x¹²+x¹¹+x³+x²+x+1.
    ///
    /// It starts from all ones so that an all-black band is no mark.
    private static func check(_ value: UInt64) -> UInt16 {
        var register: UInt16 = 0xFFF
        for bit in stride(from: 47, through: 0, by: -1) {
            let carry = register >> 11 ^ UInt16(truncatingIfNeeded: value >> UInt64(bit)) & 1
            register = register << 1 & 0xFFF
            if carry & 1 == 1 { register ^= 0x80F }
        }
        return register
    }
}
