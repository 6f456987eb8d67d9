import Bytes
import Capture
import Codecs
import Elementary
import Storage
import Units

/// The streams beside a take, as they lie on the disk.
struct SideStreams: Sendable {
    /// `X.mp4`, which may or may not be there.
    let take: FilePath
    let pictures: (file: FilePath, codec: Codec)?
    let sound: FilePath?
    let times: FilePath?

    /// What lies beside a take; nothing if nothing does.
    init?(of take: FilePath) {
        func sibling(_ suffix: String) -> FilePath? {
            let file = take.sibling("\(take.name).\(suffix)")
            return file.exists ? file : nil
        }
        self.take = take
        pictures =
            sibling("h264").map { ($0, .h264) } ?? sibling("h265").map { ($0, .h265) }
            ?? sibling("hevc").map { ($0, .h265) }
        sound = sibling("aac")
        times = sibling("times")
        guard pictures != nil || sound != nil else { return nil }
    }

    /// The take that a stream lies beside, by its name: `X.mp4` of `X.mp4.h264`.
    static func take(of stream: FilePath) -> FilePath? {
        guard ["h264", "h265", "hevc", "aac", "times"].contains(stream.suffix) else { return nil }
        let take = stream.sibling(stream.stem)
        return ["mp4", "m4a"].contains(take.suffix) ? take : nil
    }

    /// All that is there.
    var files: [FilePath] { [pictures?.file, sound, times].compactMap { $0 } }
}

/// The streams beside a take, to be put together to one file.
struct StreamsWork: Sendable {
    var streams: SideStreams
    /// When the pictures are shown if no times are there that say it.
    var times: PictureTimes
    /// By how many places pictures are shown later than they are decoded; empty if all are shown as they are decoded.
    var shifts: [Int16] = []
    /// When the sound begins, in ticks of 90 kHz.
    var soundTicks: Int64 = 0
    var creation: Int64

    func write(to new: NewFile, _ listener: @escaping ProgressListener) throws -> MediaResult {
        var builder = MovieBuilder(new, createdAtUnixMilliseconds: creation)
        let counter = ReadCounter(streams.files, listener)
        var result = MediaResult()
        if streams.times != nil {
            try addTimed(to: &builder, counter, &result)
        } else {
            let pictures = try streams.pictures.map {
                try PictureStream($0.file, $0.codec, times: times, shifts: shifts, counter)
            }
            let sound = try streams.sound.map { try SoundStream($0, startTicks: soundTicks, counter) }
            try merge(pictures, sound, into: &builder, &result)
        }
        guard try builder.finish() else {
            throw RepairRefusal("the streams beside \(streams.take.path) hold not one sample")
        }
        result.durationMilliseconds = builder.durationMilliseconds
        if builder.earlyPictureCount > 0 {
            result.notes.append("\(builder.earlyPictureCount) pictures before the first keyframe were left out.")
        }
        return result
    }

    /// Puts everything at its time, and what the times do not know behind it.
    private func addTimed(
        to builder: inout MovieBuilder, _ counter: ReadCounter, _ result: inout MediaResult
    ) throws {
        var reader = try TimedStreams(streams, counter)
        while let found = try reader.next() { try found.add(to: &builder) }
        if reader.orphanCount > 0 {
            result.notes.append(
                "Assumed: \(reader.orphanCount) samples that the times do not know follow those before them.")
        }
        if reader.lostCount > 0 {
            result.notes.append("\(reader.lostCount) samples did not lie where their times say, and were left out.")
            result.isPartly = true
        }
        let before = builder.pictureCount + builder.soundPacketCount
        let pictures = try streams.pictures.flatMap { file, codec -> PictureStream? in
            guard let lane = reader.pictures, lane.position < lane.file.byteCount else { return nil }
            let times = PictureTimes.even(first: lane.endTicks, span: lane.lastDuration, count: 1)
            return try PictureStream(file, codec, startingAt: lane.position, times: times, counter)
        }
        let sound = try streams.sound.flatMap { file -> SoundStream? in
            guard let lane = reader.sound, lane.position < lane.file.byteCount else { return nil }
            return try SoundStream(file, startingAt: lane.position, first: lane.endTicks, counter)
        }
        try merge(pictures, sound, into: &builder, &result)
        let count = builder.pictureCount + builder.soundPacketCount - before
        guard count > 0 else { return }
        result.notes.append(
            "Assumed: \(count) samples behind the last time that is known follow at the usual distance.")
    }

    /// Puts pictures and sound side by side in the order of the times that were worked out for them.
    private func merge(
        _ pictures: PictureStream?, _ sound: SoundStream?, into builder: inout MovieBuilder,
        _ result: inout MediaResult
    ) throws {
        var (pictures, sound) = (pictures, sound)
        var (picture, packet) = (try pictures?.next(), try sound?.next())
        while picture != nil || packet != nil {
            if let found = picture, found.nanoseconds <= packet?.nanoseconds ?? .max {
                try found.add(to: &builder)
                picture = try pictures?.next()
            } else if let found = packet {
                try found.add(to: &builder)
                packet = try sound?.next()
            }
        }
        let skipped = (sound?.skippedByteCount ?? 0) + (pictures?.skippedByteCount ?? 0)
        guard skipped > 0 else { return }
        result.notes.append("\(skipped) bytes belong to no picture and no packet of sound, and were passed over.")
    }
}

/// A sample with what a builder must know of it.
struct FoundSample {
    enum Kind {
        case picture(Codec)
        case sound(TrackFormat)
    }

    var kind: Kind
    var sample: Sample
    var timescale: ClockRate

    var nanoseconds: Int64 {
        MediaTime(ticks: sample.decodeTicks, rate: timescale).rescaled(to: ClockRate(1_000_000_000)).ticks
    }

    func add(to builder: inout MovieBuilder) throws {
        switch kind {
        case .picture(let codec): try builder.addPicture(sample, codec: codec, timescale: timescale)
        case .sound(let format): try builder.addSound(sample, format: format, timescale: timescale)
        }
    }
}

/// Counts what was read of several files, for whoever watches.
final class ReadCounter {
    private let listener: ProgressListener
    private let total: Int
    private var done = 0

    init(_ files: [FilePath], _ listener: @escaping ProgressListener) {
        self.listener = listener
        total = files.reduce(0) { $0 + ((try? ReadOnlyFile($1.path).byteCount) ?? 0) }
    }

    func count(_ byteCount: Int) throws {
        done += byteCount
        try listener(RepairProgress(doneByteCount: min(done, total), byteCount: total))
    }
}

/// Reads a file front to back, a piece at a time.
struct PieceReader {
    private static let byteCount = 256 << 10

    let file: ReadOnlyFile
    private let counter: ReadCounter?
    private(set) var position: Int

    init(_ path: FilePath, startingAt position: Int = 0, _ counter: ReadCounter?) throws {
        file = try ReadOnlyFile(path.path)
        self.counter = counter
        self.position = position
    }

    /// The next piece; nothing at the end.
    mutating func next() throws -> [UInt8]? {
        guard position < file.byteCount else { return nil }
        let bytes = file.read(at: position, count: Self.byteCount)
        if let failure = file.failure { throw failure }
        guard !bytes.isEmpty else { return nil }
        position += bytes.count
        try counter?.count(bytes.count)
        return bytes
    }
}
