import Bytes

extension Span<UInt8> {
    /// The two bytes at `index` as a big-endian number; the caller has checked that they are there.
    func uint16(at index: Int) -> UInt16 {
        UInt16(self[index]) << 8 | UInt16(self[index + 1])
    }

    /// The three bytes at `index` as a big-endian number.
    func uint24(at index: Int) -> UInt32 {
        UInt32(self[index]) << 16 | UInt32(uint16(at: index + 1))
    }

    /// The four bytes at `index` as a big-endian number.
    func uint32(at index: Int) -> UInt32 {
        UInt32(uint16(at: index)) << 16 | UInt32(uint16(at: index + 2))
    }

    /// The eight bytes at `index` as a big-endian number.
    func uint64(at index: Int) -> UInt64 {
        UInt64(uint32(at: index)) << 32 | UInt64(uint32(at: index + 4))
    }

    /// Refuses input that is shorter than `count` bytes.
    func require(_ count: Int, at position: Int = 0) throws(WireError) {
        guard self.count - position >= count else {
            throw .truncated(at: position, needed: count, available: Swift.max(0, self.count - position))
        }
    }
}
