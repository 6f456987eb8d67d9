public import Codecs
public import Units

/// One track of a file that was read, with all of its samples that the file holds.
public struct MovieTrack: Equatable, Sendable {
    public internal(set) var id: UInt32
    /// `vide`, `soun`, or whatever else the file says (ISO/IEC 14496-12 §8.4.3).
    public internal(set) var handler: FourCC
    /// Ticks of the samples' times.
    public internal(set) var timescale: ClockRate
    /// The codec's four letters.
    public internal(set) var sampleEntry: FourCC
    /// What the samples are, if it is something that Lathe writes.
    public internal(set) var format: TrackFormat?
    /// The picture's size in pixels; zero for sound.
    public internal(set) var width = 0
    public internal(set) var height = 0
    /// Zero for pictures.
    public internal(set) var channelCount = 0
    public internal(set) var sampleRate = 0
    /// In the order of decoding.
    public internal(set) var samples: [MovieSample] = []

    /// What the edit list adds to the times of the media to place them on the file's timeline.
    var shiftTicks: Int64 = 0

    /// Where the last sample ends on the file's timeline.
    public var endTicks: Int64 { samples.last.map { $0.decodeTicks + Int64($0.durationTicks) } ?? 0 }
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
}
