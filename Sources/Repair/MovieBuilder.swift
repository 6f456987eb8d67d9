import Bytes
import Codecs
import MP4
import Storage
import Units

/// Makes an ordinary MP4 file of samples that were found somewhere.
///
/// Pictures tell their format by themselves; those before the first keyframe that does are left out. Samples come
/// roughly in the order of time over both tracks, and in decode order within each.
struct MovieBuilder {
    /// A fragment never holds more than this: it is in memory.
    private static let fragmentByteCount = 8 << 20
    private static let fragmentDuration = Duration.seconds(1)
    /// Times that a track cannot have, which no damage may turn into.
    private static let farthestTicks: Int64 = 1 << 44
    /// Far more than any stream's pictures are delayed by, in seconds.
    private static let greatestOffset: Int64 = 10
    /// A gap so long, in seconds, is no pace that says anything of the pictures beside it.
    private static let longestPace: Int64 = 60

    /// One of the tracks.
    fileprivate struct Track {
        var number: Int
        var format: TrackFormat
        var timescale: ClockRate
        var lastTicks: Int64 = -1
        var endTicks: Int64 = 0
        var sampleCount = 0
    }

    private let file: NewFile
    private var writer: HybridMP4Writer
    private var pictures: Track?
    private var sound: Track?
    /// Pictures that came before any that can be decoded.
    private(set) var earlyPictureCount = 0
    /// Samples that the file could not take.
    private(set) var refusedCount = 0

    init(_ file: NewFile, createdAtUnixMilliseconds creation: Int64) {
        self.file = file
        writer = HybridMP4Writer(createdAtUnixMilliseconds: creation)
    }

    var pictureCount: Int { pictures?.sampleCount ?? 0 }
    var soundPacketCount: Int { sound?.sampleCount ?? 0 }

    /// How long what is there plays.
    var durationMilliseconds: Int64 { max(pictures?.endMilliseconds ?? 0, sound?.endMilliseconds ?? 0) }

    /// Takes a picture, whose time counts `timescale`.
    mutating func addPicture(_ sample: Sample, codec: Codec, timescale: ClockRate, rotation: Rotation = .none) throws {
        var format = pictures?.format
        if sample.isKeyframe, let told = Self.format(of: sample, codec: codec) { format = told }
        guard let format else {
            earlyPictureCount += 1
            return
        }
        try addPicture(sample, format: format, timescale: timescale, rotation: rotation)
    }

    /// Takes a picture whose format is known.
    mutating func addPicture(
        _ sample: Sample, format: TrackFormat, timescale: ClockRate, rotation: Rotation = .none
    ) throws {
        if pictures == nil {
            guard writer.hasRoom(for: format) else {
                refusedCount += 1
                return
            }
            let number = writer.addTrack(format, timescale: timescale, rotation: rotation)
            pictures = Track(number: number, format: format, timescale: timescale)
        }
        guard var track = pictures else { return }
        if track.format != format {
            guard writer.changeFormat(format, track: track.number) else {
                refusedCount += 1
                return
            }
            track.format = format
        }
        append(sample, to: &track)
        pictures = track
        try cutIfDue()
    }

    /// Takes a packet of sound; all are of one format.
    mutating func addSound(_ sample: Sample, format: TrackFormat, timescale: ClockRate) throws {
        if sound == nil {
            guard writer.hasRoom(for: format) else {
                refusedCount += 1
                return
            }
            sound = Track(
                number: writer.addTrack(format, timescale: timescale), format: format, timescale: timescale)
        }
        guard var track = sound, track.format == format else {
            refusedCount += 1
            return
        }
        append(sample, to: &track)
        sound = track
        try cutIfDue()
    }

    /// Writes the index; false if there is not a sample.
    mutating func finish() throws -> Bool {
        for case let track? in [pictures, sound] { writer.holdLast(track: track.number, until: track.endTicks) }
        writer.finish()
        try drain()
        return pictureCount + soundPacketCount > 0
    }

    private mutating func append(_ sample: Sample, to track: inout Track) {
        guard (0..<Self.farthestTicks).contains(max(sample.decodeTicks, track.lastTicks + 1)) else {
            refusedCount += 1
            return
        }
        var placed = sample
        placed.decodeTicks = max(sample.decodeTicks, track.lastTicks + 1)
        placed.durationTicks = min(max(1, sample.durationTicks), UInt32(Int32.max))
        let rate = Int64(track.timescale.ticksPerSecond)
        let greatest = min(Self.greatestOffset * rate, Int64(Int32.max))
        placed.compositionOffsetTicks = Int32(min(max(Int64(sample.compositionOffsetTicks), -greatest), greatest))
        if track.lastTicks >= 0, placed.decodeTicks - track.lastTicks > Self.longestPace * rate { writer.cutFragment() }
        writer.append(placed, track: track.number)
        track.lastTicks = placed.decodeTicks
        track.endTicks = placed.decodeTicks + Int64(placed.durationTicks)
        track.sampleCount += 1
    }

    private mutating func cutIfDue() throws {
        guard
            writer.openFragmentDuration >= Self.fragmentDuration
                || writer.openPayloadByteCount >= Self.fragmentByteCount
        else { return }
        writer.cutFragment()
        try drain()
    }

    private mutating func drain() throws { while let write = writer.nextWrite() { try file.perform(write) } }

    /// What a keyframe's own bytes tell.
    static func format(of sample: Sample, codec: Codec) -> TrackFormat? {
        let frame = Frame(
            codec: codec, ticks: sample.decodeTicks, isKeyframe: true, bytes: sample.bytes,
            arrival: Instant(nanoseconds: 0))
        return TrackFormat(startingWith: frame)
    }
}

extension MovieBuilder.Track {
    fileprivate var endMilliseconds: Int64 {
        MediaTime(ticks: endTicks, rate: timescale).rescaled(to: ClockRate(1000)).ticks
    }
}
