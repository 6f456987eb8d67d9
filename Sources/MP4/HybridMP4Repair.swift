public import Bytes
import Codecs

/// Finishes what a crash left of a recording.
///
/// Nothing is moved or cut: the final index is appended behind whatever is at the end of the file, a
/// fragment or an index that was cut off included, and the `mdat` that then covers everything covers
/// that too. Every sample that is in the file whole is in the index, with its original timing.
public enum HybridMP4Repair {
    /// The writes that make a whole file of an unfinished one; nil if it is not one of ours, or has
    /// no sample in it.
    public static func writes(for file: MovieFile) -> [FileWrite]? {
        guard file.form == .fragmented, file.hasPlaceholder else { return nil }
        var tracks: [OutputTrack] = []
        for track in file.tracks where !track.samples.isEmpty {
            let formats = track.entries.compactMap(\.format)
            guard formats.count == track.entries.count else { return nil }
            var output = OutputTrack(
                id: track.id, formats: formats, timescale: track.timescale, rotation: track.rotation ?? .none)
            output.adopt(delayTicks: -track.shiftTicks)
            output.adopt(track.samples, shift: track.shiftTicks)
            tracks.append(output)
        }
        guard !tracks.isEmpty else { return nil }
        var writer = BoxWriter()
        writer.classicMovie(MovieHeader(creation: file.creation), tracks)
        let media = HybridHead.mediaHeader(upTo: file.byteCount)
        return [.append(writer.bytes), .sync, .overwrite(at: HybridHead.placeholder, media), .sync]
    }
}

extension OutputTrack {
    /// Takes samples over that lie in a file already.
    ///
    /// `shift` is what the file's edit list added to their times; it is added again when they are read.
    fileprivate mutating func adopt(_ samples: [MovieSample], shift: Int64) {
        var rest = samples[...]
        while let first = rest.first {
            var end = first.offset
            let run = rest.prefix { sample in
                defer { end = sample.offset + sample.byteCount }
                return sample.offset == end && sample.entry == first.entry
            }
            adopt(chunk: run, shift: shift, at: first.offset, format: Int(first.entry))
            rest = rest.dropFirst(run.count)
        }
    }

    private mutating func adopt(chunk: ArraySlice<MovieSample>, shift: Int64, at offset: Int, format: Int) {
        adopt(
            chunk.map {
                OpenSample(
                    decodeTicks: max(0, $0.decodeTicks - shift), durationTicks: max(1, $0.durationTicks),
                    byteCount: UInt32(clamping: $0.byteCount), compositionOffset: $0.compositionOffset,
                    isKeyframe: $0.isKeyframe)
            }, chunkAt: offset, format: format)
    }
}
