import Bytes

/// Reads a classic sample table (`stbl`, ISO/IEC 14496-12 §8.5.1) into a list of samples.
struct SampleTableReader {
    let bytes: [UInt8]
    /// Where `bytes` start in the file.
    let base: Int
    let fileByteCount: Int

    /// Four days of sound and pictures; a forged file must not cost more memory than that.
    static let maximumSampleCount = 1 << 24

    init(bytes: [UInt8], base: Int, fileByteCount: Int) {
        self.bytes = bytes
        self.base = base
        self.fileByteCount = fileByteCount
    }

    /// The samples that the file holds, and how many more it announces.
    ///
    /// Of the track, all but its samples is known.
    func read(_ table: Box, of track: MovieTrack) throws(WireError) -> (samples: [MovieSample], missing: Int) {
        var samples = try readSizes(table)
        guard !samples.isEmpty else { return ([], 0) }
        try readTimes(table, of: track, &samples)
        try readCompositionOffsets(table, &samples)
        try readSyncSamples(table, &samples)
        try readPlaces(table, entryCount: track.entries.count, &samples)
        let announced = samples.count
        samples.removeAll { $0.offset < 0 || $0.offset > fileByteCount - $0.byteCount }
        return (samples, announced - samples.count)
    }

    /// §8.7.3: samples take bytes, so a file cannot have more bytes of samples than bytes.
    private func readSizes(_ table: Box) throws(WireError) -> [MovieSample] {
        guard let box = table.child("stsz") else { throw .invalid("stsz", at: table.offset) }
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        let common = Int(try reader.read(UInt32.self))
        let count = Int(try reader.read(UInt32.self))
        let isPossible = common == 0 ? count <= reader.remaining / 4 : count <= fileByteCount / common
        guard isPossible, count <= Self.maximumSampleCount else { throw .invalid("stsz", at: box.offset) }
        var samples: [MovieSample] = []
        samples.reserveCapacity(count)
        for _ in 0..<count {
            let byteCount = common == 0 ? Int(try reader.read(UInt32.self)) : common
            samples.append(
                MovieSample(
                    offset: -1, byteCount: byteCount, decodeTicks: 0, durationTicks: 0, compositionOffset: 0,
                    isKeyframe: true))
        }
        return samples
    }

    /// §8.6.1.2.
    private func readTimes(
        _ table: Box, of track: MovieTrack, _ samples: inout [MovieSample]
    ) throws(WireError) {
        guard let box = table.child("stts") else { throw .invalid("stts", at: table.offset) }
        var index = 0
        var ticks = track.shiftTicks
        try readRuns(box) { (count, delta) in
            for _ in 0..<min(Int(count), samples.count - index) {
                samples[index].decodeTicks = ticks
                samples[index].durationTicks = delta
                ticks += Int64(delta)
                index += 1
            }
        }
        guard index == samples.count, track.timescale.isPlausible(ticks) else {
            throw .invalid("stts", at: box.offset)
        }
    }

    /// §8.6.1.3; version 0 is unsigned by the letter, but nobody shows a picture hours late.
    private func readCompositionOffsets(_ table: Box, _ samples: inout [MovieSample]) throws(WireError) {
        guard let box = table.child("ctts") else { return }
        var index = 0
        try readRuns(box) { (count, offset) in
            for _ in 0..<min(Int(count), samples.count - index) {
                samples[index].compositionOffset = Int32(bitPattern: offset)
                index += 1
            }
        }
    }

    private func readRuns(_ box: Box, _ body: (UInt32, UInt32) -> Void) throws(WireError) {
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        let count: UInt32 = try reader.read()
        guard Int(count) <= reader.remaining / 8 else { throw .invalid("runs", at: box.offset) }
        for _ in 0..<count { body(try reader.read(), try reader.read()) }
    }

    /// §8.6.2; without the box every sample stands alone.
    private func readSyncSamples(_ table: Box, _ samples: inout [MovieSample]) throws(WireError) {
        guard let box = table.child("stss") else { return }
        for index in samples.indices { samples[index].isKeyframe = false }
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        for _ in 0..<(try reader.read(UInt32.self)) {
            let number = Int(try reader.read(UInt32.self))
            guard samples.indices.contains(number - 1) else { throw .invalid("stss", at: box.offset) }
            samples[number - 1].isKeyframe = true
        }
    }

    /// `stsc` says how many samples each chunk has, `stco` or `co64` where the chunk lies (§8.7.4, §8.7.5).
    private func readPlaces(
        _ table: Box, entryCount: Int, _ samples: inout [MovieSample]
    ) throws(WireError) {
        let offsets = try readChunkOffsets(table)
        guard let box = table.child("stsc") else { throw .invalid("stsc", at: table.offset) }
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        let count: UInt32 = try reader.read()
        guard Int(count) <= reader.remaining / 12 else { throw .invalid("stsc", at: box.offset) }
        var runs: [ChunkRun] = []
        for _ in 0..<count {
            let (first, samples) = (Int(try reader.read(UInt32.self)) - 1, Int(try reader.read(UInt32.self)))
            let entry = Int(try reader.read(UInt32.self)) - 1
            guard (0..<entryCount).contains(entry) else { throw .invalid("stsc", at: box.offset) }
            runs.append(ChunkRun(first: first, samples: samples, entry: UInt16(entry)))
        }
        var index = 0
        for (number, run) in runs.enumerated() {
            let end = number + 1 < runs.count ? runs[number + 1].first : offsets.count
            guard run.first >= 0, run.first <= end, end <= offsets.count else { throw .invalid("stsc", at: box.offset) }
            for chunk in run.first..<end where index < samples.count {
                place(run, from: offsets[chunk], &index, &samples)
            }
        }
    }

    /// Chunks from `first` on, alike in how many samples each has and what those are.
    private struct ChunkRun {
        var first: Int
        var samples: Int
        var entry: UInt16
    }

    private func place(_ run: ChunkRun, from start: Int, _ index: inout Int, _ samples: inout [MovieSample]) {
        var offset = start
        for _ in 0..<min(run.samples, samples.count - index) {
            samples[index].offset = offset
            samples[index].entry = run.entry
            offset += samples[index].byteCount
            index += 1
        }
    }

    private func readChunkOffsets(_ table: Box) throws(WireError) -> [Int] {
        let large = table.child("co64")
        guard let box = large ?? table.child("stco") else { throw .invalid("stco", at: table.offset) }
        var reader = ByteReader(bytes.span.extracting(place(of: box)))
        try reader.skip(4)
        let count = Int(try reader.read(UInt32.self))
        guard count <= reader.remaining / (large == nil ? 4 : 8) else { throw .invalid("stco", at: box.offset) }
        var offsets: [Int] = []
        offsets.reserveCapacity(count)
        for _ in 0..<count {
            let offset = large == nil ? UInt64(try reader.read(UInt32.self)) : try reader.read(UInt64.self)
            // Anything past the end is as wrong as anything else, and cannot overflow later.
            offsets.append(min(Int(clamping: offset), fileByteCount))
        }
        return offsets
    }

    private func place(of box: Box) -> Range<Int> { box.body.lowerBound - base..<box.body.upperBound - base }
}
