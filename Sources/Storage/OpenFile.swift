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
    /// Whether `.sync` reaches the disk, or is left to the kernel.
    private let isDurable: Bool

    private var path: String
    private(set) var descriptor: Int32?
    private var gathered: [UInt8] = []
    private var room = RoomAhead()
    /// Whether the directory holds the name even after a power cut.
    private var isNameDurable = false

    /// How long the file is, what is gathered left out.
    private(set) var byteCount = 0
    /// Whether it has data that the disk may not have.
    var isDirty: Bool { dirtySince != nil }
    private var dirtySince: Instant?
    private(set) var failure: StorageError?

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
        case .sync: sync()
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
            open.isNameDurable = false
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

    /// Writes what was gathered, and tells whether the disk may lack something of the file.
    mutating func flushedNeedsSync() -> Bool {
        flush()
        return isDurable && isDirty && failure == nil
    }

    /// A sync of several files included this one; its name, too.
    mutating func noteSynced(_ failure: FileFailure?, at now: Instant) {
        attempt { open throws(FileFailure) in
            if let failure { throw failure }
            open.noteClean(at: now)
        }
    }

    private mutating func noteDirty() { dirtySince = dirtySince ?? SystemClock.now() }

    private mutating func noteClean(at now: Instant) {
        isNameDurable = true
        guard let since = dirtySince.take() else { return }
        ledger.count { $0.syncWaits.note(since.duration(to: now)) }
    }

    /// Returns when everything so far is on the disk, name included.
    mutating func sync() {
        flush()
        guard isDurable, isDirty else { return }
        attempt { open throws(FileFailure) in
            guard let descriptor = open.descriptor else { return }
            let start = SystemClock.now()
            try open.fileSystem.sync(descriptor)
            if !open.isNameDurable { try open.fileSystem.syncDirectory(open.path.parentDirectory) }
            let now = SystemClock.now()
            open.noteClean(at: now)
            let duration = start.duration(to: now)
            open.ledger.count { counters in
                counters.syncs += 1
                counters.slowestSync = max(counters.slowestSync, duration)
            }
        }
    }

    /// Makes the file durable and closes it; nothing can follow.
    mutating func close() {
        sync()
        if descriptor == nil, file.opening == .new {
            // Nothing came, and nothing is what it holds.
            attempt { open throws(FileFailure) in try open.beginHolding([]) }
        }
        guard let descriptor else { return }
        self.descriptor = nil
        guard failure == nil else {
            // The owner knows already; what was written before is kept as well as it can be, and so is the room behind it,
            // for whoever mends the file.
            if isDurable { _ = try? fileSystem.sync(descriptor) }
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
