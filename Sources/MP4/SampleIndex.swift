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
    /// For `stsc`: `value` samples in each of `count` chunks that follow each other.
    private(set) var samplesPerChunk: [Run] = []

    /// Ticks from the first sample's start to the last one's end.
    var durationTicks: Int64 {
        sampleCount == 0 ? 0 : lastDecodeTicks - firstDecodeTicks + Int64(lastDurationTicks)
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
        let chunks = samplesPerChunk.count * 12 + chunkOffsets.count * 8
        return sizes.count + runs * 8 + syncSamples.count * 4 + chunks
    }

    /// Takes in samples that lie one after the other from `offset` on.
    mutating func addChunk(at offset: Int, _ samples: [OpenSample]) {
        guard !samples.isEmpty else { return }
        chunkOffsets.append(offset)
        Self.extend(&samplesPerChunk, by: UInt32(samples.count))
        for sample in samples { add(sample) }
    }

    mutating func holdLast(until ticks: Int64) {
        guard sampleCount > 0 else { return }
        lastDurationTicks = UInt32(clamping: max(1, ticks - lastDecodeTicks))
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
        addCompositionOffset(sample.compositionOffset)
        addSync(sample.isKeyframe)
        sampleCount += 1
        sizes.append(bigEndian: sample.byteCount)
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
