import CommandLineOptions
import Foundation
import Service

/// `lathe prune`: deletes recordings that are kept no longer, or says which those are.
enum PruneCommand: Command {
    static let name = "prune"
    static let summary = "deletes finished recordings by age, size or room, or says which it would"
    static let usage = "prune [--record-root DIR] [--keep-days N] [--keep-bytes SIZE] [--min-free SIZE] [--dry-run]"
    static let options = [
        OptionDescription("record-root", "DIR", "where the recordings are (recordings)"),
        OptionDescription("keep-days", "N", "delete those that ended so many days ago"),
        OptionDescription("keep-bytes", "SIZE", "delete the oldest until all take no more"),
        OptionDescription("min-free", "SIZE", "delete the oldest until so much of the disk is free"),
        OptionDescription("dry-run", nil, "only say what would be deleted, and why"),
    ]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        guard arguments.words.isEmpty else {
            throw OptionError("'\(arguments.words[0])' is not an option; name the directory with --record-root")
        }
        var options = ServiceOptions()
        for option in arguments.options where option.name != "dry-run" {
            try options.set(option.name, to: option.value)
        }
        let policy = RetentionPolicy(
            days: options.keepDays, bytes: options.keepBytes?.bytes,
            minimumFree: arguments.has("min-free") ? options.minimumFree.bytes : nil)
        guard !policy.isEmpty else {
            throw OptionError("nothing says what to keep: give --keep-days, --keep-bytes or --min-free")
        }
        return try prune(RecordingShelf(root: options.recordRoot), policy, isRehearsal: arguments.has("dry-run"))
    }

    private static func prune(_ shelf: RecordingShelf, _ policy: RetentionPolicy, isRehearsal: Bool) throws -> Int32 {
        let recordings = shelf.recordings()
        let free = try FileManager.default.attributesOfFileSystem(forPath: shelf.root)[.systemFreeSize] as? NSNumber
        let deletions = policy.deletions(of: recordings, free: free?.intValue ?? .max, at: Date())
        for one in deletions {
            if !isRehearsal { try shelf.delete(one.directory) }
            let verb = isRehearsal ? "would delete" : "deleted"
            say("\(verb) \(one.directory), \(ByteCount(one.byteCount)): \(one.reason)")
        }
        for one in recordings { if let hold = one.hold { say("kept \(one.directory): \(hold.rawValue)") } }
        let bytes = ByteCount(deletions.reduce(0) { $0 + $1.byteCount })
        say(
            "\(deletions.count) of \(recordings.count) recordings, \(bytes)" + (isRehearsal ? ", would go" : " deleted")
        )
        return 0
    }
}
