import Codecs
import Units

/// One track of a file that is being written.
struct OutputTrack: Sendable {
    let id: UInt32
    let format: TrackFormat
    let timescale: ClockRate
    private(set) var index = SampleIndex()

    /// Whether the `moov` at the head names it: it does from the track's first sample on, because
    /// players are puzzled by a track that has none.
    var isAnnounced = false

    /// The samples of the open fragment, and their bytes one after the other.
    private(set) var open: [OpenSample] = []
    private(set) var openBytes: [UInt8] = []
    private var lastDecodeTicks: Int64 = -1

    init(id: UInt32, format: TrackFormat, timescale: ClockRate) {
        self.id = id
        self.format = format
        self.timescale = timescale
    }

    var isVideo: Bool { format.codec.kind == .video }

    mutating func append(_ sample: borrowing Sample, compositionOffset: Int32) {
        precondition(sample.decodeTicks > lastDecodeTicks, "decode times start at 0 and grow strictly")
        precondition(sample.durationTicks > 0, "a sample lasts")
        if let last = open.indices.last {
            // A run has durations only, so the one before must end exactly where this one starts.
            open[last].durationTicks = UInt32(clamping: sample.decodeTicks - open[last].decodeTicks)
        }
        lastDecodeTicks = sample.decodeTicks
        open.append(
            OpenSample(
                decodeTicks: sample.decodeTicks, durationTicks: sample.durationTicks,
                byteCount: UInt32(sample.bytes.count), compositionOffset: compositionOffset,
                isKeyframe: sample.isKeyframe))
        openBytes.append(contentsOf: sample.bytes)
    }

    mutating func holdLast(until ticks: Int64) {
        if let last = open.indices.last {
            open[last].durationTicks = UInt32(clamping: max(1, ticks - open[last].decodeTicks))
        } else {
            index.holdLast(until: ticks)
        }
    }

    /// Moves the open samples into the index, as a chunk that lies at `offset`.
    mutating func close(chunkAt offset: Int) {
        index.addChunk(at: offset, open)
        open.removeAll(keepingCapacity: true)
        openBytes.removeAll(keepingCapacity: true)
    }

    /// Takes samples into the index that lie in the file already, one after the other from `offset` on.
    mutating func adopt(_ samples: [OpenSample], chunkAt offset: Int) { index.addChunk(at: offset, samples) }

    /// What of the file's timeline the open samples cover, in nanoseconds.
    var openSpan: Range<Int64>? {
        guard let first = open.first, let last = open.last else { return nil }
        return nanoseconds(first.decodeTicks)..<nanoseconds(last.decodeTicks + Int64(last.durationTicks))
    }

    private func nanoseconds(_ ticks: Int64) -> Int64 {
        MediaTime(ticks: ticks, rate: timescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }
}
