import CommandLineOptions
public import Foundation

/// Which finished recordings are to be deleted, and why: by age, by how much they take, by how much is free.
///
/// A value: it looks at nothing, and deletes nothing.
public struct RetentionPolicy: Equatable, Sendable {
    /// Recordings are kept for so many days after their end; nothing for ever.
    public var days: Double?
    /// All finished recordings together take no more than this.
    public var bytes: Int?
    /// So much of the disk stays free.
    public var minimumFree: Int?

    public init(days: Double? = nil, bytes: Int? = nil, minimumFree: Int? = nil) {
        self.days = days
        self.bytes = bytes
        self.minimumFree = minimumFree
    }

    /// Whether it ever deletes anything.
    public var isEmpty: Bool { self == RetentionPolicy() }

    /// One recording's directory.
    public struct Kept: Equatable, Sendable {
        public var directory: String
        /// When its last file was finished.
        public var ended: Date
        public var byteCount: Int
        /// Why it must not be deleted; nothing if it may.
        public var hold: Hold?

        public init(directory: String, ended: Date, byteCount: Int, hold: Hold? = nil) {
            self.directory = directory
            self.ended = ended
            self.byteCount = byteCount
            self.hold = hold
        }
    }

    /// Why a recording stays whatever the policy says.
    public enum Hold: String, Equatable, Sendable {
        case recording = "it is being recorded"
        case held = "it is held"
        case uploading = "it is not uploaded yet"
    }

    /// A recording to delete, and why.
    public struct Deletion: Equatable, Sendable {
        public var directory: String
        public var byteCount: Int
        public var reason: String
    }

    /// What to delete, oldest first, where `free` bytes are free now.
    ///
    /// What is held counts for what all take, and is never chosen.
    public func deletions(of recordings: [Kept], free: Int, at now: Date) -> [Deletion] {
        var taken = recordings.reduce(0) { $0 + $1.byteCount }
        var free = free
        var chosen: [Deletion] = []
        for one in recordings.sorted(by: { $0.ended < $1.ended }) where one.hold == nil {
            guard let reason = reason(for: one, taken: taken, free: free, at: now) else { continue }
            chosen.append(Deletion(directory: one.directory, byteCount: one.byteCount, reason: reason))
            taken -= one.byteCount
            free += one.byteCount
        }
        return chosen
    }

    private func reason(for one: Kept, taken: Int, free: Int, at now: Date) -> String? {
        let age = now.timeIntervalSince(one.ended) / 86_400
        if let days, age >= days {
            return "it ended \(Int(age)) days ago, and recordings are kept for \(Self.text(days))"
        }
        if let bytes, taken > bytes {
            return "all recordings took \(ByteCount(taken)), and may take \(ByteCount(bytes))"
        }
        if let minimumFree, free < minimumFree {
            return "\(ByteCount(free)) were free, and \(ByteCount(minimumFree)) are to be"
        }
        return nil
    }

    private static func text(_ days: Double) -> String { days == days.rounded() ? "\(Int(days))" : "\(days)" }
}
