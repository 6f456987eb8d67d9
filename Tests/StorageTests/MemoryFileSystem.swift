import Glibc
import Synchronization
import Testing

@testable import Storage

/// A file system in memory whose calls can be made to fail.
final class MemoryFileSystem: FileSystem {
    struct State {
        var files: [String: [UInt8]] = [:]
        var open: [Int32: String] = [:]
        var calls: [String] = []
        var nextDescriptor: Int32 = 100
        /// Which call fails, counted from 0 over all; nothing for none.
        var failing: Int?
        var callCount = 0
        /// How many bytes the disk holds, over all files.
        var capacity = Int.max
        /// Up to where files own the disk, if that is beyond their end.
        var allocated: [String: Int] = [:]
        /// Whether room can be taken ahead.
        var knowsAllocation = true
        /// Whether several files can be synced by one call, and which of them that fails for.
        var syncsTogether = false
        var failingTogether: String?
    }

    /// Every call as it is made.
    let stream: AsyncStream<String>

    private let continuation: AsyncStream<String>.Continuation
    private let state: Mutex<State>
    /// Is called first of all when a file is created, on the storage thread.
    private let beforeCreation: @Sendable () -> Void
    /// Is called first of all when a file is synced, on the thread that waits for it.
    private let beforeSync: @Sendable () -> Void

    init(
        failing: Int? = nil, capacity: Int = .max, knowsAllocation: Bool = true,
        beforeCreation: @escaping @Sendable () -> Void = {}, beforeSync: @escaping @Sendable () -> Void = {}
    ) {
        (stream, continuation) = AsyncStream.makeStream()
        self.beforeCreation = beforeCreation
        self.beforeSync = beforeSync
        state = Mutex(State(failing: failing, capacity: capacity, knowsAllocation: knowsAllocation))
    }

    var files: [String: [UInt8]] { state.withLock { $0.files } }
    var calls: [String] { state.withLock { $0.calls } }
    var openCount: Int { state.withLock { $0.open.count } }
    var callCount: Int { state.withLock { $0.callCount } }
    /// From now on several files are synced by one call, which fails for the one that is named.
    func syncTogether(exceptFor path: String? = nil) {
        state.withLock { ($0.syncsTogether, $0.failingTogether) = (true, path) }
    }

    func sync(together descriptors: [Int32]) -> [FileFailure?]? {
        state.withLock { state in
            guard state.syncsTogether else { return nil }
            state.calls.append("sync together \(descriptors.count)")
            return descriptors.map {
                state.path($0) == state.failingTogether ? FileFailure(verb: "sync", code: EIO) : nil
            }
        }
    }

    /// How much of the disk files own beyond their ends.
    var ownedBeyondEnds: Int { state.withLock { Int($0.used) - $0.files.values.reduce(0) { $0 + $1.count } } }

    /// Puts a file there that nobody writes.
    func put(_ path: String, _ bytes: [UInt8]) { state.withLock { $0.files[path] = bytes } }

    func create(_ path: String) throws(FileFailure) -> Int32 {
        beforeCreation()
        return try call("create", "create \(path)") { state throws(FileFailure) in
            guard state.files[path] == nil else { throw FileFailure(verb: "create", code: EEXIST) }
            state.files[path] = []
            state.nextDescriptor += 1
            state.open[state.nextDescriptor] = path
            return state.nextDescriptor
        }
    }

    func open(_ path: String) throws(FileFailure) -> Int32 {
        try call("open", "open \(path)") { state throws(FileFailure) in
            guard state.files[path] != nil else { throw FileFailure(verb: "open", code: ENOENT) }
            state.nextDescriptor += 1
            state.open[state.nextDescriptor] = path
            return state.nextDescriptor
        }
    }

    func byteCount(of descriptor: Int32) throws(FileFailure) -> Int {
        try call("examine", "size") { state in state.files[state.path(descriptor)]?.count ?? 0 }
    }

    func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8] {
        try call("read", "read \(count) at \(offset)") { state in
            Array((state.files[state.path(descriptor)] ?? []).dropFirst(offset).prefix(count))
        }
    }

    func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure) {
        try call("write", "allocate \(start)..<\(end)") { state throws(FileFailure) in
            guard state.knowsAllocation else { throw FileFailure(verb: "write", code: EOPNOTSUPP) }
            let path = state.path(descriptor)
            let own = max(state.files[path]?.count ?? 0, state.allocated[path] ?? 0)
            guard Int(state.used) - own + end <= state.capacity else { throw FileFailure(verb: "write", code: ENOSPC) }
            state.allocated[path] = end
        }
    }

    func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        try call("write", "append \(bytes.count)") { state throws(FileFailure) in
            let path = state.path(descriptor)
            let end = state.files[path]?.count ?? 0
            let owned = max(0, (state.allocated[path] ?? 0) - end)
            let room = state.capacity == .max ? .max : owned + max(0, state.capacity - Int(state.used))
            state.files[path, default: []] += bytes.prefix(room)
            if room < bytes.count { throw FileFailure(verb: "write", code: ENOSPC) }
        }
    }

    func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure) {
        try call("write", "overwrite \(bytes.count) at \(offset)") { state in
            state.files[state.path(descriptor)]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
    }

    func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure) {
        try call("truncate", "truncate \(byteCount)") { state in
            let path = state.path(descriptor)
            state.files[path] = Array((state.files[path] ?? []).prefix(byteCount))
            state.allocated[path] = nil
        }
    }

    func sync(_ descriptor: Int32) throws(FileFailure) {
        beforeSync()
        try call("sync", "sync") { _ in }
    }

    func close(_ descriptor: Int32) throws(FileFailure) {
        // Another file may have the number by now.
        let wasOpen = state.withLock { $0.open.removeValue(forKey: descriptor) != nil }
        if !wasOpen { Issue.record("a descriptor was closed twice") }
        try call("close", "close") { _ in }
    }

    func rename(_ old: String, to new: String) throws(FileFailure) {
        try call("rename", "rename \(old) \(new)") { state in
            state.files[new] = state.files.removeValue(forKey: old)
            state.allocated[new] = state.allocated.removeValue(forKey: old)
            for (descriptor, path) in state.open where path == old { state.open[descriptor] = new }
        }
    }

    func delete(_ path: String) throws(FileFailure) {
        try call("delete", "delete \(path)") { state throws(FileFailure) in
            guard state.files.removeValue(forKey: path) != nil else {
                throw FileFailure(verb: "delete", code: ENOENT)
            }
        }
    }

    func syncDirectory(_ path: String) throws(FileFailure) { try call("sync", "sync \(path)") { _ in } }

    func createDirectory(_ path: String) throws(FileFailure) { try call("create", "mkdir \(path)") { _ in } }

    func freeByteCount(at path: String) throws(FileFailure) -> Int { 1000 }

    private func call<Result: Sendable>(
        _ verb: String, _ text: String, _ body: (inout State) throws(FileFailure) -> Result
    ) throws(FileFailure) -> Result {
        continuation.yield(text)
        return try state.withLock { state throws(FileFailure) in
            state.calls.append(text)
            defer { state.callCount += 1 }
            if state.failing == state.callCount { throw FileFailure(verb: verb, code: EIO) }
            return try body(&state)
        }
    }
}

extension MemoryFileSystem.State {
    /// How many bytes all files take, with what they own beyond their ends.
    var used: UInt { files.reduce(0) { $0 + UInt(max($1.value.count, allocated[$1.key] ?? 0)) } }

    func path(_ descriptor: Int32) -> String { open[descriptor] ?? "nothing" }
}
