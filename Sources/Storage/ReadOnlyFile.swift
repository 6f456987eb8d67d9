public import Bytes
import Glibc

/// A file that is only looked at, read where a reader wants to look.
///
/// Keeps the last stretch it read, because readers look at headers that lie close together. One thread uses it at a time.
@safe public final class ReadOnlyFile: ByteSource {
    public let path: String
    public let byteCount: Int
    /// What kept it from being read, if anything did: what is behind that place reads as if it were not there.
    public private(set) var failure: StorageError?

    private let descriptor: Int32
    private var window: (start: Int, bytes: [UInt8]) = (0, [])

    private static let windowByteCount = 64 << 10

    /// Opens a regular file; fails with a `StorageError`.
    public init(_ path: String) throws {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(verb: "open", path: path, code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw StorageError(verb: "examine", path: path, code: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw StorageError(verb: "read", path: path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    public func read(at offset: Int, count: Int) -> [UInt8] {
        guard offset >= 0, offset < byteCount, count > 0 else { return [] }
        let end = min(byteCount, offset + min(count, byteCount))
        guard end - offset <= Self.windowByteCount else { return load(offset, end - offset) }
        if offset < window.start || end > window.start + window.bytes.count {
            window = (offset, load(offset, min(Self.windowByteCount, byteCount - offset)))
        }
        let held = min(end, window.start + window.bytes.count)
        guard held > offset else { return [] }
        return Array(window.bytes[offset - window.start..<held - window.start])
    }

    private func load(_ offset: Int, _ count: Int) -> [UInt8] {
        do throws(FileFailure) {
            return try LinuxFileSystem().read(count, at: offset, from: descriptor)
        } catch {
            failure = failure ?? StorageError(error, path: path)
            return []
        }
    }
}
