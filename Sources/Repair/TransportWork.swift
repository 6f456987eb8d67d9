import Bytes
import Codecs
import Elementary
import Storage
import TransportStream
import Units

/// What a look through a transport stream found.
struct TransportSurvey: Sendable {
    /// The stream of pictures that is kept, and the one of sound.
    var pictures: (identifier: UInt16, codec: Codec)?
    var sound: UInt16?
    /// Whether most units of the pictures begin with one.
    var isAligned = false
    /// When the first picture is decoded, and the first sound heard.
    var firstDecode: Int64 = 0
    var firstSound: Int64 = 0
    /// What the stream's tables say each identifier carries.
    var kinds: [UInt16: StreamKind] = [:]
    /// Streams that are left out, in words.
    var leftOut: [String] = []
    /// The earliest time of those that are kept, in ticks of 90 kHz.
    var origin: Int64 = 0
    var end: Int64 = 0
    /// By how much the first picture is shown after it is decoded.
    var delay: Int64 = 0
    var unitCount = 0
    var lostUnitCount = 0
    /// How often packets are missing.
    var lossCount = 0
    var skippedByteCount = 0
    var scrambledPacketCount = 0
}

/// A transport stream, to be put into an MP4 file as it is.
struct TransportWork: Sendable {
    let file: FilePath
    let survey: TransportSurvey

    func write(to new: NewFile, _ listener: @escaping ProgressListener) throws -> MediaResult {
        var builder = MovieBuilder(new, createdAtUnixMilliseconds: file.recordedAtUnixMilliseconds)
        var reader = try TransportReader(file, knowing: survey.kinds, ReadCounter([file], listener))
        var clock = SharedClock()
        var pictures = survey.pictures.map { PictureLane($0.codec, survey) }
        var sound = survey.sound.map { _ in SoundLane(survey) }
        while let unit = try reader.next() {
            if unit.identifier == survey.pictures?.identifier {
                pictures?.push(unit, &clock)
            } else if unit.identifier == survey.sound {
                sound?.push(unit, &clock)
            }
            while let found = pictures?.next() { try found.add(to: &builder) }
            while let found = sound?.next() { try found.add(to: &builder) }
        }
        pictures?.finish(&clock)
        sound?.finish(&clock)
        while let found = pictures?.next() { try found.add(to: &builder) }
        while let found = sound?.next() { try found.add(to: &builder) }
        guard try builder.finish() else { throw RepairRefusal("not one picture or packet of sound in \(file.path)") }
        var result = MediaResult(durationMilliseconds: builder.durationMilliseconds)
        let silence = sound?.silentPacketCount ?? 0
        if silence > 0 { result.notes.append("\(silence) packets of silence fill gaps in the sound.") }
        if builder.earlyPictureCount > 0 {
            result.notes.append("\(builder.earlyPictureCount) pictures before the first keyframe were left out.")
        }
        return result
    }
}

/// Reads a file's units one after the other.
struct TransportReader {
    private var pieces: PieceReader
    private var aligner = PacketAligner()
    private(set) var demuxer: TransportDemuxer
    private var isFinished = false

    init(_ file: FilePath, knowing kinds: [UInt16: StreamKind] = [:], _ counter: ReadCounter?) throws {
        pieces = try PieceReader(file, counter)
        demuxer = TransportDemuxer(knowing: kinds)
    }

    var skippedByteCount: Int { aligner.skippedByteCount }

    mutating func next() throws -> StreamUnit? {
        while true {
            if let unit = demuxer.nextUnit() { return unit }
            if let place = aligner.next() {
                aligner.withPacket(at: place) { demuxer.push($0) }
            } else if let piece = try pieces.next() {
                aligner.push(piece)
            } else if !isFinished {
                isFinished = true
                aligner.finish()
                while let place = aligner.next() { aligner.withPacket(at: place) { demuxer.push($0) } }
                demuxer.finish()
            } else {
                return nil
            }
        }
    }
}

/// Where a stream's times were moved because they jumped, for all streams of it alike.
struct SharedClock {
    /// Two streams that jump within two seconds of each other jump together.
    private static let agreement: Int64 = 180_000

    private var latest: Int64 = 0

    /// How far times are to be moved by a stream that would have to move them by `shift`.
    mutating func settle(_ shift: Int64) -> Int64 {
        if abs(shift - latest) > Self.agreement { latest = shift }
        return latest
    }
}

/// Gives what comes in the order of decoding times that grow, whatever damage did to single ones.
struct TimeMender {
    /// A jump beyond this, ahead or back, is believed only when the next time agrees with it: ten seconds, and one.
    private static let farthestAhead: Int64 = 900_000
    private static let farthestBack: Int64 = 90_000
    /// Ten minutes: a gap that is longer is none, but a clock that was set anew.
    private static let longestGap: Int64 = 54_000_000

    private var last: Int64
    private var isFirst = true
    private var shift: Int64 = 0
    private var suspect: Int64?

    /// Times of a stream the first of which is `first`, unless that is damaged.
    init(first: Int64) { last = first }

    /// The time of what carries `stamp`, or nothing to tell, and follows what was before by `usual`.
    mutating func place(_ stamp: Int64?, usual: Int64, _ clock: inout SharedClock) -> Int64 {
        let expected = isFirst ? last : last + usual
        if isFirst { last -= 1 }
        isFirst = false
        guard let stamp else {
            last = expected
            return expected
        }
        var place = stamp + shift
        if place - expected > Self.farthestAhead || expected - place > Self.farthestBack {
            let isConfirmed = suspect.map { (-Self.farthestBack...Self.farthestAhead).contains(stamp - $0) } ?? false
            suspect = stamp
            guard isConfirmed else {
                last = expected
                return expected
            }
            if !(0...Self.longestGap).contains(place - expected) {
                shift = clock.settle(expected - stamp)
                place = stamp + shift
            }
        }
        suspect = nil
        place = max(place, last + 1)
        last = place
        return place
    }
}
