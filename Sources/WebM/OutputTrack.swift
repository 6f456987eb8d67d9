import Codecs
import Units

/// One track of a file that is being written.
struct OutputTrack: Sendable {
    /// Its number in the file, from 1.
    let number: Int
    /// What the head says of it: what its first samples are.
    private(set) var format: TrackFormat
    /// How its pictures must be turned to stand upright.
    let rotation: Rotation
    private let timescale: ClockRate
    private var lastDecodeTicks: Int64 = -1
    private var lastMilliseconds: Int64 = -1
    /// Whether the open cluster holds samples of it.
    var isOpen = false
    /// Whether the head names it: it does from the track's first sample on, because players are
    /// puzzled by a track that has none.
    var isAnnounced = false
    /// Where the last sample ends, in nanoseconds.
    private(set) var end: Int64 = 0

    init(number: Int, format: TrackFormat, timescale: ClockRate, rotation: Rotation = .none) {
        self.number = number
        self.format = format
        self.rotation = rotation
        self.timescale = timescale
    }

    var isVideo: Bool { format.codec.kind == .video }

    /// Says what the next sample is; false if the track cannot hold that.
    ///
    /// The pictures of every codec in WebM tell by themselves what they are; of sound, decoders only know the head.
    mutating func changeFormat(to other: TrackFormat) -> Bool {
        guard other != format else { return true }
        guard isVideo, other.codec == format.codec else { return false }
        if lastDecodeTicks < 0 { format = other }
        return true
    }

    mutating func note(_ sample: borrowing Sample) {
        precondition(sample.decodeTicks > lastDecodeTicks, "decode times start at 0 and grow strictly")
        precondition(sample.durationTicks > 0, "a sample lasts")
        lastDecodeTicks = sample.decodeTicks
        isOpen = true
        end = nanoseconds(sample.decodeTicks + Int64(sample.durationTicks))
    }

    mutating func holdLast(until ticks: Int64) {
        guard lastDecodeTicks >= 0 else { return }
        end = nanoseconds(max(ticks, lastDecodeTicks + 1))
    }

    func nanoseconds(_ ticks: Int64) -> Int64 {
        MediaTime(ticks: ticks, rate: timescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }

    /// Where the next sample lies in milliseconds, behind the one before: two samples may share one by the clock, but
    /// players take their times to grow.
    mutating func place(_ ticks: Int64) -> Int64 {
        lastMilliseconds = max(milliseconds(ticks), lastMilliseconds + 1)
        return lastMilliseconds
    }

    /// The file's unit, rounded to the nearest.
    func milliseconds(_ ticks: Int64) -> Int64 {
        let halves = MediaTime(ticks: ticks, rate: timescale).rescaled(to: ClockRate(2000)).ticks
        return (halves + 1) / 2
    }
}

/// One frame of the cluster that is still in memory.
struct OpenBlock: Sendable {
    let track: Int
    let milliseconds: Int64
    let isKeyframe: Bool
    /// Where in the cluster's payload its bytes lie.
    let bytes: Range<Int>
}
