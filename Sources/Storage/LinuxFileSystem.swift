import CLinux
import Glibc

/// The file system of this machine.
package struct LinuxFileSystem: FileSystem {
    package init() {}

    package func create(_ path: String) throws(FileFailure) -> Int32 {
        try check("create") { unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    }

    package func create(_ path: String, holding bytes: [UInt8]) throws(FileFailure) -> Int32 {
        guard unsafe access(path, F_OK) != 0 else { throw FileFailure(verb: "create", code: EEXIST) }
        let hidden = HiddenName.beside(path)
        let descriptor = try create(hidden)
        do throws(FileFailure) {
            try append(bytes, to: descriptor)
            try HiddenName.reveal(hidden, as: path, on: self)
        } catch {
            _ = try? close(descriptor)
            _ = try? delete(hidden)
            throw error
        }
        return descriptor
    }

    package func open(_ path: String) throws(FileFailure) -> Int32 {
        let descriptor = try check("open") { unsafe Glibc.open(path, O_RDWR | O_CLOEXEC) }
        try check("open") { lseek(descriptor, 0, SEEK_END) < 0 ? -1 : 0 }
        return descriptor
    }

    package func byteCount(of descriptor: Int32) throws(FileFailure) -> Int {
        var status = stat()
        try check("examine") { unsafe fstat(descriptor, &status) }
        return Int(status.st_size)
    }

    package func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8] {
        var failure: FileFailure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            while filled < count {
                let result = unsafe pread(
                    descriptor, room.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if result > 0 {
                    filled += result
                } else if result == 0 {
                    break
                } else if errno != EINTR {
                    failure = FileFailure(verb: "read", code: errno)
                    break
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure) {
        let status = clinux_allocate(descriptor, Int64(start), Int64(end - start))
        guard status >= 0 else { throw FileFailure(verb: "write", code: -status) }
    }

    package func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        try unsafe writeAll(bytes) { rest, _ in unsafe write(descriptor, rest.baseAddress, rest.count) }
    }

    package func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure) {
        try unsafe writeAll(bytes) { rest, written in
            unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
        }
    }

    package func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure) {
        try check("truncate") { ftruncate(descriptor, off_t(byteCount)) }
        try check("truncate") { lseek(descriptor, off_t(byteCount), SEEK_SET) < 0 ? -1 : 0 }
    }

    package func sync(_ descriptor: Int32) throws(FileFailure) { try check("sync") { fdatasync(descriptor) } }

    /// One sync for each file system that holds some of the files: what it costs does not grow with their number.
    package func sync(together descriptors: [Int32]) -> [FileFailure?]? {
        var devices: Set<dev_t> = []
        for descriptor in descriptors {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { return nil }
            guard devices.insert(status.st_dev).inserted else { continue }
            // It fails for whoever wrote to that disk; syncing each file tells which it was.
            guard clinux_sync_file_system(descriptor) == 0 else { return nil }
        }
        return descriptors.map { descriptor in
            // There is nothing left to wait for: this asks whether a write of the file has failed, now or before.
            let status = clinux_check_writes(descriptor)
            return status < 0 ? FileFailure(verb: "sync", code: -status) : nil
        }
    }

    package func close(_ descriptor: Int32) throws(FileFailure) {
        // Linux frees the descriptor even if it reports EINTR: a second try could close another file's.
        guard Glibc.close(descriptor) < 0, errno != EINTR else { return }
        throw FileFailure(verb: "close", code: errno)
    }

    package func rename(_ old: String, to new: String) throws(FileFailure) {
        try check("rename") { unsafe Glibc.rename(old, new) }
    }

    package func delete(_ path: String) throws(FileFailure) { try check("delete") { unsafe unlink(path) } }

    package func syncDirectory(_ path: String) throws(FileFailure) {
        let descriptor = try check("open") { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        defer { _ = Glibc.close(descriptor) }
        try check("sync") { fsync(descriptor) }
    }

    package func createDirectory(_ path: String) throws(FileFailure) {
        guard unsafe mkdir(path, 0o755) < 0 else { return try syncDirectory(path.parentDirectory) }
        let code = errno
        if code == EEXIST, isDirectory(path) { return }
        let parent = path.parentDirectory
        guard code == ENOENT, parent != path else { throw FileFailure(verb: "create", code: code) }
        try createDirectory(parent)
        // Another thread may have created it meanwhile.
        guard unsafe mkdir(path, 0o755) < 0, errno != EEXIST else { return try syncDirectory(parent) }
        throw FileFailure(verb: "create", code: errno)
    }

    package func freeByteCount(at path: String) throws(FileFailure) -> Int {
        var status = statvfs()
        try check("examine") { unsafe statvfs(path, &status) }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
    }

    private func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Repeats a call that a signal interrupts, and turns its failure into an error.
    @discardableResult
    private func check(_ verb: String, _ call: () -> Int32) throws(FileFailure) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw FileFailure(verb: verb, code: errno) }
        }
    }

    private func writeAll(
        _ bytes: [UInt8], _ call: (UnsafeRawBufferPointer, _ written: Int) -> Int
    ) throws(FileFailure) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe call(UnsafeRawBufferPointer(rebasing: buffer[written...]), written)
            }
            if count >= 0 { written += count } else if errno != EINTR { throw FileFailure(verb: "write", code: errno) }
        }
    }
}

extension String {
    /// The directory that holds the file of this path.
    var parentDirectory: String {
        var text = self[...]
        while text.count > 1, text.hasSuffix("/") { text = text.dropLast() }
        guard let slash = text.lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(text[..<slash])
    }
}
