import Bytes
import Capture
import Codecs
import Elementary
import Storage
import Units

/// One of the streams beside a take, and where in it the next sample lies by what the times say.
struct TimedLane {
    /// How far ahead the agreement of lines and stream is looked for.
    static let searchByteCount = 4 << 20
    /// So many samples in a row that lie as their lines say are no accident.
    private static let proof = 3
    /// A time that lies farther ahead is believed only if the next one agrees: ten minutes at 90 kHz.
    private static let farthestTicks: Int64 = 54_000_000

    let file: ReadOnlyFile
    /// How many bytes each sample has in the stream beside those that its line counts.
    let headerByteCount: Int
    private(set) var position = 0
    /// Where the last sample ended, in ticks.
    private(set) var endTicks: Int64 = 0
    private(set) var lastDuration: Int64
    private var startTicks: Int64 = -1

    init(_ file: FilePath, headerByteCount: Int, usualDuration: Int64) throws {
        self.file = try ReadOnlyFile(file.path)
        self.headerByteCount = headerByteCount
        lastDuration = usualDuration
    }

    func byteCount(_ entry: RecoveryTimes.Entry) -> Int { entry.byteCount + headerByteCount }

    /// What is done about a line.
    enum Step {
        /// Its sample lies where it should, even if it does not begin as it should.
        case take
        /// Bytes without a line lie before the sample, or instead of it.
        case orphans(Range<Int>, isAtHand: Bool)
        /// Lines and stream do not agree any more.
        case lost
    }

    /// What is to be done about the first of some lines; those behind it prove where samples lie.
    func step(_ entries: [RecoveryTimes.Entry]) -> Step {
        let (entry, following) = (entries[0], entries.dropFirst())
        let next = position + byteCount(entry)
        // Near the end, the sizes of all that is left prove each other.
        if position + entries.reduce(0, { $0 + byteCount($1) }) == file.byteCount { return .take }
        if begins(entry, at: position), agrees(following, from: next) { return .take }
        // Most likely only its beginning is damaged, and its size is right.
        if next <= file.byteCount, isChain(following, at: next) { return .take }
        if let (place, isAtHand) = search(entries) { return .orphans(position..<place, isAtHand: isAtHand) }
        // Lines may be there for what the stream was cut off before.
        return next == file.byteCount && begins(entry, at: position) ? .take : .lost
    }

    /// Whether the stream goes on behind a sample as the lines say; a bit or two of the next beginning may be damaged.
    private func agrees(_ following: ArraySlice<RecoveryTimes.Entry>, from start: Int) -> Bool {
        guard start < file.byteCount else { return start == file.byteCount && following.isEmpty }
        guard let next = following.first else { return beginsSomething(at: start) }
        if begins(next, at: start) { return true }
        guard wrongBitCount(of: next, at: start) <= 2, let second = following.dropFirst().first else { return false }
        return begins(second, at: start + byteCount(next))
    }

    /// How many bits at a place are other than a sample's beginning has them.
    private func wrongBitCount(of entry: RecoveryTimes.Entry, at place: Int) -> Int {
        let start = file.read(at: place, count: 7)
        guard start.count == 7 else { return .max }
        func difference(_ found: [UInt8], _ right: [UInt8]) -> Int {
            zip(found, right).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        }
        guard !entry.isPicture else { return difference(start, [0, 0, 0, 1]) }
        let length = UInt32(byteCount(entry))
        let found = UInt32(start[3] & 3) << 11 | UInt32(start[4]) << 3 | UInt32(start[5] >> 5)
        return difference(start, [0xFF, 0xF1]) + (found ^ length).nonzeroBitCount
    }

    private func beginsSomething(at place: Int) -> Bool {
        let start = file.read(at: place, count: 7)
        return start.starts(with: [0, 0, 0, 1]) || (try? AAC.parseADTSHeader(start.span)) != nil
    }

    private func begins(_ entry: RecoveryTimes.Entry, at place: Int) -> Bool {
        let start = file.read(at: place, count: 7)
        switch entry {
        case .picture: return start.starts(with: [0, 0, 0, 1])
        case .sound:
            guard let header = try? AAC.parseADTSHeader(start.span) else { return false }
            return header.byteCount == byteCount(entry)
        }
    }

    /// Where the lines behind the one at hand begin to agree with the stream, or that one itself.
    private func search(_ entries: [RecoveryTimes.Entry]) -> (place: Int, isAtHand: Bool)? {
        let rest = entries.dropFirst()
        guard rest.count >= Self.proof else { return nil }
        let end = min(file.byteCount, position + Self.searchByteCount)
        var place = position + 1
        while place < end {
            let bytes = file.read(at: place, count: min(32 << 10, end - place))
            guard bytes.count > 8 else { return nil }
            for index in bytes.indices.dropLast(7) where bytes[index] == 0 || bytes[index] == 0xFF {
                if isChain(rest, at: place + index) { return (place + index, false) }
                if isChain(entries[...], at: place + index) { return (place + index, true) }
            }
            place += bytes.count - 7
        }
        return nil
    }

    private func isChain(_ entries: ArraySlice<RecoveryTimes.Entry>, at start: Int) -> Bool {
        guard !entries.isEmpty, start < file.byteCount else { return false }
        var place = start
        for entry in entries.prefix(Self.proof) {
            if place == file.byteCount { return true }
            guard begins(entry, at: place) else { return false }
            place += byteCount(entry)
        }
        return true
    }

    /// Reads so many bytes and moves behind them; nothing if they are not all there.
    mutating func take(_ byteCount: Int) throws -> [UInt8]? {
        let bytes = file.read(at: position, count: byteCount)
        if let failure = file.failure { throw failure }
        position += byteCount
        return bytes.count == byteCount ? bytes : nil
    }

    /// When a sample is that its line says is at `ticks`, and the next line is at `next`.
    ///
    /// A time that does not lie between those around it is damaged.
    mutating func place(_ ticks: Int64, next: Int64?, duration: Int64?) -> Int64 {
        let expected = startTicks < 0 ? 0 : endTicks
        let isOrdered = ticks > startTicks && ticks < next ?? .max
        let isBelievable = isOrdered && (next != nil || ticks - expected < Self.farthestTicks)
        let isBetween = next.map { $0 > startTicks } ?? true
        // If the next is no better, this one stands.
        let placed = isBelievable || (!isBetween && ticks > startTicks) ? ticks : max(expected, startTicks + 1)
        // A gap says nothing of how long the next one lasts.
        let step = placed - startTicks
        if startTicks >= 0, step < 45_000, duration == nil { lastDuration = step }
        startTicks = placed
        endTicks = placed + min(duration ?? lastDuration, 4_096 * 22)
        return placed
    }
}

extension RecoveryTimes.Entry {
    var isPicture: Bool { if case .picture = self { true } else { false } }

    var ticks: Int64 {
        switch self {
        case .picture(let ticks, _, _, _), .sound(let ticks, _, _): ticks
        }
    }

    var byteCount: Int {
        switch self {
        case .picture(_, _, let byteCount, _), .sound(_, _, let byteCount): byteCount
        }
    }
}
