/// Bytes at rest that can be read from any place: a file, or an array in a test.
public protocol ByteSource {
    /// How many bytes there are.
    var byteCount: Int { get }

    /// Copies out up to `count` bytes from `offset` on; fewer where the source ends or cannot be read.
    func read(at offset: Int, count: Int) -> [UInt8]
}

extension [UInt8]: ByteSource {
    /// How many bytes there are.
    public var byteCount: Int { count }

    /// Copies out up to `count` bytes from `offset` on; fewer where the array ends.
    public func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < self.count, count > 0 else { return [] }
        return Array(self[offset..<offset + Swift.min(count, self.count - offset)])
    }
}

/// The beginning of a source, as if there were no more.
public struct SourcePrefix: ByteSource {
    private let base: any ByteSource
    public let byteCount: Int

    public init(_ base: some ByteSource, upTo byteCount: Int) {
        self.base = base
        self.byteCount = min(byteCount, base.byteCount)
    }

    /// Copies out up to `count` bytes from `offset` on, none of them behind the prefix.
    public func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < byteCount, count > 0 else { return [] }
        return base.read(at: offset, count: min(count, byteCount - offset))
    }
}
