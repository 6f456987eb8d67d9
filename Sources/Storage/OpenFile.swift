import Bytes
import EventLoop
import Units

/// A file in the hands of its storage thread.
struct OpenFile {
    /// Appends are gathered up to this size, so that a fragment's many small ones cost one call.
    static let gatheredByteCount = 1 << 20

    let file: StorageFile
    private let fileSystem: any FileSystem
    private let ledger: StorageLedger
    /// Whether data is put on the disk, or that is left to the kernel.
    private let isDurable: Bool

    private var path: String
    private(set) var descriptor: Int32?
    private var gathered: [UInt8] = []
    private var room = RoomAhead()

    /// How long the file is, what is gathered left out.
    private(set) var byteCount = 0
    private(set) var failure: StorageError?

    /// Since when there is something that neither the disk has nor a sync that is going on.
    private var dirtySince: Instant?
    /// Since when there was something of what the sync that is going on puts on the disk.
    private var syncingSince: Instant?
    /// Whether the directory holds the name even after a power cut, or will after the sync that is going on.
    private var isNameSynced = false

    init(_ file: StorageFile, fileSystem: any FileSystem, ledger: StorageLedger, isDurable: Bool) {
        self.file = file
        self.fileSystem = fileSystem
        self.ledger = ledger
        self.isDurable = isDurable
        path = file.path
        attempt { open throws(FileFailure) in try open.begin() }
    }

    private mutating func begin() throws(FileFailure) {
        switch file.opening {
        // It gets its name with its first bytes.
        case .new: break
        case .existing:
            let found = try fileSystem.open(path)
            descriptor = found
            byteCount = try fileSystem.byteCount(of: found)
        }
    }

    mutating func perform(_ write: FileWrite) {
        defer { ledger.release(write.byteCount) }
        guard failure == nil else { return ledger.count { $0.droppedWrites += 1 } }
        switch write {
        case .append(let bytes): append(bytes)
        case .overwrite(let offset, let bytes): overwrite(bytes, at: offset)
        // Its turn comes when it is done.
        case .sync: break
        case .reserve(let byteCount):
            flush()
            room.reserved = byteCount
        }
    }

    mutating func rename(to newPath: String) {
        flush()
        attempt { open throws(FileFailure) in
            if open.descriptor != nil { try open.fileSystem.rename(open.path, to: newPath) }
            open.path = newPath
            open.isNameSynced = false
            open.noteDirty()
        }
    }

    /// Records that a write was left out: what follows it would be misplaced.
    mutating func overflow() {
        flush()
        fail(StorageError(verb: "queue for", path: path, code: StorageError.queueFull))
    }

    /// Writes what was gathered.
    mutating func flush() {
        guard !gathered.isEmpty else { return }
        attempt { open throws(FileFailure) in try open.writeAtEnd(open.gathered) }
        gathered.removeAll(keepingCapacity: true)
    }

    /// Whether a sync can put something on the disk that it may not have, and that no sync has begun with.
    var isDirty: Bool { isDurable && dirtySince != nil && descriptor != nil }
    private var isSyncing: Bool { syncingSince != nil }

    /// Writes what was gathered, and tells whether the disk has everything, or as much as it took.
    mutating func isFlushedAndSynced() -> Bool {
        flush()
        return !isDirty && !isSyncing
    }

    /// Writes what was gathered, and hands out what puts everything so far on the disk, name included; nothing if it is.
    ///
    /// What a failed file holds is kept as well as it can be, too. The descriptor stays open until `endSync`.
    mutating func beginSync() -> SyncRequest? {
        flush()
        guard isDirty, !isSyncing, let descriptor else { return nil }
        syncingSince = dirtySince.take()
        defer { isNameSynced = true }
        return SyncRequest(descriptor: descriptor, directory: isNameSynced ? nil : path.parentDirectory)
    }

    /// Everything up to `beginSync` is on the disk, or never will be: Linux gives up what it could not write.
    mutating func endSync(_ failure: FileFailure?, at now: Instant) {
        guard let since = syncingSince.take() else { return }
        attempt { open throws(FileFailure) in
            if let failure { throw failure }
            open.ledger.count { $0.syncWaits.note(since.duration(to: now)) }
        }
    }

