public import Bytes
public import Codecs

/// What of a take goes to plain files beside it as well, for those who want to have it twice: pictures and sound as
/// streams without a container, and when each of them is.
///
/// `X.mp4.h264` (or `.h265`) is a byte stream by annex B, `X.mp4.aac` is ADTS; any tool makes a file of the two.
/// `X.mp4.times` says what they cannot say: a line a sample, in the order in which their bytes were written,
///
///     Lathe times 1 video=90000 audio=48000
///     v DECODE_TICKS COMPOSITION_OFFSET_TICKS BYTE_COUNT k|-
///     a DECODE_TICKS DURATION_TICKS BYTE_COUNT
///
/// where bytes count as in the MP4: with four bytes before each unit, and without ADTS headers. A take needs none of
/// these files; they are what the product that Lathe stands in for leaves after a crash.
public struct RecoveryStreams: Sendable {
    /// One of the files.
    public enum Stream: Hashable, Sendable {
        case pictures(Codec)
        case sound
        case times

        /// What is added to the take's name.
        public var fileExtension: String {
            switch self {
            case .pictures(let codec): codec.rawValue
            case .sound: "aac"
            case .times: "times"
            }
        }
    }

    private let pictures: Codec?
    private var sound: ADTSWriter?
    private var openPictures: [UInt8] = []
    private var openTimes: [UInt8] = []
    private var writes: [(stream: Stream, write: FileWrite)] = []

    /// The streams of a take; nothing if its pictures or its sound have none.
    init?(_ settings: TakeSettings) {
        guard settings.container == .mp4 || settings.container == .m4a else { return nil }
        switch settings.video {
        case .h264, .h265, nil: pictures = settings.video
        case .vp8, .vp9, .av1, .opus, .pcmu, .pcma, .g722, .aac, .mp3: return nil
        }
        if let audio = settings.audio {
            var writer = ADTSWriter()
            guard writer.addTrack(audio) else { return nil }
            sound = writer
        }
        var headline = "Lathe times 1"
        if pictures != nil { headline += " video=90000" }
        if sound != nil { headline += " audio=48000" }
        openTimes = Array((headline + "\n").utf8)
    }

    /// The next thing to do to one of the files.
    public mutating func nextWrite() -> (stream: Stream, write: FileWrite)? {
        writes.isEmpty ? nil : writes.removeFirst()
    }

    mutating func append(_ sample: Sample, isPicture: Bool) {
        let count = sample.bytes.count
        if isPicture {
            openPictures += H264.byteStream(of: sample.bytes)
            let kind = sample.isKeyframe ? "k" : "-"
            note("v \(sample.decodeTicks) \(sample.compositionOffsetTicks) \(count) \(kind)\n")
        } else {
            sound?.append(sample)
            note("a \(sample.decodeTicks) \(sample.durationTicks) \(count)\n")
        }
    }

    /// Hands out what is open; pictures and sound before what is said of them.
    mutating func cut() {
        if let codec = pictures, !openPictures.isEmpty { writes.append((.pictures(codec), .append(openPictures))) }
        sound?.cutFragment()
        while let write = sound?.nextWrite() { writes.append((.sound, write)) }
        if !openTimes.isEmpty { writes.append((.times, .append(openTimes))) }
        openPictures = []
        openTimes = []
    }

    private mutating func note(_ line: String) { openTimes += Array(line.utf8) }
}
