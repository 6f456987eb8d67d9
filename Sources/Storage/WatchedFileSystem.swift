import EventLoop
import Synchronization
import Units

/// Since when a thread waits for the disk; readable by every other thread, which that one is not while it waits.
final class DiskWatch: Sendable {
    /// Nanoseconds of `SystemClock`; nothing is waited for at the least of all.
    private let since = Atomic<Int64>(.min)

    /// How long the call that is going on has taken so far.
    func waiting(at now: Instant) -> Duration {
        let since = since.load(ordering: .relaxed)
        return since == .min ? .zero : max(.zero, Instant(nanoseconds: since).duration(to: now))
    }

    fileprivate func during<Result, Failure: Error>(_ call: () throws(Failure) -> Result) throws(Failure) -> Result {
        since.store(SystemClock.now().nanoseconds, ordering: .relaxed)
        defer { since.store(.min, ordering: .relaxed) }
        return try call()
    }
}

/// A file system whose calls a watch looks at.
struct WatchedFileSystem: FileSystem {
    let base: any FileSystem
    let watch: DiskWatch

    func create(_ path: String) throws(FileFailure) -> Int32 {
        try watch.during { () throws(FileFailure) in try base.create(path) }
    }

    func create(_ path: String, holding bytes: [UInt8]) throws(FileFailure) -> Int32 {
        try watch.during { () throws(FileFailure) in try base.create(path, holding: bytes) }
    }

    func open(_ path: String) throws(FileFailure) -> Int32 {
        try watch.during { () throws(FileFailure) in try base.open(path) }
    }

    func byteCount(of descriptor: Int32) throws(FileFailure) -> Int {
        try watch.during { () throws(FileFailure) in try base.byteCount(of: descriptor) }
    }

    func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8] {
        try watch.during { () throws(FileFailure) in try base.read(count, at: offset, from: descriptor) }
    }

    func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.append(bytes, to: descriptor) }
    }

    func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.overwrite(bytes, at: offset, in: descriptor) }
    }

    func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.allocate(from: start, to: end, in: descriptor) }
    }

    func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.truncate(descriptor, to: byteCount) }
    }

    func sync(_ descriptor: Int32) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.sync(descriptor) }
    }

    func sync(together descriptors: [Int32]) -> [FileFailure?]? {
        watch.during { base.sync(together: descriptors) }
    }

    func close(_ descriptor: Int32) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.close(descriptor) }
    }

    func rename(_ old: String, to new: String) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.rename(old, to: new) }
    }

    func delete(_ path: String) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.delete(path) }
    }

    func syncDirectory(_ path: String) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.syncDirectory(path) }
    }

    func createDirectory(_ path: String) throws(FileFailure) {
        try watch.during { () throws(FileFailure) in try base.createDirectory(path) }
    }

    func freeByteCount(at path: String) throws(FileFailure) -> Int {
        try watch.during { () throws(FileFailure) in try base.freeByteCount(at: path) }
    }
}
