import Bytes
import Capture
import Codecs
import Elementary
import Storage
import Units

/// Reads the streams beside a take by what their times say of them.
///
/// Each sample lies where the sizes of those before it say. Where it does not, something is damaged: the stream there, or
/// the line. Then the place is looked for where the following lines agree with the stream again; what lies before it
/// without a line gets times between those around it.
struct TimedStreams {
    /// How many lines are known ahead.
    private static let lookahead = 64

    private let codec: Codec
    private(set) var pictures: TimedLane?
    private(set) var sound: TimedLane?
    /// Samples that had no line, and lines that had no sample.
    private(set) var orphanCount = 0
    private(set) var lostCount = 0

    private let counter: ReadCounter
    private var lines: PieceReader
    private var times = RecoveryTimes()
    private var ahead: [RecoveryTimes.Entry] = []
    private var ready: [FoundSample] = []
    private var format: TrackFormat?
    /// Whether pictures, or sound, have left what their lines say.
    private var areLost = (pictures: false, sound: false)

    init(_ streams: SideStreams, _ counter: ReadCounter) throws {
        guard let times = streams.times else { preconditionFailure("whoever asks for times has them") }
        self.counter = counter
        lines = try PieceReader(times, counter)
        codec = streams.pictures?.codec ?? .h264
        pictures = try streams.pictures.map { try TimedLane($0.file, headerByteCount: 0, usualDuration: 3_000) }
        sound = try streams.sound.map {
            try TimedLane($0, headerByteCount: AAC.adtsHeaderByteCount, usualDuration: Int64(AAC.packetSampleCount))
        }
    }

    /// The next sample; nothing when the times end.
    mutating func next() throws -> FoundSample? {
        while ready.isEmpty {
            guard let entry = try nextEntry() else { return nil }
            if entry.isPicture {
                guard !areLost.pictures, pictures != nil else { continue }
                areLost.pictures = try !handle(entry, \.pictures)
            } else {
                guard !areLost.sound, sound != nil else { continue }
                areLost.sound = try !handle(entry, \.sound)
            }
        }
        return ready.removeFirst()
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

    /// Takes what a line says from a stream; false if the two do not agree any more.
    private mutating func handle(
        _ entry: RecoveryTimes.Entry, _ path: WritableKeyPath<Self, TimedLane?>
    ) throws -> Bool {
        guard var lane = self[keyPath: path] else { return false }
        defer { self[keyPath: path] = lane }
        let following = ahead.filter { $0.isPicture == entry.isPicture }
        switch lane.step([entry] + following) {
        case .take: try take(entry, next: following.first, from: &lane)
        case .orphans(let range, let isAtHand):
            // If the line at hand has no sample of its size, the first of those without a line is its.
            try takeOrphans(range.count, line: isAtHand ? nil : entry, next: following.first, from: &lane)
            if isAtHand { try take(entry, next: following.first, from: &lane) }
        case .lost: return false
        }
        return true
    }

    private mutating func take(
        _ entry: RecoveryTimes.Entry, next: RecoveryTimes.Entry?, from lane: inout TimedLane
    ) throws {
        try counter.count(lane.byteCount(entry))
        guard var bytes = try lane.take(lane.byteCount(entry)), !bytes.isEmpty else {
            lostCount += 1
            return
        }
        switch entry {
        case .picture(let ticks, let offset, _, let isKeyframe):
            // Its line says where it begins, whatever is there.
            bytes.replaceSubrange(0..<min(4, bytes.count), with: [0, 0, 0, 1].prefix(bytes.count))
            let frame = H264.frame(ofByteStream: bytes)
            add(picture: frame, lane.place(ticks, next: next?.ticks, duration: nil), offset, isKeyframe, lane)
        case .sound(let ticks, let duration, _):
            if let header = try? AAC.parseADTSHeader(bytes.span) {
                format = format ?? TrackFormat(header.configuration)
            }
            let packet = Array(bytes.dropFirst(AAC.adtsHeaderByteCount))
            add(packet: packet, lane.place(ticks, next: next?.ticks, duration: Int64(duration)), duration)
        }
    }

    /// Takes samples that have no line.
    private mutating func takeOrphans(
        _ byteCount: Int, line: RecoveryTimes.Entry?, next: RecoveryTimes.Entry?, from lane: inout TimedLane
    ) throws {
        let isPicture = line?.isPicture ?? next?.isPicture ?? (lane.headerByteCount == 0)
        try counter.count(byteCount)
        guard let bytes = try lane.take(byteCount) else {
            lostCount += line == nil ? 0 : 1
            return
        }
        let found = isPicture ? Self.pictures(in: bytes, codec) : packets(in: bytes)
        if found.isEmpty { lostCount += 1 }
        for (number, sample) in found.enumerated() {
            let known = number == 0 ? line?.ticks : nil
            orphanCount += known == nil ? 1 : 0
            let usual = isPicture ? nil : Int64(AAC.packetSampleCount)
            let ticks = lane.place(known ?? lane.endTicks, next: next?.ticks, duration: usual)
            if isPicture {
                add(picture: sample.bytes, ticks, 0, sample.isKeyframe, lane)
            } else {
                add(packet: sample.bytes, ticks, UInt32(AAC.packetSampleCount))
            }
        }
    }

    private static func pictures(in bytes: [UInt8], _ codec: Codec) -> [AccessUnit] {
        var (units, reader) = (ByteStreamReader(), AccessUnitReader(codec))
        units.push(bytes)
        units.finish()
        while let unit = units.next() { reader.push(unit) }
        reader.finish()
        var found: [AccessUnit] = []
        while let picture = reader.next() { found.append(picture) }
        return found
    }

    private mutating func packets(in bytes: [UInt8]) -> [AccessUnit] {
        var reader = ADTSReader()
        reader.push(bytes)
        reader.finish()
        var found: [AccessUnit] = []
        while let packet = reader.next() {
            // The first of a stream may be one that has no line.
            format = format ?? TrackFormat(packet.configuration)
            found.append(AccessUnit(offset: packet.offset, bytes: packet.bytes, isKeyframe: true))
        }
        return found
    }

    private mutating func add(
        picture bytes: [UInt8], _ ticks: Int64, _ offset: Int32, _ isKeyframe: Bool, _ lane: TimedLane
    ) {
        guard !bytes.isEmpty else {
            lostCount += 1
            return
        }
        let sample = Sample(
            decodeTicks: ticks, compositionOffsetTicks: offset, durationTicks: UInt32(clamping: lane.lastDuration),
            isKeyframe: isKeyframe, bytes: bytes)
        ready.append(FoundSample(kind: .picture(codec), sample: sample, timescale: .video))
    }

    private mutating func add(packet bytes: [UInt8], _ ticks: Int64, _ duration: UInt32) {
        guard let format, !bytes.isEmpty else {
            lostCount += 1
            return
        }
        let sample = Sample(decodeTicks: ticks, durationTicks: duration, isKeyframe: true, bytes: bytes)
        ready.append(FoundSample(kind: .sound(format), sample: sample, timescale: .opus))
    }
}
