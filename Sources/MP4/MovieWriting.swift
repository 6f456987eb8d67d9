import Codecs
import Units

/// What all of a movie's boxes share.
struct MovieHeader: Sendable {
    /// Seconds since 1904 (ISO/IEC 14496-12 §8.2.2.3).
    let creation: UInt64

    init(creation: UInt64) { self.creation = creation }

    init(createdAtUnixMilliseconds creation: Int64) {
        self.creation = UInt64(clamping: creation / 1000 + Self.secondsFrom1904To1970)
    }

    private static let secondsFrom1904To1970: Int64 = 2_082_844_800

    /// Fine enough that an empty edit misses the start of an audio sample by less than 6 µs.
    static let timescale = ClockRate(90_000)

    /// A place on a track in ticks of the movie, rounded to the nearest.
    static func ticks(_ ticks: Int64, of rate: ClockRate) -> Int64 {
        let doubled = MediaTime(ticks: ticks * 2, rate: rate).rescaled(to: timescale).ticks
        return (doubled + 1) / 2
    }
}

extension OutputTrack {
    /// Where in the media, on its own timeline, what is shown or heard first begins.
    private var firstTicks: Int64 { isVideo ? index.firstPresentationTicks : index.firstDecodeTicks + delayTicks }

    /// Where the track starts on the movie's timeline, in ticks of `MovieHeader.timescale`.
    var startInMovie: Int64 { MovieHeader.ticks(max(0, firstTicks - delayTicks), of: timescale) }

    /// Where the track ends on the movie's timeline, in ticks of `MovieHeader.timescale`.
    var endInMovie: Int64 {
        max(startInMovie, MovieHeader.ticks(index.presentationEndTicks - delayTicks, of: timescale))
    }

    /// How far into the media what is shown or heard first begins.
    var mediaStartTicks: Int64 { max(0, firstTicks - index.firstDecodeTicks) }

    /// How long the media lasts, decoded or shown, whichever is later.
    var mediaDurationTicks: Int64 {
        max(index.durationTicks, index.presentationEndTicks - index.firstDecodeTicks)
    }

    /// The formats that samples have.
    var usedFormats: [TrackFormat] {
        Array(formats.prefix(Int(index.chunkRuns.map(\.format).max() ?? 0) + 1))
    }
}

extension [OutputTrack] {
    /// How long the movie is so far, the open fragment left out, in ticks of `MovieHeader.timescale`.
    var movieDuration: Int64 { map(\.endInMovie).max() ?? 0 }
}

extension BoxWriter {
    /// The `moov` of a file that is being recorded: tracks without samples, which fragments bring
    /// (ISO/IEC 14496-12 §8.8.1).
    ///
    /// Returns where it says how long the movie is together with its fragments, in 64 bits.
    mutating func fragmentedMovie(_ header: MovieHeader, _ tracks: [OutputTrack]) -> Int {
        var durationPlace = 0
        box("moov") {
            $0.movieHeader(header, duration: 0, nextTrack: tracks.count + 1)
            for track in tracks {
                $0.box("trak") {
                    $0.trackHeader(header, track, duration: 0)
                    // §8.6.6.1: of no length, which stands for all that fragments bring.
                    if track.delayTicks > 0 { $0.editList([Edit(duration: 0, mediaTime: track.delayTicks)]) }
                    $0.media(header, track, duration: 0) { $0.emptySampleTable(track.format) }
                }
            }
            $0.box("mvex") {
                // §8.8.2. Without it GStreamer takes the first seconds for the whole.
                $0.fullBox("mehd", version: 1) {
                    durationPlace = $0.bytes.count
                    $0.append(tracks.movieDuration)
                }
                for track in tracks { $0.trackExtends(track) }
            }
        }
        return durationPlace
    }

    /// The `moov` of a finished file, with every sample of every track that has any.
    mutating func classicMovie(_ header: MovieHeader, _ tracks: [OutputTrack]) {
        let duration = tracks.movieDuration
        box("moov") {
            $0.movieHeader(header, duration: duration, nextTrack: tracks.count + 1)
            for track in tracks where track.index.sampleCount > 0 {
                $0.box("trak") {
                    $0.trackHeader(header, track, duration: track.endInMovie)
                    $0.editList(Edit.list(of: track))
                    $0.media(header, track, duration: track.mediaDurationTicks) {
                        $0.sampleTable(track.usedFormats, track.index)
                    }
                }
            }
        }
    }

    private mutating func movieHeader(_ header: MovieHeader, duration: Int64, nextTrack: Int) {
        let version = Self.version(header, duration)
        fullBox("mvhd", version: version) {
            $0.times(header, version: version)
            $0.append(MovieHeader.timescale.ticksPerSecond)
            $0.append(duration, version: version)
            $0.append(UInt32(0x1_0000))
            $0.append(UInt16(0x100))
            $0.appendZeros(10)
            $0.matrix(.unity)
            $0.appendZeros(24)
            $0.append(UInt32(nextTrack))
        }
    }

