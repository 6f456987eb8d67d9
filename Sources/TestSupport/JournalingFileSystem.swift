import Dispatch
import Glibc
package import Storage
import Synchronization

/// A file system in memory that keeps a log of what it was asked for, to be replayed up to any moment.
package final class JournalingFileSystem: FileSystem {
    /// One call that changes something.
    package enum Operation: Equatable, Sendable {
        case create(String)
        case append(String, [UInt8])
        case overwrite(String, at: Int, [UInt8])
        case truncate(String, to: Int)
        /// What was done to the file before this is on the disk once the sync ends.
        case beginSync(String)
        case endSync(String)
        /// The directory's names are on the disk as they are now.
        case syncDirectory(String)
        case rename(String, to: String)
        case delete(String)

        /// The file or directory that it concerns.
        package var path: String {
            switch self {
            case .create(let path), .append(let path, _), .overwrite(let path, _, _), .truncate(let path, _),
                .beginSync(let path), .endSync(let path), .syncDirectory(let path), .rename(let path, _),
                .delete(let path):
                path
            }
        }
    }

    private struct State {
        var files: [String: [UInt8]] = [:]
        var open: [Int32: String] = [:]
        var nextDescriptor: Int32 = 100
        var operations: [Operation] = []

        mutating func begin(_ path: String) -> Int32 {
            nextDescriptor += 1
            open[nextDescriptor] = path
            return nextDescriptor
        }

        func path(_ descriptor: Int32) -> String { open[descriptor] ?? "" }
    }

    private let state = Mutex(State())
    /// Is held while syncs must not end.
    private let syncs = DispatchSemaphore(value: 1)

    package init() {}

    /// How many syncs have begun.
    package var syncCount: Int {
        state.withLock { state in
            state.operations.count { if case .beginSync = $0 { true } else { false } }
        }
    }

    /// From now on syncs that begin do not end.
    package func holdSyncs() { syncs.wait() }

    /// Lets syncs end again.
    package func releaseSyncs() { syncs.signal() }

    /// Everything that was done, in its order.
    package var operations: [Operation] { state.withLock { $0.operations } }

    package func create(_ path: String) throws(FileFailure) -> Int32 {
        try state.withLock { state throws(FileFailure) in
            guard state.files[path] == nil else { throw FileFailure(verb: "create", code: EEXIST) }
            state.files[path] = []
            state.operations.append(.create(path))
            return state.begin(path)
        }
    }

    package func open(_ path: String) throws(FileFailure) -> Int32 {
        try state.withLock { state throws(FileFailure) in
            guard state.files[path] != nil else { throw FileFailure(verb: "open", code: ENOENT) }
            return state.begin(path)
        }
    }

    package func byteCount(of descriptor: Int32) throws(FileFailure) -> Int {
        state.withLock { $0.files[$0.path(descriptor)]?.count ?? 0 }
    }

    package func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8] {
        state.withLock { Array(($0.files[$0.path(descriptor)] ?? []).dropFirst(offset).prefix(count)) }
    }

    package func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        state.withLock { state in
            let path = state.path(descriptor)
            state.files[path, default: []] += bytes
            state.operations.append(.append(path, bytes))
        }
    }

    package func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure) {
        state.withLock { state in
            let path = state.path(descriptor)
            state.files[path]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            state.operations.append(.overwrite(path, at: offset, bytes))
        }
    }

    package func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure) {}

    package func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure) {
        state.withLock { state in
            let path = state.path(descriptor)
            state.files[path] = Array((state.files[path] ?? []).prefix(byteCount))
            state.operations.append(.truncate(path, to: byteCount))
        }
    }

    package func sync(_ descriptor: Int32) throws(FileFailure) {
        let path = state.withLock { state in
            state.operations.append(.beginSync(state.path(descriptor)))
            return state.path(descriptor)
        }
        syncs.wait()
        syncs.signal()
        state.withLock { $0.operations.append(.endSync(path)) }
    }

    package func close(_ descriptor: Int32) throws(FileFailure) { state.withLock { $0.open[descriptor] = nil } }

    package func rename(_ old: String, to new: String) throws(FileFailure) {
        state.withLock { state in
            state.files[new] = state.files.removeValue(forKey: old)
            for (descriptor, path) in state.open where path == old { state.open[descriptor] = new }
            state.operations.append(.rename(old, to: new))
        }
    }

    package func delete(_ path: String) throws(FileFailure) {
        try state.withLock { state throws(FileFailure) in
            guard state.files.removeValue(forKey: path) != nil else {
                throw FileFailure(verb: "delete", code: ENOENT)
            }
            state.operations.append(.delete(path))
        }
    }

    package func syncDirectory(_ path: String) throws(FileFailure) {
        state.withLock { $0.operations.append(.syncDirectory(path)) }
    }

    package func createDirectory(_ path: String) throws(FileFailure) {}
    package func freeByteCount(at path: String) throws(FileFailure) -> Int { .max }
}
