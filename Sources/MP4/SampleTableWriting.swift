import Codecs

/// The sample table (`stbl`, ISO/IEC 14496-12 §8.5.1), empty or full.
extension BoxWriter {
    /// The tables of a track whose samples all come in fragments.
    mutating func emptySampleTable(_ format: TrackFormat) {
        box("stbl") {
            $0.sampleDescription([format])
            for type in ["stts", "stsc"] as [FourCC] { $0.fullBox(type) { $0.append(UInt32(0)) } }
            $0.fullBox("stsz") { $0.appendZeros(8) }
            $0.fullBox("stco") { $0.append(UInt32(0)) }
        }
    }

    mutating func sampleTable(_ formats: [TrackFormat], _ index: SampleIndex) {
        box("stbl") {
            $0.sampleDescription(formats)
            $0.runs("stts", index.durations)
            $0.compositionOffsets(index)
            $0.syncSamples(index)
            $0.samplesPerChunk(index)
            $0.fullBox("stsz") {
                $0.append(UInt32(0))
                $0.append(UInt32(index.sampleCount))
                $0.append(index.sizes)
            }
            $0.chunkOffsets(index.chunkOffsets)
        }
    }

    /// `ctts` (§8.6.1.3), only where pictures are out of order; version 1 where an offset is below zero.
    private mutating func compositionOffsets(_ index: SampleIndex) {
        guard !index.compositionOffsets.isEmpty else { return }
        runs("ctts", version: index.hasNegativeOffsets ? 1 : 0, index.compositionOffsets)
    }

    private mutating func runs(_ type: FourCC, version: UInt8 = 0, _ runs: [SampleIndex.Run]) {
        fullBox(type, version: version) {
            $0.append(UInt32(runs.count))
            for run in runs {
                $0.append(run.count)
                $0.append(run.value)
            }
        }
    }

    /// `stss` (§8.6.2) is left out where every sample stands alone.
    private mutating func syncSamples(_ index: SampleIndex) {
        guard !index.allAreSync else { return }
        fullBox("stss") {
            $0.append(UInt32(index.syncSamples.count))
            for number in index.syncSamples { $0.append(number) }
        }
    }

    /// `stsc` (§8.7.4): an entry for each change in how many samples a chunk has, and of what format.
    private mutating func samplesPerChunk(_ index: SampleIndex) {
        fullBox("stsc") {
            $0.append(UInt32(index.chunkRuns.count))
            var chunk: UInt32 = 1
            for run in index.chunkRuns {
                $0.append(chunk)
                $0.append(run.samplesPerChunk)
                $0.append(run.format + 1)
                chunk += run.count
            }
        }
    }

    /// `stco`, or `co64` once a chunk lies beyond what 32 bits can say (§8.7.5).
    private mutating func chunkOffsets(_ offsets: [Int]) {
        let isLarge = (offsets.last ?? 0) > Int(UInt32.max)
        fullBox(isLarge ? "co64" : "stco") {
            $0.append(UInt32(offsets.count))
            for offset in offsets {
                if isLarge { $0.append(UInt64(offset)) } else { $0.append(UInt32(offset)) }
            }
        }
    }
}