    private mutating func noteDirty() { dirtySince = dirtySince ?? SystemClock.now() }

    /// Closes the file; nothing can follow, and what it holds is synced.
    mutating func close() {
        flush()
        if descriptor == nil, file.opening == .new {
            // Nothing came, and nothing is what it holds.
            attempt { open throws(FileFailure) in try open.beginHolding([]) }
        }
        guard let descriptor else { return }
        self.descriptor = nil
        guard failure == nil else {
            // The owner knows already; the room behind the end stays for whoever mends the file.
            _ = try? fileSystem.close(descriptor)
            return
        }
        attempt { open throws(FileFailure) in
            if open.room.isBeyond(open.byteCount) { try open.fileSystem.truncate(descriptor, to: open.byteCount) }
            try open.fileSystem.close(descriptor)
        }
    }

    private mutating func append(_ bytes: [UInt8]) {
        if gathered.count + bytes.count > Self.gatheredByteCount { flush() }
        guard bytes.count < Self.gatheredByteCount else {
            return attempt { open throws(FileFailure) in try open.writeAtEnd(bytes) }
        }
        if failure == nil { gathered.append(contentsOf: bytes) }
    }

    private mutating func overwrite(_ bytes: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= byteCount + gathered.count, "never past the end")
        flush()
        attempt { open throws(FileFailure) in
            guard let descriptor = open.descriptor else { return }
            try open.fileSystem.overwrite(bytes, at: offset, in: descriptor)
            open.noteWritten(bytes.count)
        }
    }

    /// Appends all of `bytes` or, if the disk fills up midway, nothing: whatever was written before is
    /// a legal file, and half a fragment behind it would not be.
    private mutating func writeAtEnd(_ bytes: [UInt8]) throws(FileFailure) {
        guard let descriptor else { return try beginHolding(bytes) }
        try makeRoom(for: bytes.count, in: descriptor)
        do throws(FileFailure) {
            try fileSystem.append(bytes, to: descriptor)
        } catch {
            // If this fails too, the file is still as good as one cut short by a crash.
            _ = try? fileSystem.truncate(descriptor, to: byteCount)
            throw error
        }
        byteCount += bytes.count
        noteWritten(bytes.count)
    }

    /// Creates the file with the first that it holds, and takes room for what finishing will append.
    private mutating func beginHolding(_ bytes: [UInt8]) throws(FileFailure) {
        guard file.opening == .new else { return }
        let made = try fileSystem.create(path, holding: bytes)
        descriptor = made
        byteCount = bytes.count
        noteWritten(bytes.count)
        try makeRoom(for: 0, in: made)
    }

    /// Takes room for what is to be appended and for what finishing will append behind it.
    private mutating func makeRoom(for count: Int, in descriptor: Int32) throws(FileFailure) {
        let wanted = room.wanted(for: count, at: byteCount)
        for (index, range) in wanted.enumerated() {
            do throws(FileFailure) {
                try fileSystem.allocate(from: range.lowerBound, to: range.upperBound, in: descriptor)
                return room.took(range)
            } catch {
                guard error.isDiskFull else { return room.giveUp() }
                if index == wanted.count - 1 { throw error }
            }
        }
    }

    private mutating func noteWritten(_ count: Int) {
        noteDirty()
        file.noteWritten()
        ledger.count { counters in
            counters.writtenByteCount += count
            counters.writes += 1
        }
    }

    /// Does something to the file unless it has failed; keeps and reports the first failure.
    private mutating func attempt(_ body: (inout OpenFile) throws(FileFailure) -> Void) {
        guard failure == nil else { return }
        do throws(FileFailure) {
            try body(&self)
        } catch {
            fail(StorageError(error, path: path))
        }
    }

    private mutating func fail(_ error: StorageError) {
        guard failure == nil else { return }
        failure = error
        gathered = []
        ledger.count { $0.failedFiles += 1 }
        file.fail(error)
    }
}
