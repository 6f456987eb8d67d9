import Bytes
import Capture
import Codecs
import Storage
import Units

/// Reads the streams beside a take by what their times say of them.
///
/// Each sample lies where the sizes of those before it say. Where it does not, something is damaged: the stream there, or
/// the line. Then the place is looked for where the following lines agree with the stream again.
struct TimedStreams {
    /// How many lines are known ahead.
    private static let lookahead = 64
    /// How far ahead the agreement is looked for.
    private static let searchByteCount = 4 << 20
    /// So many samples in a row that lie as their lines say are no accident.
    private static let proof = 3

    /// One of the two streams.
    struct Lane {
        let file: ReadOnlyFile
        /// How many bytes each sample has in the stream beside those that its line counts.
        let headerByteCount: Int
        fileprivate(set) var position = 0
        /// Where the last sample ended, in ticks.
        fileprivate(set) var endTicks: Int64 = 0
        fileprivate(set) var lastDuration: Int64 = 3_000
        fileprivate var startTicks: Int64 = 0
        fileprivate(set) var count: Int64 = 0
        /// Whether lines and stream do not agree any more.
        fileprivate(set) var isLost = false

        fileprivate func byteCount(_ entry: RecoveryTimes.Entry) -> Int { entry.byteCount + headerByteCount }
    }

    private let codec: Codec
    private(set) var pictures: Lane?
    private(set) var sound: Lane?
    /// Samples that were announced, and could not be found.
    private(set) var lostCount = 0

    private let counter: ReadCounter
    private var lines: PieceReader
    private var times = RecoveryTimes()
    private var ahead: [RecoveryTimes.Entry] = []
    private var format: TrackFormat?

    init(_ streams: SideStreams, _ counter: ReadCounter) throws {
        guard let times = streams.times else { preconditionFailure("whoever asks for times has them") }
        self.counter = counter
        lines = try PieceReader(times, counter)
        codec = streams.pictures?.codec ?? .h264
        pictures = try streams.pictures.map { Lane(file: try ReadOnlyFile($0.file.path), headerByteCount: 0) }
        sound = try streams.sound.map {
            Lane(file: try ReadOnlyFile($0.path), headerByteCount: AAC.adtsHeaderByteCount)
        }
    }

    /// The next sample; nothing when the times end.
    mutating func next() throws -> FoundSample? {
        while let entry = try nextEntry() {
            let bytes: [UInt8]?
            switch entry {
            case .picture: bytes = try take(entry, from: \.pictures)
            case .sound: bytes = try take(entry, from: \.sound)
            }
            guard let bytes else { continue }
            if let sample = found(entry, bytes) { return sample }
            lostCount += 1
        }
        return nil
    }

    private mutating func nextEntry() throws -> RecoveryTimes.Entry? {
        while ahead.count < Self.lookahead {
            if let entry = times.next() {
                ahead.append(entry)
            } else if let piece = try lines.next() {
                times.push(piece)
            } else {
                break
            }
        }
        return ahead.isEmpty ? nil : ahead.removeFirst()
    }

    /// The bytes of a sample as the stream has them; nothing if it is not there.
    private mutating func take(
        _ entry: RecoveryTimes.Entry, from path: WritableKeyPath<Self, Lane?>
    ) throws -> [UInt8]? {
        guard var open = self[keyPath: path], !open.isLost else { return nil }
        defer { self[keyPath: path] = open }
        let following = ahead.filter { $0.isPicture == entry.isPicture }
        if !isThere(entry, then: following, in: open) {
            guard realign(&open, from: [entry] + following) else { return nil }
        }
        let count = open.byteCount(entry)
        let bytes = open.file.read(at: open.position, count: count)
        if let failure = open.file.failure { throw failure }
        try counter.count(count)
        open.position += count
        open.note(entry)
        return bytes.count == count ? bytes : nil
    }

    /// Whether a sample lies where it should, by how it begins and by where the next one does.
    private func isThere(_ entry: RecoveryTimes.Entry, then following: [RecoveryTimes.Entry], in lane: Lane) -> Bool {
        guard begins(entry, at: lane.position, in: lane) else { return false }
        var place = lane.position + lane.byteCount(entry)
        guard place < lane.file.byteCount else { return place == lane.file.byteCount }
        // The next one's beginning may be damaged, but hardly that of two.
        for next in following.prefix(2) {
            if begins(next, at: place, in: lane) { return true }
            place += lane.byteCount(next)
        }
        return following.isEmpty
    }

