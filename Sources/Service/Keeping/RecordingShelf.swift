import Capture
import Foundation
import Storage

/// The finished recordings below a root, as they lie there, and the way to be rid of one.
///
/// Asks the file system each time and keeps nothing, so that directories may come and go by other hands.
public struct RecordingShelf: Sendable {
    /// A file of this name in its directory keeps a recording.
    public static let holdName = "recording.hold"
    /// A file of this name says that a recording is still being copied to elsewhere.
    public static let uploadName = "recording.uploading"
    /// What a directory is called while it is deleted: hidden, so that nobody takes what is left of it for a recording.
    private static let doomed = ".deleted-"

    public let root: String

    public init(root: String) { self.root = URL(fileURLWithPath: root).standardizedFileURL.path }

    /// Every recording below the root, whether it is finished or not.
    public func recordings() -> [RetentionPolicy.Kept] {
        days().flatMap { day in
            names(in: day).filter { !$0.hasPrefix(".") }.map { day + "/" + $0 }.compactMap(Self.look)
        }
    }

    /// Deletes a recording's directory, and its day's if that is empty then.
    ///
    /// It is renamed first: whatever moment this is interrupted at, a recording is there whole or not at all.
    public func delete(_ directory: String) throws {
        let url = URL(fileURLWithPath: directory)
        let doomed = url.deletingLastPathComponent().appending(path: Self.doomed + url.lastPathComponent)
        try FileManager.default.moveItem(at: url, to: doomed)
        try FileManager.default.removeItem(at: doomed)
        let day = url.deletingLastPathComponent().path
        if names(in: day).isEmpty { try? FileManager.default.removeItem(atPath: day) }
    }

    /// Finishes deletions that were interrupted.
    public func sweep() {
        for day in days() {
            for name in names(in: day) where name.hasPrefix(Self.doomed) {
                try? FileManager.default.removeItem(atPath: day + "/" + name)
            }
        }
    }

    private func days() -> [String] {
        names(in: root).filter { $0.count == 8 && $0.allSatisfy(\.isNumber) }.map { root + "/" + $0 }
    }

    private func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    /// What there is to say of a directory; nothing if no recording lies there.
    static func look(at directory: String) -> RetentionPolicy.Kept? {
        let manager = FileManager.default
        let exists = { (name: String) in manager.fileExists(atPath: directory + "/" + name) }
        guard exists(RecordingNames.metadata) || exists(RecordingNames.done) else { return nil }
        let paths = (try? manager.subpathsOfDirectory(atPath: directory)) ?? []
        let sizes = paths.compactMap { path in
            (try? manager.attributesOfItem(atPath: directory + "/" + path)[.size] as? NSNumber)?.intValue
        }
        let mark = directory + "/" + (exists(RecordingNames.done) ? RecordingNames.done : RecordingNames.metadata)
        let ended = (try? manager.attributesOfItem(atPath: mark)[.modificationDate]) as? Date
        var kept = RetentionPolicy.Kept(
            directory: directory, ended: ended ?? .distantFuture, byteCount: sizes.reduce(0, +))
        if !exists(RecordingNames.done) || DirectoryLock.isHeld(directory) {
            kept.hold = .recording
        } else if exists(holdName) {
            kept.hold = .held
        } else if exists(uploadName) {
            kept.hold = .uploading
        }
        return kept
    }
}
