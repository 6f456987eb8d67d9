import MP4
import WebM

/// Recordings that something happened to.
enum Files {
    static func mp4(_ input: [UInt8]) {
        let file = MovieFile(reading: input)
        _ = file.problems.map(\.description)
        for track in file.tracks {
            _ = track.endTicks
            guard file.isWhole else { continue }
            for sample in track.samples { precondition(sample.offset + sample.byteCount <= input.count) }
        }
    }

    static func webm(_ input: [UInt8]) {
        let file = WebMFile(reading: input)
        _ = file.problems.map(\.description)
        for track in file.tracks {
            _ = track.endNanoseconds
            guard file.isWhole else { continue }
            for sample in track.samples { precondition(sample.offset + sample.byteCount <= input.count) }
        }
    }
}
