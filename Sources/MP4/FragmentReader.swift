import Bytes

/// Collects the samples of a file's fragments, one `moof` after the other (ISO/IEC 14496-12 §8.8).
struct FragmentReader {
    private(set) var tracks: [MovieTrack] = []
    private(set) var problems: [MovieProblem] = []

    private let fileByteCount: Int
    private var defaults: [UInt32: FragmentDefaults] = [:]
    private var nextTicks: [Int64] = []
    /// Samples take bytes, so a file cannot announce more bytes of samples than it has.
    private var announcedByteCount = 0
    private var missing: [Int] = []

    init(fileByteCount: Int) { self.fileByteCount = fileByteCount }

    /// What a `moov` said before the first fragment.
    mutating func begin(tracks: [MovieTrack], defaults: [UInt32: FragmentDefaults]) {
        self.tracks = tracks
        self.defaults = defaults
        nextTicks = tracks.map(\.endTicks)
        missing = tracks.map { _ in 0 }
    }

    /// Takes in that the samples of a track have another format from here on; `entry` is its sample entry.
    mutating func read(_ note: FormatNote, _ entry: [UInt8]) {
        guard let index = tracks.firstIndex(where: { $0.id == note.track }) else { return }
        do throws(WireError) {
            let entry = try SampleEntryReader.readEntry(entry.span, handler: tracks[index].handler)
            var number = tracks[index].entries.firstIndex(of: entry)
            if number == nil, tracks[index].entries.count < OutputTrack.maximumFormatCount {
                number = tracks[index].entries.count
                tracks[index].entries.append(entry)
            }
            if let number { defaults[note.track, default: FragmentDefaults()].entryNumber = UInt32(number) + 1 }
        } catch {
            problems.append(.damaged("free", at: note.entry.lowerBound - FormatNote.prefixByteCount))
        }
    }

    /// Takes one fragment in, as far as it makes sense.
    mutating func read(_ box: Box, _ bytes: [UInt8]) {
        for fragment in box.children("traf") {
            do throws(WireError) {
                try readTrack(fragment, movieFragment: box, bytes)
            } catch {
                problems.append(.damaged("traf", at: fragment.offset))
            }
        }
    }

    /// Notes which samples were announced in vain.
    mutating func end() {
        for (index, count) in missing.enumerated() where count > 0 {
            problems.append(.samplesMissing(track: tracks[index].id, count: count))
        }
    }

    private mutating func readTrack(_ box: Box, movieFragment: Box, _ bytes: [UInt8]) throws(WireError) {
        let base = movieFragment.offset
        guard let header = box.child("tfhd") else { throw .invalid("tfhd", at: box.offset) }
        var (index, run) = try readHeader(
            bytes.span.extracting(header.body.lowerBound - base..<header.body.upperBound - base), at: base)
        if let time = box.child("tfdt") {
            var reader = ByteReader(
                bytes.span.extracting(time.body.lowerBound - base..<time.body.upperBound - base))
            let version = try reader.readVersion()
            let ticks = try reader.readTime(version: version)
            guard tracks[index].timescale.isPlausible(Int64(clamping: ticks)) else {
                throw .invalid("tfdt", at: time.offset)
            }
            nextTicks[index] = Int64(ticks) + tracks[index].shiftTicks
        }
        for runBox in box.children("trun") {
            try readRun(
                bytes.span.extracting(runBox.body.lowerBound - base..<runBox.body.upperBound - base), &run, index)
        }
    }

    /// What the samples of a run share, and where its data goes on.
    private struct Run {
        var defaults: FragmentDefaults
        /// What data offsets count from.
        var dataBase: Int
        var nextOffset: Int
    }

    /// §8.8.7.
    private func readHeader(_ bytes: Span<UInt8>, at fragment: Int) throws(WireError) -> (track: Int, Run) {
        var reader = ByteReader(bytes)
        let flags = try reader.readVersionAndFlags()
        let id: UInt32 = try reader.read()
        guard let index = tracks.firstIndex(where: { $0.id == id }) else { throw .invalid("track", at: fragment) }
        var run = Run(defaults: defaults[id] ?? FragmentDefaults(), dataBase: fragment, nextOffset: fragment)
        if flags & 0x1 != 0 {
            run.dataBase = min(Int(clamping: try reader.read(UInt64.self)), fileByteCount)
            run.nextOffset = run.dataBase
        }
        if flags & 0x2 != 0 { run.defaults.entryNumber = try reader.read() }
        if flags & 0x8 != 0 { run.defaults.durationTicks = try reader.read() }
        if flags & 0x10 != 0 { run.defaults.byteCount = try reader.read() }
        if flags & 0x20 != 0 { run.defaults.flags = try reader.read() }
        guard (1...UInt32(tracks[index].entries.count)).contains(run.defaults.entryNumber) else {
            throw .invalid("sample_description_index", at: fragment)
        }
        return (index, run)
    }

    /// §8.8.8.
    private mutating func readRun(_ bytes: Span<UInt8>, _ run: inout Run, _ index: Int) throws(WireError) {
        var reader = ByteReader(bytes)
        let flags = try reader.readVersionAndFlags()
        let count = Int(try reader.read(UInt32.self))
        if flags & 0x1 != 0 { run.nextOffset = run.dataBase + Int(try reader.read(Int32.self)) }
        let firstFlags = flags & 0x4 != 0 ? try reader.read(UInt32.self) : nil
        var isHeld = true
        for number in 0..<count {
            let duration = flags & 0x100 != 0 ? try reader.read() : run.defaults.durationTicks
            let byteCount = Int(flags & 0x200 != 0 ? try reader.read() : run.defaults.byteCount)
            var sampleFlags = flags & 0x400 != 0 ? try reader.read() : run.defaults.flags
            if number == 0, let firstFlags { sampleFlags = firstFlags }
            let composition = flags & 0x800 != 0 ? try reader.read(Int32.self) : 0
            let sample = MovieSample(
                offset: run.nextOffset, byteCount: byteCount, decodeTicks: nextTicks[index],
                durationTicks: duration, compositionOffset: composition,
                isKeyframe: sampleFlags & SampleFlags.nonSyncBit == 0,
                entry: UInt16(clamping: run.defaults.entryNumber - 1))
            run.nextOffset += byteCount
            nextTicks[index] += Int64(duration)
            // An empty sample costs nothing to announce, so it must be said one by one.
            guard byteCount > 0 || flags & 0x200 != 0 else { throw .invalid("trun", at: run.nextOffset) }
            isHeld = isHeld && sample.offset >= 0 && run.nextOffset <= fileByteCount
            guard isHeld else {
                // The rest lies further back still, and is missing as well.
                missing[index] += count - number
                return
            }
            announcedByteCount += byteCount
            let isPossible = tracks[index].samples.count < SampleTableReader.maximumSampleCount
            guard isPossible, announcedByteCount <= fileByteCount,
                tracks[index].timescale.isPlausible(sample.decodeTicks)
            else { throw .invalid("trun", at: run.nextOffset) }
            tracks[index].samples.append(sample)
        }
    }
}
