extension [UInt8] {
    /// Appends an integer, most significant byte first.
    @inlinable
    public mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Appends the low 24 bits of a value, most significant byte first.
    public mutating func append(bigEndian24 value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 16))
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    /// Overwrites the bytes at `offset` with an integer, most significant byte first.
    @inlinable
    public mutating func overwrite<T: FixedWidthInteger>(bigEndian value: T, at offset: Int) {
        let count = MemoryLayout<T>.size
        for index in 0..<count {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> T((count - 1 - index) * 8))
        }
    }

    /// Appends borrowed bytes, all of them or the range given.
    public mutating func append(copying bytes: Span<UInt8>, in range: Range<Int>? = nil) {
        let source = bytes.extracting(range ?? 0..<bytes.count)
        append(addingCapacity: source.count) { output in
            for index in 0..<source.count { output.append(source[index]) }
        }
    }
}
