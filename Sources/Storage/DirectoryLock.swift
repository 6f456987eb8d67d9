import Glibc

/// Says to every process of this machine that a directory's files are being written, until it goes away.
///
/// The kernel lets go of it when the process ends, however that happens (flock(2)).
@safe public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Locks a directory that is there; nothing if somebody else has, this process included.
    ///
    /// Fails with a `StorageError` if the directory cannot be opened. A file system that knows no locks, as some that are
    /// mounted over a network, is taken for one where nobody else writes.
    public init?(_ path: String) throws {
        let opened = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw StorageError(verb: "open", path: path, code: errno) }
        // From here on `deinit` closes it, also where there is no lock to return.
        descriptor = opened
        if flock(descriptor, LOCK_EX | LOCK_NB) < 0, errno == EWOULDBLOCK { return nil }
    }

    deinit {
        // Closing alone would leave the lock with a child that was forked and has not become another program yet.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether somebody has locked a directory now; one that cannot be looked at counts as locked.
    public static func isHeld(_ path: String) -> Bool {
        do { return try DirectoryLock(path) == nil } catch { return true }
    }
}
