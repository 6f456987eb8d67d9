import Bytes
import Codecs
import MP4
import Storage
import Units

/// The samples that an index still finds in a file, to be put into a new one.
struct MovieSamples: Sendable {
    private var tracks: [MovieTrack]
    private let creation: Int64

    /// Samples of tracks that we know how to write; nothing if there are none.
    init?(_ movie: MovieFile) {
        let kinds: [FourCC] = ["vide", "soun"]
        let known = movie.tracks.filter { track in
            !track.samples.isEmpty && track.entries.allSatisfy { $0.format != nil } && kinds.contains(track.handler)
        }
        // One of each kind: more than that is no recording of a user.
        tracks = kinds.compactMap { kind in known.first { $0.handler == kind } }
        guard !tracks.isEmpty else { return nil }
        // Both counts are of seconds, from 1904 and from 1970.
        creation = (Int64(clamping: movie.creation) - 2_082_844_800).clampedToThousands
    }

    func write(from source: ReadOnlyFile, to new: NewFile, _ listener: ProgressListener) throws -> MediaResult {
        var builder = MovieBuilder(new, createdAtUnixMilliseconds: creation)
        var next = tracks.map { _ in 0 }
        let first = tracks.compactMap { track in track.samples.first.map { track.nanoseconds($0.decodeTicks) } }.min()
        var doneByteCount = 0
        while let index = earliest(next) {
            let track = tracks[index]
            let place = track.samples[next[index]]
            next[index] += 1
            let bytes = source.read(at: place.offset, count: place.byteCount)
            if let failure = source.failure { throw failure }
            guard bytes.count == place.byteCount, let format = track.entries[Int(place.entry)].format else { continue }
            let origin = MediaTime(ticks: max(0, first ?? 0), rate: ClockRate(1_000_000_000))
            let sample = Sample(
                decodeTicks: place.decodeTicks - origin.rescaled(to: track.timescale).ticks,
                compositionOffsetTicks: place.compositionOffset, durationTicks: place.durationTicks,
                isKeyframe: place.isKeyframe, bytes: bytes)
            if track.handler == "vide" {
                try builder.addPicture(
                    sample, format: format, timescale: track.timescale, rotation: track.rotation ?? .none)
            } else {
                try builder.addSound(sample, format: format, timescale: track.timescale)
            }
            doneByteCount += bytes.count
            try listener(RepairProgress(doneByteCount: doneByteCount, byteCount: source.byteCount))
        }
        guard try builder.finish() else { throw RepairRefusal("not one sample in \(source.path) could be read") }
        return MediaResult(durationMilliseconds: builder.durationMilliseconds)
    }

    /// Whose next sample comes first.
    private func earliest(_ next: [Int]) -> Int? {
        let open = tracks.indices.filter { next[$0] < tracks[$0].samples.count }
        return open.min { time($0, next) < time($1, next) }
    }

    private func time(_ index: Int, _ next: [Int]) -> Int64 {
        tracks[index].nanoseconds(tracks[index].samples[next[index]].decodeTicks)
    }
}

extension MovieTrack {
    fileprivate func nanoseconds(_ ticks: Int64) -> Int64 {
        MediaTime(ticks: ticks, rate: timescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }
}

extension Int64 {
    /// Seconds as milliseconds, none before 1970 and none after the year 3000.
    fileprivate var clampedToThousands: Int64 { Swift.min(Swift.max(0, self), 32_503_680_000) * 1000 }
}
