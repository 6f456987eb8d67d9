import Codecs
import Units

/// One track of a file that is being written.
struct OutputTrack: Sendable {
    let id: UInt32
    let timescale: ClockRate
    /// How its pictures must be turned to stand upright.
    let rotation: Rotation
    /// What its samples are, in the order in which that changed; one that comes again is not repeated.
    private(set) var formats: [TrackFormat]
    /// Which of the formats the open samples have, and those to come.
    private(set) var formatNumber = 0
    /// Which of the formats a reader of the fragments so far takes the next one for.
    private var announcedFormatNumber = 0
    private(set) var index = SampleIndex()

    /// How much later its media is decoded and made than the file's timeline says, by the edit list of the head.
    ///
    /// Of Opus, what a decoder makes before what was encoded begins; an AAC track's samples are expected without their
    /// encoder's first. Of pictures out of order, the time that keeps their composition offsets from being negative.
    private(set) var delayTicks: Int64 = 0

    /// Whether the `moov` at the head names it: it does from the track's first sample on, because
    /// players are puzzled by a track that has none.
    private(set) var isAnnounced = false

    /// The samples of the open fragment, and their bytes one after the other.
    private(set) var open: [OpenSample] = []
    private(set) var openBytes: [UInt8] = []
    private var lastDecodeTicks: Int64 = -1
    /// Until when the last sample lasts by `holdLast`.
    private var heldUntil: Int64?

    /// More than a call needs, and far fewer than readers take: FFmpeg's limit is 1024.
    static let maximumFormatCount = 64

    init(id: UInt32, formats: [TrackFormat], timescale: ClockRate, rotation: Rotation = .none) {
        precondition(!formats.isEmpty, "a track has a format")
        self.id = id
        self.formats = formats
        self.timescale = timescale
        self.rotation = rotation
        if case .opus(_, let preSkip) = formats[0] {
            delayTicks = MediaTime(ticks: Int64(preSkip), rate: .opus).rescaled(to: timescale).ticks
        }
    }

    /// The format that the track began with, the only one that the head of the file knows.
    var format: TrackFormat { formats[0] }

    var isVideo: Bool { format.codec.kind == .video }

    /// Whether samples of another format can follow in this track.
    ///
    /// Pictures tell by themselves what they are, whatever the sample entry says: parameter sets are in band, and the
    /// headers of VP8, VP9 and AV1 are all that decoders look at. Sound's decoders only know the entry.
    func canChange(to other: TrackFormat) -> Bool {
        other.codec == format.codec && (isVideo || other == format)
    }

    /// Says what the next sample is.
    ///
    /// No sample may be open unless the format is the one in force. A format too many is not listed: it is told by the
    /// pictures alone.
    mutating func changeFormat(to format: TrackFormat) {
        if lastDecodeTicks < 0, index.sampleCount == 0 {
            formats = [format]
        } else if let number = formats.firstIndex(of: format) {
            formatNumber = number
        } else if formats.count < Self.maximumFormatCount {
            formats.append(format)
            formatNumber = formats.count - 1
        }
    }

    /// The format that must be told before the open fragment; nothing if it is the one told last.
    mutating func takeFormatToAnnounce() -> TrackFormat? {
        guard !open.isEmpty, formatNumber != announcedFormatNumber else { return nil }
        announcedFormatNumber = formatNumber
        return formats[formatNumber]
    }

    /// Has the head name the track from now on, and settles what it says of its times.
    mutating func announce() {
        precondition(!isAnnounced, "a track is announced once")
        isAnnounced = true
        guard isVideo, let first = open.first, open.contains(where: { $0.compositionOffset != 0 }) else { return }
        // FFmpeg 5.1 shows fragments with negative offsets late: by the least of them, against the sound.
        let least = open.lazy.map { Int64($0.compositionOffset) }.min() ?? 0
        let average = (lastDecodeTicks - first.decodeTicks) / Int64(max(1, open.count - 1))
        let reordered = Int64(format.maximumReorderedPictures ?? 0) * average
        delayTicks = max(0, -least, reordered - Int64(first.compositionOffset))
        for index in open.indices {
            // Times from damaged files may be anything.
            open[index].compositionOffset = Int32(clamping: Int64(open[index].compositionOffset) + delayTicks)
        }
    }

    mutating func append(_ sample: borrowing Sample) {
        precondition(sample.decodeTicks > lastDecodeTicks, "decode times start at 0 and grow strictly")
        precondition(sample.durationTicks > 0, "a sample lasts")
        if let last = open.indices.last {
            // A run has durations only, so the one before must end exactly where this one starts.
            open[last].durationTicks = UInt32(clamping: sample.decodeTicks - open[last].decodeTicks)
        }
        lastDecodeTicks = sample.decodeTicks
        heldUntil = nil
        open.append(
            OpenSample(
                decodeTicks: sample.decodeTicks, durationTicks: sample.durationTicks,
                byteCount: UInt32(sample.bytes.count),
                compositionOffset: Int32(clamping: Int64(sample.compositionOffsetTicks) + Int64(compositionDelay)),
                isKeyframe: sample.isKeyframe))
        openBytes.append(contentsOf: sample.bytes)
    }

    private var compositionDelay: Int32 { isVideo ? Int32(clamping: delayTicks) : 0 }

    mutating func holdLast(until ticks: Int64) {
        heldUntil = ticks
        if let last = open.indices.last {
            open[last].durationTicks = UInt32(clamping: max(1, ticks - open[last].decodeTicks))
        } else {
            hold(until: ticks)
        }
    }

    private mutating func hold(until ticks: Int64) {
        index.holdLast(until: ticks, shownUntil: ticks + Int64(compositionDelay))
    }

    /// Moves the open samples into the index, as a chunk that lies at `offset`.
    mutating func close(chunkAt offset: Int) {
        index.addChunk(at: offset, open, format: formatNumber)
        // What is shown last need not be what is decoded last.
        if let heldUntil { hold(until: heldUntil) }
        open.removeAll(keepingCapacity: true)
        openBytes.removeAll(keepingCapacity: true)
    }

    /// Takes over what the head of a file says of the track.
    mutating func adopt(delayTicks: Int64) {
        isAnnounced = true
        self.delayTicks = delayTicks
    }

    /// Takes samples into the index that lie in the file already, one after the other from `offset` on.
    mutating func adopt(_ samples: [OpenSample], chunkAt offset: Int, format: Int) {
        index.addChunk(at: offset, samples, format: format)
    }

    /// What of the file's timeline the open samples cover, in nanoseconds.
    var openSpan: Range<Int64>? {
        guard let first = open.first, let last = open.last else { return nil }
        return nanoseconds(first.decodeTicks)..<nanoseconds(last.decodeTicks + Int64(last.durationTicks))
    }

    private func nanoseconds(_ ticks: Int64) -> Int64 {
        MediaTime(ticks: ticks, rate: timescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }
}