    /// §8.3.2; flags: enabled, in the movie.
    private mutating func trackHeader(_ header: MovieHeader, _ track: OutputTrack, duration: Int64) {
        let version = Self.version(header, duration)
        let size = track.format.displaySize
        fullBox("tkhd", version: version, flags: 3) {
            $0.times(header, version: version)
            $0.append(track.id)
            $0.appendZeros(4)
            $0.append(duration, version: version)
            $0.appendZeros(12)
            $0.append(UInt16(track.isVideo ? 0 : 0x100))
            $0.appendZeros(2)
            $0.matrix(.turning(size, by: track.rotation))
            $0.append(UInt32(UInt16(clamping: size.width)) << 16)
            $0.append(UInt32(UInt16(clamping: size.height)) << 16)
        }
    }

    /// §8.6.6.
    private mutating func editList(_ edits: [Edit]) {
        guard !edits.isEmpty else { return }
        let version: UInt8 = edits.contains { $0.duration > Int64(UInt32.max) } ? 1 : 0
        box("edts") {
            $0.fullBox("elst", version: version) {
                $0.append(UInt32(edits.count))
                for edit in edits {
                    $0.append(edit.duration, version: version)
                    $0.append(edit.mediaTime, version: version)
                    $0.append(UInt32(0x1_0000))
                }
            }
        }
    }

    private mutating func media(
        _ header: MovieHeader, _ track: OutputTrack, duration: Int64, _ sampleTable: (inout BoxWriter) -> Void
    ) {
        let version = Self.version(header, duration)
        box("mdia") {
            $0.fullBox("mdhd", version: version) {
                $0.times(header, version: version)
                $0.append(track.timescale.ticksPerSecond)
                $0.append(duration, version: version)
                // "und", five bits a letter (§8.4.2.3).
                $0.append(UInt16(0x55C4))
                $0.append(UInt16(0))
            }
            $0.handler(isVideo: track.isVideo)
            $0.box("minf") {
                if track.isVideo {
                    $0.fullBox("vmhd", flags: 1) { $0.appendZeros(8) }
                } else {
                    $0.fullBox("smhd") { $0.appendZeros(4) }
                }
                $0.dataInformation()
                sampleTable(&$0)
            }
        }
    }

    private mutating func handler(isVideo: Bool) {
        fullBox("hdlr") {
            $0.append(UInt32(0))
            $0.append(isVideo ? FourCC("vide") : FourCC("soun"))
            $0.appendZeros(12)
            $0.append(Array((isVideo ? "Video" : "Sound").utf8) + [0])
        }
    }

    /// §8.7.2: the media lies in this very file.
    private mutating func dataInformation() {
        box("dinf") {
            $0.fullBox("dref") {
                $0.append(UInt32(1))
                $0.fullBox("url ", flags: 1) { _ in }
            }
        }
    }

    /// Creation and modification.
    private mutating func times(_ header: MovieHeader, version: UInt8) {
        append(Int64(header.creation), version: version)
        append(Int64(header.creation), version: version)
    }

    /// §8.8.3; unless a run says otherwise, audio samples stand alone and pictures do not.
    private mutating func trackExtends(_ track: OutputTrack) {
        fullBox("trex") {
            $0.append(track.id)
            $0.append(UInt32(1))
            $0.append(UInt32(0))
            $0.append(UInt32(0))
            $0.append(SampleFlags.usual(isVideo: track.isVideo))
        }
    }

    /// Version 1 of a header box is needed once a time outgrows 32 bits.
    private static func version(_ header: MovieHeader, _ duration: Int64) -> UInt8 {
        max(Int64(header.creation), duration) > Int64(UInt32.max) ? 1 : 0
    }
}

/// A stretch of a track on the movie's timeline (ISO/IEC 14496-12 §8.6.6).
private struct Edit {
    /// In ticks of `MovieHeader.timescale`.
    var duration: Int64
    /// Where in the track's media it starts; -1 if there is nothing to play.
    var mediaTime: Int64

    /// A track that starts late is preceded by an empty edit, so that all play in step, and what comes
    /// before the first picture or sound is left out.
    static func list(of track: OutputTrack) -> [Edit] {
        let (start, mediaStart) = (track.startInMovie, track.mediaStartTicks)
        guard start > 0 || mediaStart > 0 else { return [] }
        let empty = start > 0 ? [Edit(duration: start, mediaTime: -1)] : []
        return empty + [Edit(duration: track.endInMovie - start, mediaTime: mediaStart)]
    }
}
