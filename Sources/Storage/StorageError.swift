import EventLoop
import Glibc

/// Why a file could not be written, and what the operator can do about it.
public struct StorageError: Error, Equatable, Sendable {
    /// What was tried, as a verb: "write" or "create".
    public var verb: String

    public var path: String

    /// The kernel's `errno`; `ENOMEM` also if the queue of writes outgrew its limit.
    public var code: Int32

    public init(verb: String, path: String, code: Int32) {
        self.verb = verb
        self.path = path
        self.code = code
    }

    init(_ failure: FileFailure, path: String) {
        self.init(verb: failure.verb, path: path, code: failure.code)
    }

    /// Returns what `body` does; its failure is thrown as one of the file of this path.
    static func naming<Result>(
        _ path: String, _ body: () throws(FileFailure) -> Result
    ) throws(StorageError) -> Result {
        do throws(FileFailure) { return try body() } catch { throw StorageError(error, path: path) }
    }

    /// The code of a file whose writes outgrew the queue.
    static let queueFull = ENOMEM

    /// Whether the disk, or a quota on it, has no room left.
    public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// What to do about it, as a sentence; empty if nothing is known to help.
    public var remedy: String {
        switch code {
        case ENOSPC, EDQUOT: "Free some space, or record to another disk."
        case EACCES, EPERM: "Give the user that runs lathe the right to write there."
        case EROFS: "The disk is mounted read-only: `dmesg` says if an error made it so."
        case EEXIST: "Something of that name is there already: nothing is ever overwritten."
        case ENOENT: "See if somebody moved or deleted the directory while recording."
        case ENOMEM: "The disk is slower than what is recorded: use a faster one, or record less at once."
        case EMFILE, ENFILE: "Too many files are open: raise the limit with `ulimit -n`."
        case EIO: "The disk is failing: `dmesg` has more; replace it."
        default: ""
        }
    }
}

extension StorageError: CustomStringConvertible {
    public var description: String {
        SystemError(operation: "\(verb) \(path)", code: code, remedy: remedy).description
    }
}