    private func begins(_ entry: RecoveryTimes.Entry, at place: Int, in lane: Lane) -> Bool {
        let start = lane.file.read(at: place, count: 7)
        switch entry {
        case .picture: return start.starts(with: [0, 0, 0, 1])
        case .sound:
            guard let header = try? AAC.parseADTSHeader(start.span) else { return false }
            return header.byteCount == lane.byteCount(entry)
        }
    }

    /// Finds where the stream agrees with the lines again; false if the line at hand has no sample.
    ///
    /// Moves the lane to that place, and counts the lines that have none.
    private mutating func realign(_ lane: inout Lane, from entries: [RecoveryTimes.Entry]) -> Bool {
        lostCount += 1
        // Most likely only this sample's beginning is damaged, and its size is right.
        let next = lane.position + lane.byteCount(entries[0])
        if isChain(entries.dropFirst(), at: next, in: lane) {
            lane.position = next
            lane.note(entries[0])
            return false
        }
        guard let (place, isAtHand) = search(entries, in: lane) else {
            lane.isLost = true
            return false
        }
        lane.position = place
        // If the next lines agree, the size of the one at hand is wrong.
        if !isAtHand { lane.note(entries[0]) }
        return isAtHand
    }

    /// Where the line at hand, or those behind it, begin to agree with the stream.
    private func search(_ entries: [RecoveryTimes.Entry], in lane: Lane) -> (place: Int, isAtHand: Bool)? {
        let rest = entries.dropFirst()
        guard rest.count >= Self.proof else { return nil }
        let end = min(lane.file.byteCount, lane.position + Self.searchByteCount)
        var place = lane.position + 1
        while place < end {
            let bytes = lane.file.read(at: place, count: min(32 << 10, end - place))
            guard bytes.count > 8 else { return nil }
            for index in bytes.indices.dropLast(7) where bytes[index] == 0 || bytes[index] == 0xFF {
                if isChain(rest, at: place + index, in: lane) { return (place + index, false) }
                if isChain(entries[...], at: place + index, in: lane) { return (place + index, true) }
            }
            place += bytes.count - 7
        }
        return nil
    }

    private func isChain(_ entries: ArraySlice<RecoveryTimes.Entry>, at start: Int, in lane: Lane) -> Bool {
        guard !entries.isEmpty, start < lane.file.byteCount else { return false }
        var place = start
        for entry in entries.prefix(Self.proof) {
            if place == lane.file.byteCount { return true }
            guard begins(entry, at: place, in: lane) else { return false }
            place += lane.byteCount(entry)
        }
        return true
    }

    private mutating func found(_ entry: RecoveryTimes.Entry, _ bytes: [UInt8]) -> FoundSample? {
        switch entry {
        case .picture(let ticks, let offset, _, let isKeyframe):
            let frame = H264.frame(ofByteStream: bytes)
            guard !frame.isEmpty else { return nil }
            let sample = Sample(
                decodeTicks: ticks, compositionOffsetTicks: offset, durationTicks: 3_000, isKeyframe: isKeyframe,
                bytes: frame)
            return FoundSample(kind: .picture(codec), sample: sample, timescale: .video)
        case .sound(let ticks, let duration, _):
            guard let header = try? AAC.parseADTSHeader(bytes.span) else { return nil }
            let format = self.format ?? TrackFormat(header.configuration)
            self.format = format
            let sample = Sample(
                decodeTicks: ticks, durationTicks: duration, isKeyframe: true,
                bytes: Array(bytes[AAC.adtsHeaderByteCount...]))
            return FoundSample(kind: .sound(format), sample: sample, timescale: .opus)
        }
    }
}

extension TimedStreams.Lane {
    /// Remembers where a sample's time is.
    fileprivate mutating func note(_ entry: RecoveryTimes.Entry) {
        switch entry {
        case .picture(let ticks, _, _, _):
            // A gap says nothing of how long the next one lasts.
            if count > 0, ticks > startTicks, ticks - startTicks < 45_000 { lastDuration = ticks - startTicks }
            startTicks = ticks
            endTicks = ticks + max(lastDuration, 1)
        case .sound(let ticks, let duration, _):
            startTicks = ticks
            endTicks = ticks + Int64(min(duration, 4_096))
        }
        count += 1
    }
}

extension RecoveryTimes.Entry {
    fileprivate var isPicture: Bool { if case .picture = self { true } else { false } }

    fileprivate var byteCount: Int {
        switch self {
        case .picture(_, _, let byteCount, _), .sound(_, _, let byteCount): byteCount
        }
    }
}
