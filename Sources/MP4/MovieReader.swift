import Bytes
import Codecs
import Units

/// Reads a `moov` that is in memory (ISO/IEC 14496-12 §8.2.1).
struct MovieReader {
    let bytes: [UInt8]
    /// Where `bytes` start in the file.
    let base: Int
    let fileByteCount: Int

    private(set) var creation: UInt64 = 0
    /// How long the movie says it is; nothing if it leaves that open.
    private(set) var durationNanoseconds: Int64?
    private var movieTimescale = ClockRate(1)
    private(set) var tracks: [MovieTrack] = []
    private(set) var fragmentDefaults: [UInt32: FragmentDefaults] = [:]
    private(set) var problems: [MovieProblem] = []

    /// More than anybody puts into one file.
    private static let maximumTrackCount = 64

    init(bytes: [UInt8], base: Int, fileByteCount: Int) {
        self.bytes = bytes
        self.base = base
        self.fileByteCount = fileByteCount
    }

    mutating func read(_ movie: Box) {
        do throws(WireError) {
            let (creation, timescale, duration) = try readHeader(movie)
            (self.creation, movieTimescale) = (creation, timescale)
            durationNanoseconds = nanoseconds(duration)
        } catch { note("mvhd", in: movie) }
        if let box = movie.child("mvex")?.child("mehd") {
            do throws(WireError) {
                durationNanoseconds = nanoseconds(try readFragmentedDuration(box))
            } catch { note("mehd", at: box.offset) }
        }
        for box in movie.children("trak").prefix(Self.maximumTrackCount) {
            do throws(WireError) { try readTrack(box) } catch { note("trak", at: box.offset) }
        }
        for box in movie.child("mvex")?.children("trex") ?? [] {
            do throws(WireError) {
                let (id, defaults) = try readDefaults(box)
                fragmentDefaults[id] = defaults
            } catch { note("trex", at: box.offset) }
        }
    }

    private mutating func note(_ type: FourCC, in parent: Box) {
        note(type, at: parent.child(type)?.offset ?? parent.offset)
    }

    private mutating func note(_ type: FourCC, at offset: Int) { problems.append(.damaged(type, at: offset)) }

    private func readHeader(
        _ movie: Box
    ) throws(WireError) -> (creation: UInt64, timescale: ClockRate, duration: UInt64) {
        var reader = ByteReader(bytes.span.extracting(try place(of: "mvhd", in: movie)))
        let version = try reader.readVersion()
        let creation = try reader.readTime(version: version)
        _ = try reader.readTime(version: version)
        return (creation, try reader.readRate(), try reader.readTime(version: version))
    }

    /// §8.8.2.
    private func readFragmentedDuration(_ box: Box) throws(WireError) -> UInt64 {
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        return try reader.readTime(version: try reader.readVersion())
    }

