import Bytes
import Codecs
import Elementary
import Foundation
import MP4
import Units
import WebM

/// What became of a file that nobody finished.
struct MendedTake: Equatable, Sendable {
    enum Outcome: Equatable, Sendable {
        /// There was nothing to do.
        case whole
        case mended
        /// No sample is in it.
        case empty
        /// It is not what its name says, or too damaged.
        case hopeless(String)
    }

    var outcome: Outcome
    var byteCount = 0
    var durationMilliseconds: Int64 = 0
    var videoFrameCount = 0
    var audioFrameCount = 0

    var isPlayable: Bool {
        switch outcome {
        case .whole, .mended: true
        case .empty, .hopeless: false
        }
    }

    /// What is to be said of it.
    var words: String {
        let seconds = String(format: "%.3f s", Double(durationMilliseconds) / 1000)
        switch outcome {
        case .whole: return "is whole, \(seconds)"
        case .mended: return "was made whole, \(seconds)"
        case .empty: return "holds nothing"
        case .hopeless(let why): return "could not be made whole: \(why)"
        }
    }
}

/// Decides how a take that was cut off becomes a whole file where it lies.
enum TakeMender {
    /// The names of files that can be takes.
    static let extensions: Set<String> = ["mp4", "m4a", "webm", "aac", "mp3", "ts"]

    /// What to write, and what the file then holds.
    static func plan(for source: any ByteSource, named name: String) -> (writes: [FileWrite], result: MendedTake) {
        guard source.byteCount > 0 else { return ([], MendedTake(outcome: .empty)) }
        switch name.split(separator: ".").last {
        case "mp4", "m4a": return planMovie(source)
        case "webm": return planWebM(source)
        case "mp3": return planMP3(source)
        // These say nothing of themselves at their heads or ends: they are always whole.
        case "aac", "ts": return ([], MendedTake(outcome: .whole, byteCount: source.byteCount))
        default: return ([], MendedTake(outcome: .hopeless("it is no kind of file that Lathe writes")))
        }
    }

    private static func planMovie(_ source: any ByteSource) -> (writes: [FileWrite], result: MendedTake) {
        let movie = MovieFile(mending: source)
        var result = MendedTake(outcome: .whole, byteCount: source.byteCount)
        result.durationMilliseconds = movie.tracks.map(\.endMilliseconds).max() ?? 0
        for track in movie.tracks {
            if track.handler == "vide" { result.videoFrameCount += track.samples.count }
            if track.handler == "soun" { result.audioFrameCount += track.samples.count }
        }
        return plan(
            result, isWhole: movie.isWhole, holdsNothing: movie.holdsNothing, problems: movie.problems,
            HybridMP4Repair.writes(for: movie))
    }

    private static func planWebM(_ source: any ByteSource) -> (writes: [FileWrite], result: MendedTake) {
        let file = WebMFile(mending: source)
        var result = MendedTake(outcome: .whole, byteCount: source.byteCount)
        result.durationMilliseconds = (file.tracks.map(\.endNanoseconds).max() ?? 0) / 1_000_000
        for track in file.tracks {
            if track.kind == .video { result.videoFrameCount += track.samples.count }
            if track.kind == .audio { result.audioFrameCount += track.samples.count }
        }
        return plan(
            result, isWhole: file.isWhole, holdsNothing: file.holdsNothing, problems: file.problems,
            WebMRepair.writes(for: file))
    }

    /// What is to be done with a file of tracks, once it is known what is in it.
    private static func plan(
        _ found: MendedTake, isWhole: Bool, holdsNothing: Bool, problems: [some CustomStringConvertible],
        _ mending: @autoclosure () -> [FileWrite]?
    ) -> (writes: [FileWrite], result: MendedTake) {
        var result = found
        if isWhole {
            // Of what was written first a power cut may have left the head, and nothing behind it.
            if holdsNothing { result.outcome = .empty }
            return ([], result)
        }
        guard let writes = mending() else {
            let why = problems.map(\.description).joined(separator: " ")
            result.outcome = holdsNothing ? .empty : .hopeless(why)
            return ([], result)
        }
        result.outcome = .mended
        result.byteCount += writes.appendedByteCount
        return (writes, result)
    }
}

extension TakeMender {
    private static func planMP3(_ source: any ByteSource) -> (writes: [FileWrite], result: MendedTake) {
        let found = MP3Mending(source)
        var result = MendedTake(outcome: .whole, byteCount: source.byteCount)
        guard found.foundCount > 0 else {
            result.outcome = found.isOnlyBegun ? .empty : .hopeless(found.problems.joined(separator: " "))
            return ([], result)
        }
        (result.durationMilliseconds, result.audioFrameCount) = (found.durationMilliseconds, found.frameCount)
        if found.writes.isEmpty { return ([], result) }
        result.outcome = .mended
        result.byteCount += found.writes.appendedByteCount
        return (found.writes, result)
    }
}

extension [FileWrite] {
    /// How many bytes they add to the file.
    fileprivate var appendedByteCount: Int {
        reduce(0) { sum, write in if case .append(let bytes) = write { sum + bytes.count } else { sum } }
    }
}
