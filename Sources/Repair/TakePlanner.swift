import Bytes
import Codecs
import MP4
import Units
import WebM

/// Plans for MP4 and WebM files, our own and others'.
struct TakePlanner {
    let file: FilePath
    let source: any ByteSource
    let options: RepairOptions

    private var output: FilePath { options.isInPlace ? file : file.repaired(file.suffix) }

    /// The plan for an MP4 file; nothing if only streams beside it could help.
    func planMovie() -> RepairPlan? {
        guard source.byteCount > 0 else { return RepairPlan(file, .movie, .empty) }
        let movie = MovieFile(mending: source)
        let length = movie.tracks.map(\.endMilliseconds).max()
        if movie.isWhole {
            // What was begun and holds nothing may be made anew of what lies beside it.
            if movie.hasPlaceholderHead, movie.holdsNothing { return nil }
            return RepairPlan(file, .movie, .whole, durationMilliseconds: length)
        }
        if let plan = planAmending(movie, length) { return plan }
        // A file that was finished and lost its index has its fragments still.
        if let reopened = ReopenedMovie(source) {
            let before = MovieFile(reading: reopened)
            let end = before.tracks.map(\.endMilliseconds).max()
            if let plan = planAmending(before, end) { return plan }
        }
        guard let samples = MovieSamples(movie) else { return nil }
        let isOnlyCut = !movie.problems.contains(where: \.isLoss) && movie.form == .fragmented
        return RepairPlan(
            file, .movie, isOnlyCut ? .repairable : .partly, output: output,
            notes: movie.problems.map(\.description) + ["What its index still says is there is put into a new file."],
            durationMilliseconds: length, work: .samples(samples))
    }

    /// The plan for a file of ours that has only to be finished.
    private func planAmending(_ movie: MovieFile, _ length: Int64?) -> RepairPlan? {
        HybridMP4Repair.writes(for: movie).map { writes in
            RepairPlan(
                file, .movie, movie.problems.contains(where: \.isLoss) ? .partly : .repairable, output: output,
                notes: movie.problems.map(\.description), durationMilliseconds: length, work: .amend(writes))
        }
    }

    /// Why an MP4 file that has no streams beside it cannot be repaired.
    func hopelessMovie() -> RepairPlan {
        let movie = MovieFile(reading: source)
        if movie.form != nil, movie.hasPlaceholderHead, movie.holdsNothing {
            return RepairPlan(file, .movie, .empty, notes: movie.problems.map(\.description))
        }
        let reason = movie.problems.map(\.description).joined(separator: " ")
        return RepairPlan(
            file, .movie,
            .hopeless(
                RepairRefusal(
                    reason,
                    remedy: "with \(file.name).h264 and \(file.name).aac beside it, or \(file.name).times, it can be "
                        + "rebuilt: look for them, and record with --recover-files 1 from now on")))
    }

    /// The plan for a WebM or Matroska file.
    func planWebM() -> RepairPlan {
        guard source.byteCount > 0 else { return RepairPlan(file, .webM, .empty) }
        let webM = WebMFile(mending: source)
        let length = webM.tracks.map { $0.endNanoseconds / 1_000_000 }.max()
        if webM.isWhole, webM.durationNanoseconds != nil {
            return RepairPlan(file, .webM, .whole, durationMilliseconds: length)
        }
        let found = webM.problems.map(\.description)
        let verdict: RepairPlan.Verdict = webM.problems.contains(where: \.isLoss) ? .partly : .repairable
        if let writes = WebMRepair.writes(for: webM) {
            return RepairPlan(
                file, .webM, verdict, output: output, notes: found, durationMilliseconds: length, work: .amend(writes))
        }
        if let pieces = WebMRebuild.pieces(of: webM, source) {
            return RepairPlan(
                file, .webM, verdict, output: output,
                notes: found + ["Its clusters are put behind a new head, with duration and cues."],
                durationMilliseconds: WebMRebuild.endNanoseconds(of: webM) / 1_000_000, work: .pieces(pieces))
        }
        if webM.holdsNothing, !webM.tracks.isEmpty {
            return RepairPlan(file, .webM, .empty, notes: found)
        }
        return RepairPlan(file, .webM, .hopeless(RepairRefusal(found.joined(separator: " "))))
    }
}

extension MovieProblem {
    /// Whether something that was recorded is lost, apart from what was being written when it ended.
    fileprivate var isLoss: Bool {
        switch self {
        case .damaged, .notABox, .noMovie: true
        default: false
        }
    }
}

extension WebMProblem {
    fileprivate var isLoss: Bool {
        switch self {
        case .damaged, .notAnElement: true
        default: false
        }
    }
}

extension MovieFile {
    /// Whether it begins as our own files do.
    fileprivate var hasPlaceholderHead: Bool { boxes.count > 1 && boxes[1].type == "free" }
}
