import Bytes

/// What the finished file's tables need of one track's samples, kept small while they pile up.
///
/// Times and chunk sizes are kept as the runs that `stts` and `stsc` store, sizes in the bytes of
/// `stsz`: 4 bytes a sample at a steady rate, 12 where no two durations are alike, 20 if pictures
/// are also out of order.
struct SampleIndex: Sendable {
    struct Run: Equatable, Sendable {
        var count: UInt32
        var value: UInt32
    }

    /// So many chunks that follow each other, alike in how many samples each has and what those are.
    struct ChunkRun: Equatable, Sendable {
        var count: UInt32
        var samplesPerChunk: UInt32
        /// Which of the track's formats, from 0.
        var format: UInt32
    }

    private(set) var sampleCount = 0

    /// Where the first sample lies on the file's timeline.
    private(set) var firstDecodeTicks: Int64 = 0
    private var lastDecodeTicks: Int64 = 0
    private var lastDurationTicks: UInt32 = 0

    /// The body of `stsz`: big-endian sizes.
    private(set) var sizes: [UInt8] = []
    /// `stts` but for the last sample, whose duration is not known to be final.
    private var closedDurations: [Run] = []
    /// `ctts`; empty as long as no sample needed it.
    private(set) var compositionOffsets: [Run] = []
    private(set) var hasNegativeOffsets = false
    /// Numbers, from 1, of the samples that stand alone, as long as not all do.
    private(set) var syncSamples: [UInt32] = []
    private(set) var allAreSync = true
    private(set) var chunkOffsets: [Int] = []
    /// For `stsc`.
    private(set) var chunkRuns: [ChunkRun] = []
    /// When the first picture is shown that is shown at all.
    private(set) var firstPresentationTicks: Int64 = 0
    /// When the last picture is shown, and how long.
    private var lastPresentationTicks: Int64 = 0
    private var lastPresentationDuration: UInt32 = 0

    /// Ticks from the first sample's start to the last one's end.
    var durationTicks: Int64 {
        sampleCount == 0 ? 0 : lastDecodeTicks - firstDecodeTicks + Int64(lastDurationTicks)
    }

    /// Where what is shown last ends on the file's timeline.
    var presentationEndTicks: Int64 {
        sampleCount == 0 ? 0 : lastPresentationTicks + Int64(lastPresentationDuration)
    }

    /// The body of `stts`.
    var durations: [Run] {
        var runs = closedDurations
        if sampleCount > 0 { Self.extend(&runs, by: lastDurationTicks) }
        return runs
    }

    /// About how many bytes the tables of the finished file take, and so this index in memory.
    var tableByteCount: Int {
        let runs = closedDurations.count + compositionOffsets.count
        let chunks = chunkRuns.count * 12 + chunkOffsets.count * 8
        return sizes.count + runs * 8 + syncSamples.count * 4 + chunks
    }

    /// Takes in samples of one format that lie one after the other from `offset` on.
    mutating func addChunk(at offset: Int, _ samples: [OpenSample], format: Int = 0) {
        guard !samples.isEmpty else { return }
        chunkOffsets.append(offset)
        let run = ChunkRun(count: 1, samplesPerChunk: UInt32(samples.count), format: UInt32(format))
        if let last = chunkRuns.last, last.samplesPerChunk == run.samplesPerChunk, last.format == run.format {
            chunkRuns[chunkRuns.count - 1].count += 1
        } else {
            chunkRuns.append(run)
        }
        for sample in samples { add(sample) }
    }

    /// Lets what is decoded last and what is shown last last longer, or shorter.
    mutating func holdLast(until ticks: Int64, shownUntil presentationTicks: Int64) {
        guard sampleCount > 0 else { return }
        lastDurationTicks = UInt32(clamping: max(1, ticks - lastDecodeTicks))
        lastPresentationDuration = UInt32(clamping: max(1, presentationTicks - lastPresentationTicks))
    }

    private mutating func add(_ sample: OpenSample) {
        if sampleCount == 0 {
            firstDecodeTicks = sample.decodeTicks
        } else {
            // The distance, not the duration promised: both forms of the file must agree.
            Self.extend(&closedDurations, by: UInt32(clamping: sample.decodeTicks - lastDecodeTicks))
        }
        lastDecodeTicks = sample.decodeTicks
        lastDurationTicks = sample.durationTicks
        addPresentation(of: sample)
        addCompositionOffset(sample.compositionOffset)
        addSync(sample.isKeyframe)
        sampleCount += 1
        sizes.append(bigEndian: sample.byteCount)
    }

    private mutating func addPresentation(of sample: OpenSample) {
        let ticks = sample.decodeTicks + Int64(sample.compositionOffset)
        firstPresentationTicks = sampleCount == 0 ? ticks : min(firstPresentationTicks, ticks)
        guard sampleCount == 0 || ticks >= lastPresentationTicks else { return }
        lastPresentationTicks = ticks
        lastPresentationDuration = sample.durationTicks
    }

    private mutating func addCompositionOffset(_ offset: Int32) {
        if compositionOffsets.isEmpty {
            guard offset != 0 else { return }
            if sampleCount > 0 { compositionOffsets.append(Run(count: UInt32(sampleCount), value: 0)) }
        }
        if offset < 0 { hasNegativeOffsets = true }
        Self.extend(&compositionOffsets, by: UInt32(bitPattern: offset))
    }

    /// The list starts with the first sample that does not stand alone: audio never needs one.
    private mutating func addSync(_ isSync: Bool) {
        if allAreSync, !isSync {
            allAreSync = false
            syncSamples = (0..<UInt32(sampleCount)).map { $0 + 1 }
        }
        if !allAreSync, isSync { syncSamples.append(UInt32(sampleCount + 1)) }
    }

    private static func extend(_ runs: inout [Run], by value: UInt32) {
        if let last = runs.indices.last, runs[last].value == value {
            runs[last].count += 1
        } else {
            runs.append(Run(count: 1, value: value))
        }
    }
}

/// One sample of the fragment that is still in memory.
struct OpenSample: Equatable, Sendable {
    var decodeTicks: Int64
    var durationTicks: UInt32
    var byteCount: UInt32
    var compositionOffset: Int32 = 0
    var isKeyframe: Bool
}