    /// Ticks of the movie; nothing for 0 and all ones, which stand for a length that is not known.
    private func nanoseconds(_ ticks: UInt64) -> Int64? {
        guard ticks > 0, let ticks = Int64(exactly: ticks), movieTimescale.isPlausible(ticks) else { return nil }
        return MediaTime(ticks: ticks, rate: movieTimescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }

    /// §8.8.3.
    private func readDefaults(_ box: Box) throws(WireError) -> (track: UInt32, FragmentDefaults) {
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        let id: UInt32 = try reader.read()
        let defaults = FragmentDefaults(
            entryNumber: try reader.read(), durationTicks: try reader.read(), byteCount: try reader.read(),
            flags: try reader.read())
        return (id, defaults)
    }

    private mutating func readTrack(_ box: Box) throws(WireError) {
        let media = try child("mdia", of: box)
        let table = try child("stbl", of: try child("minf", of: media))
        let description = place(of: try child("stsd", of: table))
        let handler = try readHandler(media)
        let (id, rotation) = try readTrackHeader(box)
        var track = MovieTrack(
            id: id, handler: handler, timescale: try readTimescale(media),
            entries: try SampleEntryReader.read(bytes.span.extracting(description), handler: handler),
            rotation: rotation)
        track.shiftTicks = try readShift(box, timescale: track.timescale)
        do throws(WireError) {
            let reader = SampleTableReader(bytes: bytes, base: base, fileByteCount: fileByteCount)
            let (samples, missing) = try reader.read(table, of: track)
            track.samples = samples
            if missing > 0 { problems.append(.samplesMissing(track: track.id, count: missing)) }
        } catch {
            note("stbl", at: table.offset)
        }
        tracks.append(track)
    }

    /// §8.3.2.
    private func readTrackHeader(_ track: Box) throws(WireError) -> (id: UInt32, rotation: Rotation?) {
        var reader = ByteReader(bytes.span.extracting(try place(of: "tkhd", in: track)))
        let version = try reader.readVersion()
        _ = try reader.readTime(version: version)
        _ = try reader.readTime(version: version)
        let id: UInt32 = try reader.read()
        try reader.skip(4)
        _ = try reader.readTime(version: version)
        try reader.skip(16)
        return (id, try TransformationMatrix(reading: &reader).rotation)
    }

    private func readHandler(_ media: Box) throws(WireError) -> FourCC {
        var reader = ByteReader(bytes.span.extracting(try place(of: "hdlr", in: media)))
        try reader.skip(8)
        return FourCC(rawValue: try reader.read())
    }

    private func readTimescale(_ media: Box) throws(WireError) -> ClockRate {
        var reader = ByteReader(bytes.span.extracting(try place(of: "mdhd", in: media)))
        let version = try reader.readVersion()
        _ = try reader.readTime(version: version)
        _ = try reader.readTime(version: version)
        return try reader.readRate()
    }

    /// What the edit list adds to media times: empty edits at its front push the track back, and a
    /// first edit that starts inside the media pulls it forward (§8.6.6).
    private func readShift(_ track: Box, timescale: ClockRate) throws(WireError) -> Int64 {
        guard let list = track.child("edts")?.child("elst") else { return 0 }
        var reader = ByteReader(bytes.span.extracting(place(of: list)))
        let version = try reader.readVersion()
        let count: UInt32 = try reader.read()
        var empty: Int64 = 0
        for _ in 0..<count {
            let duration = try reader.readTime(version: version)
            let mediaTime =
                version == 1 ? try reader.read(Int64.self) : Int64(try reader.read(Int32.self))
            try reader.skip(4)
            let isPlausible = movieTimescale.isPlausible(Int64(clamping: duration)) && timescale.isPlausible(mediaTime)
            guard isPlausible, movieTimescale.isPlausible(empty) else { throw .invalid("elst", at: list.offset) }
            guard mediaTime < 0 else { return rescaled(empty, to: timescale) - mediaTime }
            empty += Int64(duration)
        }
        return 0
    }

    /// To the nearest tick: a movie's clock is often the coarser one.
    private func rescaled(_ ticks: Int64, to rate: ClockRate) -> Int64 {
        (MediaTime(ticks: ticks * 2, rate: movieTimescale).rescaled(to: rate).ticks + 1) / 2
    }

    /// Where in `bytes` the content of a box lies.
    private func place(of box: Box) -> Range<Int> { box.body.lowerBound - base..<box.body.upperBound - base }

    private func place(of type: FourCC, in parent: Box) throws(WireError) -> Range<Int> {
        place(of: try child(type, of: parent))
    }

    private func child(_ type: FourCC, of parent: Box) throws(WireError) -> Box {
        guard let child = parent.child(type) else { throw .invalid("child", at: parent.offset) }
        return child
    }
}

/// What a fragment need not repeat of its samples (`trex`, ISO/IEC 14496-12 §8.8.3).
struct FragmentDefaults: Equatable {
    /// Which of the track's entries, from 1.
    var entryNumber: UInt32 = 1
    var durationTicks: UInt32 = 0
    var byteCount: UInt32 = 0
    var flags: UInt32 = 0
}

extension ByteReader {
    /// The version of a full box; its flags are skipped.
    mutating func readVersion() throws(WireError) -> UInt8 {
        UInt8(truncatingIfNeeded: try readVersionAndFlags() >> 24)
    }

    /// The version in the upper byte and the flags in the lower three.
    mutating func readVersionAndFlags() throws(WireError) -> UInt32 { try read() }

    /// A field of 64 bits in version 1 of its box, and of 32 in version 0.
    mutating func readTime(version: UInt8) throws(WireError) -> UInt64 {
        version == 1 ? try read() : UInt64(try read(UInt32.self))
    }

    /// A timescale, which cannot be zero.
    mutating func readRate() throws(WireError) -> ClockRate {
        let ticks: UInt32 = try read()
        guard ticks > 0 else { throw .invalid("timescale", at: position) }
        return ClockRate(ticks)
    }
}
