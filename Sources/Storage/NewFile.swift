public import Bytes
import Glibc

/// A file that has its name only once it is whole.
///
/// It is written beside its place under a hidden name of its own; `commit` syncs it and then lets it take its place,
/// which readers and the disk see in one step. One that is let go of before is deleted. One thread uses it at a time.
public final class NewFile {
    /// What becomes of a file that has the name already.
    public enum Existing: Sendable {
        /// It stays, and the new one fails.
        case stays
        /// The new one takes its place.
        case isReplaced
    }

    /// What it is called in the end.
    public let path: String
    /// How long it is by now.
    public private(set) var byteCount = 0

    private let existing: Existing
    private let hidden: String
    private let fileSystem = LinuxFileSystem()
    private var descriptor: Int32?
    private var gathered: [UInt8] = []

    private static let gatheredByteCount = 1 << 20

    /// Begins a file; fails with a `StorageError`, at once if the name is taken and must stay.
    public init(_ path: String, existing: Existing) throws {
        self.path = path
        self.existing = existing
        hidden = HiddenName.beside(path)
        if existing == .stays, unsafe access(path, F_OK) == 0 {
            throw StorageError(verb: "create", path: path, code: EEXIST)
        }
        do throws(FileFailure) {
            descriptor = try fileSystem.create(hidden)
        } catch { throw StorageError(error, path: path) }
    }

    deinit { discard() }

    /// Performs one of a writer's wishes; `.sync` and `.reserve` are none here, since nobody sees the file yet.
    public func perform(_ write: FileWrite) throws {
        switch write {
        case .append(let bytes): try append(bytes)
        case .overwrite(let offset, let bytes):
            precondition(offset >= 0 && offset + bytes.count <= byteCount, "a replacement never reaches past the end")
            try flush()
            try attempt { file, descriptor throws(FileFailure) in
                try file.overwrite(bytes, at: offset, in: descriptor)
            }
        case .sync, .reserve: break
        }
    }

    /// Writes behind what is there.
    public func append(_ bytes: [UInt8]) throws {
        byteCount += bytes.count
        gathered += bytes
        if gathered.count >= Self.gatheredByteCount { try flush() }
    }

    /// Puts everything on the disk, and the file in its place.
    public func commit() throws {
        try flush()
        try attempt { file, descriptor throws(FileFailure) in
            takeOver(descriptor)
            try file.sync(descriptor)
            try file.close(descriptor)
        }
        descriptor = nil
        do throws(FileFailure) {
            try takePlace()
            try fileSystem.syncDirectory(path.parentDirectory)
        } catch {
            _ = try? fileSystem.delete(hidden)
            throw StorageError(error, path: path)
        }
    }

    /// Whose file it takes the place of also says who may read it, as far as we may decide that.
    private func takeOver(_ descriptor: Int32) {
        var status = stat()
        guard existing == .isReplaced, unsafe stat(path, &status) == 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        _ = fchmod(descriptor, status.st_mode & 0o7777)
    }

    /// Deletes what was written.
    private func discard() {
        guard let open = descriptor else { return }
        descriptor = nil
        _ = try? fileSystem.close(open)
        _ = try? fileSystem.delete(hidden)
    }

    private func takePlace() throws(FileFailure) {
        switch existing {
        case .stays: try HiddenName.reveal(hidden, as: path, on: fileSystem)
        case .isReplaced: try fileSystem.rename(hidden, to: path)
        }
    }

    private func flush() throws {
        guard !gathered.isEmpty else { return }
        try attempt { file, descriptor throws(FileFailure) in try file.append(self.gathered, to: descriptor) }
        gathered.removeAll(keepingCapacity: true)
    }

    private func attempt(_ body: (LinuxFileSystem, Int32) throws(FileFailure) -> Void) throws {
        guard let descriptor else { throw StorageError(verb: "write", path: path, code: EBADF) }
        do throws(FileFailure) { try body(fileSystem, descriptor) } catch { throw StorageError(error, path: path) }
    }
}
