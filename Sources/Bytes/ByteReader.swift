/// Reads big-endian fields from borrowed bytes, front to back.
///
/// A read that fails throws and leaves the position where it was.
public struct ByteReader: ~Escapable {
    private let bytes: Span<UInt8>

    /// The index of the next byte to read.
    public private(set) var position = 0

    /// Starts at the first of `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// How many bytes are left to read.
    public var remaining: Int { bytes.count - position }

    /// Reads one big-endian integer of the type asked for.
    @_lifetime(self: copy self)
    public mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(WireError) -> T {
        let start = position
        try skip(MemoryLayout<T>.size)
        var value: T = 0
        for index in start..<position { value = value << 8 | T(truncatingIfNeeded: bytes[index]) }
        return value
    }

    /// Reads a 24-bit big-endian integer.
    @_lifetime(self: copy self)
    public mutating func readUInt24() throws(WireError) -> UInt32 {
        let start = position
        try skip(3)
        return UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
    }

    /// Copies the next `count` bytes out.
    @_lifetime(self: copy self)
    public mutating func readBytes(_ count: Int) throws(WireError) -> [UInt8] {
        let start = position
        try skip(count)
        var copied: [UInt8] = []
        copied.append(copying: bytes, in: start..<position)
        return copied
    }

    /// Moves past `count` bytes.
    @_lifetime(self: copy self)
    public mutating func skip(_ count: Int) throws(WireError) {
        precondition(count >= 0, "a reader only moves forward")
        guard count <= remaining else {
            throw .truncated(at: position, needed: count, available: remaining)
        }
        position += count
    }
}
