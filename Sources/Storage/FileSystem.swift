import Glibc

/// The system calls that storage makes, so that tests can make any of them fail.
///
/// Each blocks, and is called on a storage thread only.
package protocol FileSystem: Sendable {
    /// Creates a file that was not there, for writing.
    func create(_ path: String) throws(FileFailure) -> Int32

    /// Creates a file that was not there and that has its name only once it holds these bytes.
    ///
    /// A process that is killed in the middle of a long write leaves some of its pages; what readers see must begin whole.
    func create(_ path: String, holding bytes: [UInt8]) throws(FileFailure) -> Int32

    /// Opens a file that is there for reading and writing; appends go behind what it holds.
    func open(_ path: String) throws(FileFailure) -> Int32

    func byteCount(of descriptor: Int32) throws(FileFailure) -> Int

    /// Reads up to `count` bytes; fewer only where the file ends.
    func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8]

    /// Writes at the current end. Interrupted and partial writes are continued.
    func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure)

    func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure)

    /// Makes the disk's room up to `end` the file's own, which gets no longer by it.
    func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure)

    /// Cuts the file to `byteCount`, gives back what was allocated beyond, and appends from there.
    func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure)

    /// Returns when data and size are on the disk.
    func sync(_ descriptor: Int32) throws(FileFailure)

    /// Returns when data, sizes and names of all these files are on the disk, with what failed for each; nothing if that
    /// takes one sync after the other.
    func sync(together descriptors: [Int32]) -> [FileFailure?]?

    func close(_ descriptor: Int32) throws(FileFailure)

    func rename(_ old: String, to new: String) throws(FileFailure)

    func delete(_ path: String) throws(FileFailure)

    /// Makes names in a directory durable: those of files created, renamed or deleted there.
    func syncDirectory(_ path: String) throws(FileFailure)

    /// Creates a directory, and those above it that are missing.
    func createDirectory(_ path: String) throws(FileFailure)

    /// How many bytes an unprivileged user can still write on the disk that holds `path`.
    func freeByteCount(at path: String) throws(FileFailure) -> Int
}

extension FileSystem {
    /// Where nobody can be killed in between, one after the other is the same.
    package func create(_ path: String, holding bytes: [UInt8]) throws(FileFailure) -> Int32 {
        let descriptor = try create(path)
        do throws(FileFailure) {
            try append(bytes, to: descriptor)
        } catch {
            _ = try? close(descriptor)
            _ = try? delete(path)
            throw error
        }
        return descriptor
    }

    package func sync(together descriptors: [Int32]) -> [FileFailure?]? { nil }
}

/// What one system call answered.
package struct FileFailure: Error, Equatable, Sendable {
    /// The call, as a verb: "write", "sync".
    package var verb: String
    package var code: Int32

    package init(verb: String, code: Int32) {
        self.verb = verb
        self.code = code
    }

    /// Whether the disk, or a quota on it, has no room left.
    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
}
