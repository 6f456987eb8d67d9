import Glibc
package import Storage
import Synchronization

/// This machine's file system, but with a disk that can be full, broken or read-only, from any call on.
package final class FaultyFileSystem: FileSystem {
    /// What the disk does to calls that change something.
    package enum Fault: Equatable, Sendable {
        /// The kernel's `errno`.
        case error(Int32)
        /// There is room for so many more bytes, and none for others.
        case room(Int)
    }

    private struct State {
        var fault: Fault?
        var callCount = 0
        /// The call, counted from 0, from which on `laterFault` holds; nothing for never.
        var failingCall = Int.max
        var laterFault = Fault.error(EIO)
        /// Whether the call that fails is the only one.
        var failsOnce = false
    }

    private let base = LinuxFileSystem()
    private let state = Mutex(State())

    package init() {}

    /// From now on, or until it is set otherwise.
    package var fault: Fault? {
        get { state.withLock { $0.fault } }
        set { state.withLock { $0.fault = newValue } }
    }

    /// How many calls were made that change something.
    package var callCount: Int { state.withLock { $0.callCount } }

    /// Lets the call of that number fail, counted from 0 over all that change something, and those after it.
    package func fail(at call: Int, with fault: Fault, once: Bool = false) {
        state.withLock { ($0.failingCall, $0.laterFault, $0.failsOnce) = (call, fault, once) }
    }

    /// Refuses a call that changes something, if the disk is like that.
    private func change(_ verb: String, takes byteCount: Int = 0) throws(FileFailure) {
        try state.withLock { state throws(FileFailure) in
            defer { state.callCount += 1 }
            if state.callCount == state.failingCall {
                if state.failsOnce {
                    if case .error(let code) = state.laterFault { throw FileFailure(verb: verb, code: code) }
                }
                state.fault = state.laterFault
            }
            switch state.fault {
            case nil: return
            case .error(let code): throw FileFailure(verb: verb, code: code)
            case .room(let room):
                guard byteCount <= room else { throw FileFailure(verb: verb, code: ENOSPC) }
                state.fault = .room(room - byteCount)
            }
        }
    }

    package func create(_ path: String) throws(FileFailure) -> Int32 {
        try change("create")
        return try base.create(path)
    }

    package func open(_ path: String) throws(FileFailure) -> Int32 { try base.open(path) }
    package func byteCount(of descriptor: Int32) throws(FileFailure) -> Int { try base.byteCount(of: descriptor) }

    package func read(_ count: Int, at offset: Int, from descriptor: Int32) throws(FileFailure) -> [UInt8] {
        try base.read(count, at: offset, from: descriptor)
    }

    package func append(_ bytes: [UInt8], to descriptor: Int32) throws(FileFailure) {
        try change("write", takes: bytes.count)
        try base.append(bytes, to: descriptor)
    }

    package func overwrite(_ bytes: [UInt8], at offset: Int, in descriptor: Int32) throws(FileFailure) {
        try change("write")
        try base.overwrite(bytes, at: offset, in: descriptor)
    }

    /// As on a disk without this art, so that what is written is all that takes room.
    package func allocate(from start: Int, to end: Int, in descriptor: Int32) throws(FileFailure) {
        throw FileFailure(verb: "write", code: EOPNOTSUPP)
    }

    package func truncate(_ descriptor: Int32, to byteCount: Int) throws(FileFailure) {
        try change("truncate")
        try base.truncate(descriptor, to: byteCount)
    }

    package func sync(_ descriptor: Int32) throws(FileFailure) {
        try change("sync")
        try base.sync(descriptor)
    }

    package func close(_ descriptor: Int32) throws(FileFailure) { try base.close(descriptor) }

    package func rename(_ old: String, to new: String) throws(FileFailure) {
        try change("rename")
        try base.rename(old, to: new)
    }

    package func delete(_ path: String) throws(FileFailure) {
        try change("delete")
        try base.delete(path)
    }

    package func syncDirectory(_ path: String) throws(FileFailure) {
        try change("sync")
        try base.syncDirectory(path)
    }

    package func createDirectory(_ path: String) throws(FileFailure) {
        try change("create")
        try base.createDirectory(path)
    }

    /// What is left is what the fault says; otherwise all of the disk's.
    package func freeByteCount(at path: String) throws(FileFailure) -> Int {
        switch fault {
        case .room(let room): return room
        case .error, nil: return try base.freeByteCount(at: path)
        }
    }
}
