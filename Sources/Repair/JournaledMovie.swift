import Bytes
import Capture
import Codecs
import MP4
import Storage
import Units

/// Finds the samples of a file without index by what the times beside it say of their sizes.
///
/// Samples lie in the order of the lines, one after the other; or, where pieces of media have each their box, first those
/// of one kind and then those of the other. Which it is shows in the pictures: the units in one fill it exactly.
struct JournaledMovie {
    /// How many lines one box of media may have to be looked at as a whole.
    private static let batchLimit = 4_096
    /// Of a hundred pictures so many must be what they should, or the file is not what the times are of.
    private static let leastPercent = 90

    /// A sample and where it lies.
    private struct Placed {
        var entry: RecoveryTimes.Entry
        var offset: Int
    }

    private let file: ReadOnlyFile
    private var boxes: ArraySlice<Range<Int>>
    private var lines: PieceReader
    private var times = RecoveryTimes()
    private var ahead: [RecoveryTimes.Entry] = []
    private var ready: [Placed] = []
    private var codec: Codec?
    private var format: TrackFormat?
    /// Pictures that are what they should be, and those that are not.
    private(set) var verdicts = (pictures: 0, others: 0)

    /// The samples of a file that `times` lies beside; nothing if it holds no box of media.
    init?(_ take: FilePath, times: FilePath, _ counter: ReadCounter?) throws {
        file = try ReadOnlyFile(take.path)
        lines = try PieceReader(times, counter)
        let found = MovieFile(reading: file).boxes.filter { $0.type == "mdat" }.map(\.body)
        guard !found.isEmpty else { return nil }
        boxes = found[...]
    }

    /// Whether what was found so far can be what the times are of.
    var isBelievable: Bool {
        let (good, bad) = verdicts
        return good > 0 && good * 100 >= (good + bad) * Self.leastPercent
    }

    /// The next sample that is what its line says; nothing at the end of the file or of the times.
    mutating func next() throws -> FoundSample? {
        while true {
            if ready.isEmpty, try !placeNextBox() { return nil }
            guard !ready.isEmpty else { continue }
            let placed = ready.removeFirst()
            let bytes = file.read(at: placed.offset, count: placed.entry.byteCount)
            if let failure = file.failure { throw failure }
            if bytes.count == placed.entry.byteCount, let found = found(placed.entry, bytes) { return found }
        }
    }

    /// Lays the next lines into the next box; false if either has ended.
    private mutating func placeNextBox() throws -> Bool {
        guard let box = boxes.popFirst() else { return false }
        var batch: [RecoveryTimes.Entry] = []
        var byteCount = 0
        while byteCount < box.count, batch.count < Self.batchLimit, let entry = try nextEntry() {
            if byteCount + entry.byteCount > box.count {
                ahead.insert(entry, at: 0)
                break
            }
            batch.append(entry)
            byteCount += entry.byteCount
        }
        guard !batch.isEmpty else { return false }
        let inOrder = Self.layOut(batch, from: box.lowerBound)
        ready = inOrder
        if byteCount == box.count {
            let pictures = batch.filter(\.isPicture)
            let sounds = batch.filter { !$0.isPicture }
            let grouped = [pictures + sounds, sounds + pictures].map { Self.layOut($0, from: box.lowerBound) }
            ready = ([inOrder] + grouped).max { goodCount($0) < goodCount($1) } ?? inOrder
        } else if let last = inOrder.last {
            // More of the same box, or what is left of it holds no whole sample.
            let end = last.offset + last.entry.byteCount
            if batch.count == Self.batchLimit, end < box.upperBound {
                boxes = [end..<box.upperBound] + boxes
            }
        }
        return true
    }

    private static func layOut(_ entries: [RecoveryTimes.Entry], from start: Int) -> [Placed] {
        var offset = start
        return entries.map { entry in
            defer { offset += entry.byteCount }
            return Placed(entry: entry, offset: offset)
        }
    }

    private func goodCount(_ placed: [Placed]) -> Int {
        placed.count { one in
            one.entry.isPicture && isPicture(file.read(at: one.offset, count: one.entry.byteCount))
        }
    }

    /// Whether the units in a sample fill it exactly.
    private func isPicture(_ bytes: [UInt8]) -> Bool {
        let units = H264.nalUnits(in: bytes)
        return units.last?.upperBound == bytes.count && !bytes.isEmpty
    }

    private mutating func nextEntry() throws -> RecoveryTimes.Entry? {
        if !ahead.isEmpty { return ahead.removeFirst() }
        while true {
            if let entry = times.next() { return entry }
            guard let piece = try lines.next() else { return nil }
            times.push(piece)
        }
    }

    private mutating func found(_ entry: RecoveryTimes.Entry, _ bytes: [UInt8]) -> FoundSample? {
        switch entry {
        case .picture(let ticks, let offset, _, let isKeyframe):
            guard isPicture(bytes) else {
                verdicts.others += 1
                return nil
            }
            verdicts.pictures += 1
            if codec == nil, isKeyframe { codec = Self.codec(of: bytes) }
            let sample = Sample(
                decodeTicks: ticks, compositionOffsetTicks: offset, durationTicks: 3_000, isKeyframe: isKeyframe,
                bytes: bytes)
            return FoundSample(kind: .picture(codec ?? .h264), sample: sample, timescale: .video)
        case .sound(let ticks, let duration, _):
            let format = format ?? Self.format(of: bytes)
            self.format = format
            let sample = Sample(decodeTicks: ticks, durationTicks: duration, isKeyframe: true, bytes: bytes)
            return format.map { FoundSample(kind: .sound($0), sample: sample, timescale: .opus) }
        }
    }

    private static func codec(of keyframe: [UInt8]) -> Codec { H264.isKeyframe(keyframe) ? .h264 : .h265 }

    /// The first three bits of a packet of AAC say whether it is a single channel or a pair (ISO/IEC 14496-3 table 4.85).
    private static func format(of packet: [UInt8]) -> TrackFormat? {
        guard let first = packet.first, first >> 5 <= 1 else { return nil }
        return TrackFormat(AAC.Configuration(sampleRate: 48_000, channelCount: Int(first >> 5) + 1))
    }
}

/// A file without index and the times beside it, to be put together anew.
struct JournalWork: Sendable {
    let take: FilePath
    let times: FilePath

    func write(to new: NewFile, _ listener: @escaping ProgressListener) throws -> MediaResult {
        var builder = MovieBuilder(new, createdAtUnixMilliseconds: take.recordedAtUnixMilliseconds)
        guard var movie = try JournaledMovie(take, times: times, ReadCounter([times], listener)) else {
            throw RepairRefusal("there are no media in \(take.path)")
        }
        while let found = try movie.next() { try found.add(to: &builder) }
        guard try builder.finish() else {
            throw RepairRefusal("not one sample of \(take.path) lies where its times say")
        }
        var result = MediaResult(durationMilliseconds: builder.durationMilliseconds)
        if movie.verdicts.others > 0 {
            result.notes.append("\(movie.verdicts.others) pictures are damaged, and were left out.")
            result.isPartly = true
        }
        return result
    }
}
