import Bytes
import Codecs
import Elementary
import TransportStream
import Units

/// The pictures of a transport stream, as samples.
struct PictureLane {
    private static let usualDuration: Int64 = 3_000
    /// More marks than one picture needs are those of damage.
    private static let markLimit = 64

    private let codec: Codec
    private let origin: Int64
    private let delay: Int64
    private var units = ByteStreamReader()
    private var pictures: AccessUnitReader
    private var times: TimeMender
    /// Where in the stream of bytes each unit begins, and when what begins in it is.
    private var marks: [(offset: Int, presentation: Int64?, decode: Int64?)] = []
    private var pushedByteCount = 0
    /// Whether a picture begins with each unit, as most writers see to: then it does even where a beginning is damaged.
    private let isAligned: Bool
    private var lastDuration = Self.usualDuration
    /// The last picture, whose end is not known yet.
    private var pending: Sample?
    private var ready: [FoundSample] = []

    init(_ codec: Codec, _ survey: TransportSurvey) {
        self.codec = codec
        origin = survey.origin
        delay = survey.delay
        isAligned = survey.isAligned
        times = TimeMender(first: survey.firstDecode - survey.origin + survey.delay)
        pictures = AccessUnitReader(codec)
    }

    mutating func push(_ unit: StreamUnit, _ clock: inout SharedClock) {
        // What is cut off at the end would be half a picture.
        guard !unit.isCut else { return }
        marks.append((pushedByteCount, unit.presentationTicks, unit.decodeTicks))
        if marks.count > Self.markLimit { marks.removeFirst() }
        if isAligned || unit.beginsWithStartCode {
            // So nothing that is damaged in it is taken for part of the picture before.
            units.endUnit()
            drain(&clock)
            if unit.presentationTicks != nil { pictures.finish() }
            drain(&clock)
        }
        pushedByteCount += unit.bytes.count
        units.push(unit.bytes)
        drain(&clock)
    }

    mutating func finish(_ clock: inout SharedClock) {
        units.finish()
        drain(&clock)
        pictures.finish()
        while let picture = pictures.next() { place(picture, &clock) }
        if let last = pending { ready.append(FoundSample(kind: .picture(codec), sample: last, timescale: .video)) }
        pending = nil
    }

    mutating func next() -> FoundSample? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func drain(_ clock: inout SharedClock) {
        while let unit = units.next() { pictures.push(unit) }
        while let picture = pictures.next() { place(picture, &clock) }
    }

    private mutating func place(_ picture: AccessUnit, _ clock: inout SharedClock) {
        var (presentation, decode): (Int64?, Int64?) = (nil, nil)
        // Of several pictures in one unit only the first has its time (ISO/IEC 13818-1 §2.4.3.7).
        while let mark = marks.first, mark.offset <= picture.offset {
            (presentation, decode) = (mark.presentation, mark.decode)
            marks.removeFirst()
        }
        let ticks = times.place(decode.map { $0 - origin + delay }, usual: lastDuration, &clock)
        if var before = pending {
            before.durationTicks = UInt32(clamping: max(1, ticks - before.decodeTicks))
            if ticks - before.decodeTicks < 90_000 { lastDuration = max(1, ticks - before.decodeTicks) }
            ready.append(FoundSample(kind: .picture(codec), sample: before, timescale: .video))
        }
        var offset: Int64 = 0
        if let presentation, let decode { offset = presentation - decode - delay }
        pending = Sample(
            decodeTicks: ticks, compositionOffsetTicks: Int32(clamping: offset),
            durationTicks: UInt32(clamping: lastDuration), isKeyframe: picture.isKeyframe, bytes: picture.bytes)
    }
}

/// The sound of a transport stream, as samples without gaps.
struct SoundLane {
    /// Ten minutes, in seconds: behind a gap this long is another recording.
    private static let longestGap: Int64 = 600

    private let origin: Int64
    private var packets = ADTSReader()
    private var times: TimeMender
    private var marks: [(offset: Int, presentation: Int64?)] = []
    private var pushedByteCount = 0
    private var format: (configuration: AAC.Configuration, track: TrackFormat)?
    /// Where the sound ends, in samples.
    private var end: Int64?
    private(set) var silentPacketCount = 0
    private(set) var droppedPacketCount = 0
    private var ready: [FoundSample] = []

    init(_ survey: TransportSurvey) {
        origin = survey.origin
        times = TimeMender(first: survey.firstSound - survey.origin)
    }

    mutating func push(_ unit: StreamUnit, _ clock: inout SharedClock) {
        marks.append((pushedByteCount, unit.presentationTicks))
        pushedByteCount += unit.bytes.count
        packets.push(unit.bytes)
        drain(&clock)
    }

    mutating func finish(_ clock: inout SharedClock) {
        packets.finish()
        drain(&clock)
    }

    mutating func next() -> FoundSample? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func drain(_ clock: inout SharedClock) {
        while let packet = packets.next() { place(packet, &clock) }
    }

    private mutating func place(_ packet: ADTSPacket, _ clock: inout SharedClock) {
        var presentation: Int64?
        while let mark = marks.first, mark.offset <= packet.offset {
            presentation = mark.presentation
            marks.removeFirst()
        }
        let known = format ?? (packet.configuration, TrackFormat(packet.configuration))
        format = known
        guard known.configuration == packet.configuration else {
            droppedPacketCount += 1
            return
        }
        let rate = Int64(known.configuration.sampleRate)
        let usual = Int64(AAC.packetSampleCount) * 90_000 / rate
        let ticks = times.place(presentation.map { $0 - origin }, usual: usual, &clock)
        let place = presentation == nil ? end ?? 0 : max(0, ticks * rate / 90_000)
        fill(upTo: place, rate: rate)
        let position = end ?? place
        // What overlaps by more than half a packet gives way.
        guard position - place <= Int64(AAC.packetSampleCount) / 2 else {
            droppedPacketCount += 1
            return
        }
        append(packet.bytes, at: position)
    }

    /// Players run packets together whatever their times say, so a gap is filled with silence.
    private mutating func fill(upTo place: Int64, rate: Int64) {
        guard let known = format, var position = end else { return }
        let size = Int64(AAC.packetSampleCount)
        guard place - position <= Self.longestGap * rate else {
            end = place
            return
        }
        while place - position > size / 2 {
            append(AAC.silence(channelCount: known.configuration.channelCount), at: position)
            silentPacketCount += 1
            position += size
        }
    }

    private mutating func append(_ bytes: [UInt8], at position: Int64) {
        guard let known = format else { return }
        let sample = Sample(
            decodeTicks: position, durationTicks: UInt32(AAC.packetSampleCount), isKeyframe: true, bytes: bytes)
        let timescale = ClockRate(UInt32(known.configuration.sampleRate))
        ready.append(FoundSample(kind: .sound(known.track), sample: sample, timescale: timescale))
        end = position + Int64(AAC.packetSampleCount)
    }
}

extension StreamUnit {
    /// Whether a unit of a byte stream begins where it does.
    var beginsWithStartCode: Bool { bytes.starts(with: [0, 0, 1]) || bytes.starts(with: [0, 0, 0, 1]) }
}
