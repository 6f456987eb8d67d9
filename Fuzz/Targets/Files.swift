import Bytes
import Codecs
import MP4
import WebM

/// Recordings that something happened to.
enum Files {
    static func mp4(_ input: [UInt8]) {
        let file = MovieFile(reading: input)
        _ = file.problems.map(\.description)
        _ = HybridMP4Repair.writes(for: file)
        for track in file.tracks {
            _ = track.endTicks
            _ = track.entries.map { $0.format?.codecString }
            guard file.isWhole else { continue }
            for sample in track.samples { precondition(sample.offset + sample.byteCount <= input.count) }
        }
    }

    static func webm(_ input: [UInt8]) {
        let file = WebMFile(reading: input)
        _ = file.problems.map(\.description)
        _ = WebMRepair.writes(for: file)
        for case .copy(let range) in WebMRebuild.pieces(of: file, input) ?? [] {
            precondition(range.upperBound <= input.count, "a rebuilt file is made of what is there")
        }
        for track in file.tracks {
            _ = track.endNanoseconds
            _ = track.format?.codecString
            guard file.isWhole else { continue }
            for sample in track.samples { precondition(sample.offset + sample.byteCount <= input.count) }
        }
    }
}
