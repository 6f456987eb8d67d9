import Bytes
import Codecs
import Elementary
import Storage
import Units

/// The pictures of a byte stream, each with a time that was worked out for it.
struct PictureStream {
    private let codec: Codec
    private var pieces: PieceReader
    private var units = ByteStreamReader()
    private var pictures: AccessUnitReader
    private var times: PictureTimes
    /// By how many places pictures are shown later than they are decoded, from the first keyframe on.
    private var shifts: ArraySlice<Int16>
    private var hasBegun = false
    private var isFinished = false

    /// Begins at a place in a file.
    init(
        _ file: FilePath, _ codec: Codec, startingAt position: Int = 0, times: PictureTimes, shifts: [Int16] = [],
        _ counter: ReadCounter?
    ) throws {
        self.shifts = shifts[...]
        self.codec = codec
        self.times = times
        pieces = try PieceReader(file, startingAt: position, counter)
        pictures = AccessUnitReader(codec)
    }

    var skippedByteCount: Int { units.skippedByteCount }

    mutating func next() throws -> FoundSample? {
        guard let picture = try nextPicture() else { return nil }
        // Those before the first keyframe do not come into the file.
        hasBegun = hasBegun || picture.isKeyframe
        let shift = hasBegun ? shifts.popFirst() ?? 0 : 0
        let shown = shift == 0 ? nil : times.ticks(ahead: Int(shift))
        let (ticks, duration) = hasBegun ? times.next() : (0, 1)
        let sample = Sample(
            decodeTicks: ticks, compositionOffsetTicks: Int32(clamping: (shown ?? ticks) - ticks),
            durationTicks: duration, isKeyframe: picture.isKeyframe, bytes: picture.bytes)
        return FoundSample(kind: .picture(codec), sample: sample, timescale: .video)
    }

    /// The next picture as it lies in the file.
    mutating func nextPicture() throws -> AccessUnit? {
        while true {
            if let picture = pictures.next() { return picture }
            if let unit = units.next() {
                pictures.push(unit)
            } else if let piece = try pieces.next() {
                units.push(piece)
            } else if !isFinished {
                isFinished = true
                units.finish()
                while let unit = units.next() { pictures.push(unit) }
                pictures.finish()
            } else {
                return nil
            }
        }
    }
}

/// When the pictures of a stream are shown that says nothing of it.
enum PictureTimes: Sendable {
    /// One after the other from a first on, `count` of them in `span`; ticks of 90 kHz.
    case even(first: Int64, span: Int64, count: Int64, number: Int64 = 0)
    /// Those that were worked out, and then on.
    case listed([Int64], number: Int = 0)

    /// The time of a picture so many places behind the next, or before it.
    func ticks(ahead shift: Int) -> Int64 {
        switch self {
        case .even(let first, let span, let count, let number):
            first + (number + Int64(shift)) * span / count
        case .listed(let times, let number):
            times.isEmpty ? 0 : times[min(max(0, number + shift), times.count - 1)]
        }
    }

    /// The next picture's time and length.
    mutating func next() -> (ticks: Int64, durationTicks: UInt32) {
        switch self {
        case .even(let first, let span, let count, let number):
            self = .even(first: first, span: span, count: count, number: number + 1)
            let (begin, end) = (number * span / count, (number + 1) * span / count)
            return (first + begin, UInt32(clamping: max(1, end - begin)))
        case .listed(let times, let number):
            self = .listed(times, number: number + 1)
            guard number < times.count else {
                // More pictures than were counted: they follow at the usual distance.
                return ((times.last ?? 0) + Int64(number - times.count + 1) * 3_000, 3_000)
            }
            let next = number + 1 < times.count ? times[number + 1] : times[number] + 3_000
            return (times[number], UInt32(clamping: max(1, next - times[number])))
        }
    }
}

/// The packets of a stream of AAC, one directly after the other.
struct SoundStream {
    private var pieces: PieceReader
    private var packets = ADTSReader()
    private var position: Int64
    /// When the first packet is, in ticks of 90 kHz, if that is known rather than its place in samples.
    private var startTicks: Int64?
    private var format: (configuration: AAC.Configuration, track: TrackFormat)?
    private var isFinished = false
    /// Packets of another format than the first.
    private(set) var foreignCount = 0

    /// Begins at a place in a file, with a first packet at so many samples.
    init(
        _ file: FilePath, startingAt position: Int = 0, first: Int64 = 0, startTicks: Int64? = nil,
        _ counter: ReadCounter?
    ) throws {
        self.startTicks = startTicks
        pieces = try PieceReader(file, startingAt: position, counter)
        self.position = first
    }

    var skippedByteCount: Int { packets.skippedByteCount }

    mutating func next() throws -> FoundSample? {
        while let packet = try nextPacket() {
            let known = format ?? (packet.configuration, TrackFormat(packet.configuration))
            format = known
            guard packet.configuration == known.configuration else {
                foreignCount += 1
                continue
            }
            if let ticks = startTicks {
                position = ticks * Int64(known.configuration.sampleRate) / 90_000
                startTicks = nil
            }
            defer { position += Int64(AAC.packetSampleCount) }
            let sample = Sample(
                decodeTicks: position, durationTicks: UInt32(AAC.packetSampleCount), isKeyframe: true,
                bytes: packet.bytes)
            return FoundSample(
                kind: .sound(known.track), sample: sample,
                timescale: ClockRate(UInt32(known.configuration.sampleRate)))
        }
        return nil
    }

    /// The next packet as it lies in the file.
    mutating func nextPacket() throws -> ADTSPacket? {
        while true {
            if let packet = packets.next() { return packet }
            if let piece = try pieces.next() {
                packets.push(piece)
            } else if !isFinished {
                isFinished = true
                packets.finish()
            } else {
                return nil
            }
        }
    }
}

extension TrackFormat {
    /// The format of AAC that is so configured.
    init(_ configuration: AAC.Configuration) {
        self = .aac(
            sampleRate: configuration.sampleRate, channelCount: configuration.channelCount,
            configuration: configuration.bytes)
    }
}
