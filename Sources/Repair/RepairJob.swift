import Bytes
import Foundation
import Storage

/// Does what a plan says.
public struct RepairJob {
    private static let copyByteCount = 1 << 20

    private let plan: RepairPlan
    private let options: RepairOptions
    private let listener: ProgressListener

    public init(_ plan: RepairPlan, _ options: RepairOptions, listener: @escaping ProgressListener = { _ in }) {
        self.plan = plan
        self.options = options
        self.listener = listener
    }

    /// Makes the new file, and says what became of it.
    ///
    /// Whatever goes wrong, the old files stay as they are, and no half of a new one is left.
    public func perform() throws -> RepairReport {
        guard plan.isActionable, let output = plan.output else { return RepairReport(planned: plan) }
        let old = FilePath(plan.path)
        // Held until the end, so that nobody begins to record there meanwhile.
        let lock = try Self.lock(old.directory)
        defer { withExtendedLifetime(lock) {} }
        try checkRoom(for: output)
        let new = try NewFile(output, existing: options.isInPlace || isText ? .isReplaced : .stays)
        var result = MediaResult()
        switch plan.work {
        case .none: break
        case .amend(let writes): try amend(new, with: writes)
        case .pieces(let pieces): try write(pieces, to: new)
        case .samples(let samples): result = try samples.write(from: try ReadOnlyFile(plan.path), to: new, listener)
        case .streams(let work): result = try work.write(to: new, listener)
        case .journal(let work): result = try work.write(to: new, listener)
        case .transport(let work): result = try work.write(to: new, listener)
        case .janus(let work): result = try work.write(to: new, listener)
        case .text(let text): try new.append(Array(text.utf8))
        }
        try new.commit()
        let isPartly = plan.verdict == .partly || result.isPartly
        var report = RepairReport(plan, isPartly ? .partly : .repaired, output: output, notes: result.notes)
        report.durationMilliseconds = result.durationMilliseconds ?? plan.durationMilliseconds
        return report
    }

    /// Fails early if the disk has no room for a copy.
    private func checkRoom(for output: String) throws {
        let directory = FilePath(output).directory
        guard let free = try? LinuxFileSystem().freeByteCount(at: directory) else { return }
        let needed = plan.byteCount
        guard free < needed else { return }
        throw RepairRefusal(
            "the new file needs up to \(needed) bytes, and the disk of \(directory) has \(free)",
            remedy: "free some space, or repair a copy on another disk")
    }

    /// Locks a directory against whoever would write there.
    ///
    /// A program that is being started holds on to what its parent held for some milliseconds; so it is tried for a while.
    static func lock(_ directory: String) throws -> DirectoryLock {
        for _ in 0..<20 {
            if let lock = try DirectoryLock(directory) { return lock }
            usleep(10_000)
        }
        throw beingWritten(directory)
    }

    private static func beingWritten(_ directory: String) -> RepairRefusal {
        RepairRefusal(
            "\(directory) is being recorded to, or repaired, by another process now",
            remedy: "stop the recording first; then it is whole by itself")
    }

    private var isText: Bool { if case .text = plan.work { true } else { false } }

    private func amend(_ new: NewFile, with writes: [FileWrite]) throws {
        let source = try ReadOnlyFile(plan.path)
        try copy(0..<source.byteCount, of: source, to: new, total: source.byteCount)
        for write in writes { try new.perform(write) }
    }

    private func write(_ pieces: [FilePiece], to new: NewFile) throws {
        let source = try ReadOnlyFile(plan.path)
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try new.append(bytes)
            case .copy(let range): try copy(range, of: source, to: new, total: source.byteCount)
            }
        }
    }

    private func copy(_ range: Range<Int>, of source: ReadOnlyFile, to new: NewFile, total: Int) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let bytes = source.read(at: position, count: min(Self.copyByteCount, range.upperBound - position))
            if let failure = source.failure { throw failure }
            guard !bytes.isEmpty else { throw RepairRefusal("\(plan.path) became shorter while it was read") }
            try new.append(bytes)
            position += bytes.count
            try listener(RepairProgress(doneByteCount: position, byteCount: total))
        }
    }
}

/// What came of putting media together.
struct MediaResult: Sendable {
    var durationMilliseconds: Int64?
    var notes: [String] = []
    var isPartly = false
}
