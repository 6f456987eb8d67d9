public import Codecs
public import Units

/// One track of a file that was read, with all of its samples that the file holds.
public struct MovieTrack: Equatable, Sendable {
    public internal(set) var id: UInt32
    /// `vide`, `soun`, or whatever else the file says (ISO/IEC 14496-12 §8.4.3).
    public internal(set) var handler: FourCC
    /// Ticks of the samples' times.
    public internal(set) var timescale: ClockRate
    /// What the samples are, one entry for each thing that they turn into, in the file's order.
    public internal(set) var entries: [MovieSampleEntry]
    /// How pictures are turned before they are shown; nothing if they are mirrored or slanted.
    public internal(set) var rotation: Rotation? = Rotation.none
    /// In the order of decoding.
    public internal(set) var samples: [MovieSample] = []

    /// What the edit list adds to the times of the media to place them on the file's timeline.
    var shiftTicks: Int64 = 0

    /// Where the last sample ends on the file's timeline.
    public var endTicks: Int64 { samples.last.map { $0.decodeTicks + Int64($0.durationTicks) } ?? 0 }

    /// The same in milliseconds, rounded down.
    public var endMilliseconds: Int64 {
        MediaTime(ticks: endTicks, rate: timescale).rescaled(to: ClockRate(1000)).ticks
    }

    /// The codec's four letters.
    public var sampleEntry: FourCC { entries.first?.type ?? FourCC(rawValue: 0) }
    /// What the first samples are, if it is something that Lathe writes.
    public var format: TrackFormat? { entries.first?.format }
    /// The size in pixels of the first pictures; zero for sound.
    public var width: Int { entries.first?.width ?? 0 }
    /// The size in pixels of the first pictures; zero for sound.
    public var height: Int { entries.first?.height ?? 0 }
    /// Zero for pictures.
    public var channelCount: Int { entries.first?.channelCount ?? 0 }
    /// Zero for pictures.
    public var sampleRate: Int { entries.first?.sampleRate ?? 0 }
}

/// One way in which samples of a track are encoded (`stsd`, ISO/IEC 14496-12 §8.5.2).
public struct MovieSampleEntry: Equatable, Sendable {
    /// The codec's four letters.
    public internal(set) var type: FourCC
    /// What samples are, if it is something that Lathe writes.
    public internal(set) var format: TrackFormat?
    /// The picture's size in pixels; zero for sound.
    public internal(set) var width = 0
    public internal(set) var height = 0
    /// What the entry itself says of the numbers in pictures, whatever the stream says.
    public internal(set) var colour: ColourDescription?
    public internal(set) var pixelAspectRatio: PixelAspectRatio?
    /// Zero for pictures.
    public internal(set) var channelCount = 0
    public internal(set) var sampleRate = 0

    init(type: FourCC) { self.type = type }
}

/// One sample of a file that was read.
public struct MovieSample: Equatable, Sendable {
    /// Where its bytes lie in the file.
    public var offset: Int
    public var byteCount: Int
    /// Ticks of the track's timescale since the start of the file, edit list included.
    public var decodeTicks: Int64
    public var durationTicks: UInt32
    /// How many ticks after its decode time it is shown.
    public var compositionOffset: Int32
    public var isKeyframe: Bool
    /// Which of the track's entries describes it, from 0.
    public var entry: UInt16 = 0

    /// When it is shown.
    public var presentationTicks: Int64 { decodeTicks + Int64(compositionOffset) }
}

extension ClockRate {
    /// Whether a recording can have such a time: within 34 years.
    ///
    /// What is farther away is forged, and must not overflow when it is counted in nanoseconds.
    func isPlausible(_ ticks: Int64) -> Bool { ticks.magnitude < UInt64(ticksPerSecond) << 30 }
}
