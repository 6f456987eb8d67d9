import Bytes
import Capture
import Foundation
import Storage

/// Looks at files one after the other, and says what would be done about each.
public struct RepairPlanner {
    private let options: RepairOptions
    /// How long the files are that were looked at, by path, for the indexes that name them.
    private var lengths: [String: Int64] = [:]

    private let listener: ProgressListener

    /// A planner of such repairs; `listener` hears how far each look has come, and may end it.
    public init(_ options: RepairOptions, listener: @escaping ProgressListener = { _ in }) {
        self.options = options
        self.listener = listener
    }

    /// What is to be done about a candidate; fails only if it cannot be read, or must not be touched.
    public mutating func plan(_ candidate: RepairCandidate) throws -> RepairPlan {
        let lock = try RepairJob.lock(FilePath(candidate.path).directory)
        defer { withExtendedLifetime(lock) {} }
        var plan =
            switch candidate.subject {
            case .file(let file): try plan(file)
            case .streams(let take): try planStreams(of: take)
            case .janus(let files): try JanusPlanner(files: files, options: options, listener: listener).plan()
            case .index(let file): try IndexPlanner(file: file, lengths: lengths).plan()
            }
        note(plan.durationMilliseconds, of: plan.path)
        if !options.isInPlace, plan.isActionable, let output = plan.output, plan.kind != .index,
            FilePath(output).exists
        {
            let refusal = RepairRefusal(
                "\(output) is there already", remedy: "move it away, or use what it holds: nothing is overwritten")
            plan.verdict = .hopeless(refusal)
        }
        return plan
    }

    /// Takes in how long a file is after all.
    public mutating func note(_ report: RepairReport) { note(report.durationMilliseconds, of: report.path) }

    private mutating func note(_ milliseconds: Int64?, of path: String) {
        if let milliseconds { lengths[path] = milliseconds }
    }

    private func plan(_ file: FilePath) throws -> RepairPlan {
        let source = try ReadOnlyFile(file.path)
        let take = TakePlanner(file: file, source: source, options: options)
        let plan: RepairPlan
        // Whatever damage made of its beginning: what has such streams beside it is a take.
        let isTake = ["mp4", "m4a"].contains(file.suffix) && SideStreams(of: file) != nil
        switch isTake ? .movie : FileKind(of: source, named: file.name) {
        case .movie: plan = try planMovie(file, take)
        case .webM: plan = take.planWebM()
        case .sound: plan = SoundPlanner(file: file, source: source, options: options).plan()
        case .mp3: plan = MP3Planner(file: file, source: source, options: options).plan()
        case .transportStream: plan = try TransportPlanner(file: file, options: options, listener: listener).plan()
        case .janus: plan = try JanusPlanner(files: [file], options: options, listener: listener).plan()
        case .streams, .index, .unknown:
            let remedy = "MP4, WebM, Matroska, MPEG-TS, ADTS, MP3, Janus recordings and streams beside a take can be"
            plan = RepairPlan(
                file, .unknown, .hopeless(RepairRefusal("it is no kind of file that is known here", remedy: remedy)))
        }
        if let failure = source.failure { throw failure }
        return plan
    }

    private func planMovie(_ file: FilePath, _ take: TakePlanner) throws -> RepairPlan {
        let own = take.planMovie()
        // Streams beside a file that has lost something have all of it.
        guard let streams = SideStreams(of: file), own == nil || own?.verdict == .partly || own?.verdict == .empty
        else {
            return try own ?? planJournal(file) ?? take.hopelessMovie()
        }
        return try StreamsPlanner(streams: streams, options: options, listener: listener).plan()
    }

    /// The plan for a file without index that has nothing beside it but the sizes and times of its samples.
    private func planJournal(_ file: FilePath) throws -> RepairPlan? {
        let times = file.sibling("\(file.name).times")
        guard times.exists, var movie = try JournaledMovie(file, times: times, ReadCounter([times], listener)) else {
            return nil
        }
        while try movie.next() != nil {}
        guard movie.isBelievable else { return nil }
        return RepairPlan(
            file, .movie, .repairable, output: options.isInPlace ? file : file.repaired(file.suffix),
            notes: ["Its index is gone; \(times.name) says where its samples are, and when."],
            work: .journal(JournalWork(take: file, times: times)))
    }

    private func planStreams(of take: FilePath) throws -> RepairPlan {
        if take.exists { return try plan(take) }
        guard let streams = SideStreams(of: take) else {
            throw RepairRefusal(
                "there are no streams beside \(take.path)", remedy: "look for \(take.name).h264 and .aac")
        }
        return try StreamsPlanner(streams: streams, options: options, listener: listener).plan()
    }
}
