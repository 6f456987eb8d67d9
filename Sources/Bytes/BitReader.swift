/// Reads bits from borrowed bytes, most significant first.
public struct BitReader: ~Escapable {
    private let bytes: Span<UInt8>

    /// The index of the next bit to read.
    public private(set) var position = 0

    /// Starts at the first bit of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// How many bits are left to read.
    public var remaining: Int { bytes.count * 8 - position }

    /// Reads one bit as a flag.
    @_lifetime(self: copy self)
    public mutating func readFlag() throws(WireError) -> Bool { try read(1) == 1 }

    /// Reads up to 32 bits as an unsigned number.
    @_lifetime(self: copy self)
    public mutating func read(_ count: Int) throws(WireError) -> UInt32 {
        precondition((0...32).contains(count), "at most 32 bits at once")
        guard count <= remaining else {
            throw .truncated(at: position / 8, needed: (count + 7) / 8, available: remaining / 8)
        }
        var value: UInt32 = 0
        for _ in 0..<count {
            let bit = bytes[position >> 3] >> UInt8(7 - position & 7) & 1
            value = value << 1 | UInt32(bit)
            position += 1
        }
        return value
    }

    /// Reads an unsigned Exp-Golomb code, `ue(v)` (ITU-T H.264 §9.1).
    @_lifetime(self: copy self)
    public mutating func readUnsignedExpGolomb() throws(WireError) -> UInt32 {
        var leadingZeros = 0
        while try !readFlag() {
            leadingZeros += 1
            guard leadingZeros < 32 else { throw .invalid("Exp-Golomb prefix", at: position / 8) }
        }
        let suffix = try read(leadingZeros)
        return (1 << UInt32(leadingZeros)) - 1 + suffix
    }

    /// Reads a signed Exp-Golomb code, `se(v)` (ITU-T H.264 §9.1.1).
    @_lifetime(self: copy self)
    public mutating func readSignedExpGolomb() throws(WireError) -> Int32 {
        let code = Int64(try readUnsignedExpGolomb())
        return Int32(truncatingIfNeeded: code & 1 == 1 ? (code + 1) / 2 : -(code / 2))
    }
}
