public import Bytes

/// A file in memory that performs what a file writer asks for.
public struct FakeDisk: Sendable {
    /// What the file holds.
    public private(set) var bytes: [UInt8] = []
    /// How often everything before had to be on disk before anything after.
    public private(set) var syncCount = 0

    public init() {}

    /// A file that holds something already.
    public init(holding bytes: [UInt8]) { self.bytes = bytes }

    /// Performs one write, whole.
    public mutating func perform(_ write: FileWrite) {
        switch write {
        case .append(let more): bytes += more
        case .overwrite(let offset, let new): replace(at: offset, new)
        case .sync: syncCount += 1
        case .reserve: break
        }
    }

    /// Performs the first `byteCount` bytes of a write, as a process that is killed in the middle does.
    ///
    /// A write of at most 16 bytes is performed whole or not at all: such are meant to lie in one
    /// sector, which disks write in one piece.
    public mutating func perform(_ write: FileWrite, cutTo byteCount: Int) {
        switch write {
        case .append(let more): bytes += more.prefix(byteCount)
        case .overwrite(let offset, let new) where new.count > 16: replace(at: offset, Array(new.prefix(byteCount)))
        case .overwrite, .sync, .reserve: break
        }
    }

    private mutating func replace(at offset: Int, _ new: [UInt8]) {
        precondition(offset >= 0 && offset + new.count <= bytes.count, "a replacement never reaches past the end")
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
    }
}

extension FileWrite {
    /// How many bytes it writes.
    public var byteCount: Int {
        switch self {
        case .append(let bytes), .overwrite(_, let bytes): bytes.count
        case .sync, .reserve: 0
        }
    }

    /// Whether it matters to what a file holds, be it by its order on the disk.
    public var concernsBytes: Bool {
        if case .reserve = self { return false }
        return true
    }
}
