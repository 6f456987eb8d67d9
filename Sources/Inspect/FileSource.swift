import Bytes
import Foundation

/// A file on disk, read where a reader wants to look.
///
/// Keeps the last stretch it read, because readers look at headers that lie close together.
final class FileSource: ByteSource {
    let byteCount: Int
    private let handle: FileHandle
    private var window: [UInt8] = []
    private var windowStart = 0

    private static let windowByteCount = 64 << 10

    init(path: String) throws {
        handle = try FileHandle(forReadingFrom: URL(filePath: path))
        byteCount = Int(try handle.seekToEnd())
    }

    func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < byteCount, count > 0 else { return [] }
        guard count <= Self.windowByteCount else { return load(at: offset, count: count) }
        let wanted = offset..<min(offset + count, byteCount)
        if wanted.lowerBound < windowStart || wanted.upperBound > windowStart + window.count {
            window = load(at: offset, count: Self.windowByteCount)
            windowStart = offset
        }
        let held = min(wanted.upperBound, windowStart + window.count)
        guard held > offset else { return [] }
        return Array(window[offset - windowStart..<held - windowStart])
    }

    /// A file that cannot be read any further reads as one that ends there.
    private func load(at offset: Int, count: Int) -> [UInt8] {
        do {
            try handle.seek(toOffset: UInt64(offset))
            return [UInt8](try handle.read(upToCount: count) ?? Data())
        } catch { return [] }
    }
}
