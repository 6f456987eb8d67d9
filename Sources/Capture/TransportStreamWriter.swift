import Bytes
import Codecs
import TransportStream
import Units

/// Writes a take as a transport stream: H.264 or H.265 with AAC, in packets that need no index and no end.
///
/// Each fragment begins with the tables, so that a player can start at any, and holds its samples in the order in which
/// they are to be decoded.
struct TransportStreamWriter: Sendable {
    /// Sound is packed together up to this: each unit fills its last packet up with nothing.
    private static let longestSoundUnit: Int64 = 9_000

    private struct Waiting {
        var track: Int
        var decode: Int64
        var presentation: Int64
        var isKeyframe: Bool
        var bytes: [UInt8]
    }

    private var pictures: (track: Int, codec: Codec)?
    private var sound: (track: Int, header: ADTSHeader)?
    private var trackCount = 0
    private var timescales: [ClockRate] = []
    private var muxer = TransportMuxer()
    private var open: [Waiting] = []
    private var openSpan: Range<Int64>?
    private var writes: [FileWrite] = []
    /// Whether there are tables already.
    private var hasBegun = false

    /// How much of the timeline waits to be written.
    var openFragmentDuration: Duration {
        .nanoseconds(openSpan.map { ($0.upperBound - $0.lowerBound) * 100_000 / 9 } ?? 0)
    }

    /// Announces a track; nothing if it is of a codec that has no place here, or the second of its kind.
    ///
    /// One that comes when the stream has begun has its place in the next tables.
    mutating func addTrack(_ format: TrackFormat, timescale: ClockRate) -> Int? {
        switch format.codec {
        case .h264, .h265:
            guard pictures == nil else { return nil }
            pictures = (trackCount, format.codec)
        case .aac:
            guard sound == nil, let header = ADTSHeader(format) else { return nil }
            sound = (trackCount, header)
        case .vp8, .vp9, .av1, .opus, .pcmu, .pcma, .g722, .mp3: return nil
        }
        // What is open already goes before the tables that tell of the new one, unless the first will tell of both: tables
        // that change after a moment are two programs to some players.
        if hasBegun { cutFragment() }
        switch format.codec.kind {
        case .video: muxer.add(.pictures, format.codec == .h265 ? .h265 : .h264)
        case .audio: muxer.add(.sound, .adts)
        }
        timescales.append(timescale)
        trackCount += 1
        return trackCount - 1
    }

    mutating func append(_ sample: Sample, track: Int) {
        let rate = timescales[track]
        func ticks(_ value: Int64) -> Int64 { MediaTime(ticks: value, rate: rate).rescaled(to: .video).ticks }
        let decode = ticks(sample.decodeTicks)
        let end = ticks(sample.decodeTicks + Int64(sample.durationTicks))
        open.append(
            Waiting(
                track: track, decode: decode,
                presentation: max(decode, ticks(sample.decodeTicks + Int64(sample.compositionOffsetTicks))),
                isKeyframe: sample.isKeyframe, bytes: sample.bytes))
        openSpan = min(openSpan?.lowerBound ?? decode, decode)..<max(openSpan?.upperBound ?? end, end)
    }

    /// Hands out what is open to be written.
    mutating func cutFragment() {
        guard !open.isEmpty else { return }
        muxer.tables()
        hasBegun = true
        let samples = open.sorted { $0.decode < $1.decode }
        var packed: (begin: Int64, bytes: [UInt8])?
        for sample in samples {
            if let known = packed, sample.decode - known.begin >= Self.longestSoundUnit { flush(&packed) }
            if let sound, sample.track == sound.track {
                guard let header = sound.header.bytes(before: sample.bytes.count) else { continue }
                packed = (packed?.begin ?? sample.decode, (packed?.bytes ?? []) + header + sample.bytes)
            } else if let pictures {
                muxer.unit(
                    of: .pictures, Self.delimiter(of: pictures.codec) + H264.byteStream(of: sample.bytes),
                    decode: sample.decode, presentation: sample.presentation, isKeyframe: sample.isKeyframe)
            }
        }
        flush(&packed)
        writes.append(.append(muxer.takeBytes()))
        open = []
        openSpan = nil
    }

    mutating func finish() {
        cutFragment()
        if !writes.isEmpty { writes.append(.sync) }
    }

    mutating func nextWrite() -> FileWrite? { writes.isEmpty ? nil : writes.removeFirst() }

    private mutating func flush(_ packed: inout (begin: Int64, bytes: [UInt8])?) {
        guard let unit = packed else { return }
        packed = nil
        muxer.unit(of: .sound, unit.bytes, decode: unit.begin, presentation: unit.begin, isKeyframe: pictures == nil)
    }

    /// What a picture begins with here (ISO/IEC 13818-1 §2.14.1, §2.17.1): any slices may follow.
    private static func delimiter(of codec: Codec) -> [UInt8] {
        codec == .h265 ? [0, 0, 0, 1, 0x46, 0x01, 0x50] : [0, 0, 0, 1, 0x09, 0xF0]
    }
}
