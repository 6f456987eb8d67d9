import AV
public import Codecs
import Pattern
import Units

/// What a publisher of the test pattern sends.
public struct PatternSettings: Equatable, Sendable {
    /// Whose pattern it is; picks the colour and is readable in every picture.
    public var tag: UInt16
    /// `h264` or `vp8`; nothing to send sound only.
    public var videoCodec: Codec?
    public var width = 640
    public var height = 480
    public var framesPerSecond = 30
    public var bitsPerSecond = 1_000_000
    /// Pictures between keyframes that nobody asked for; nothing for two seconds' worth.
    public var keyframeInterval: Int?
    /// One or two; zero to send pictures only.
    public var channelCount = 1
    /// Noise that makes the encoder spend its rate, in steps of luma; see `PatternPainter`.
    public var noiseAmplitude: UInt8 = 0

    public init(tag: UInt16, videoCodec: Codec? = .h264) {
        self.tag = tag
        self.videoCodec = videoCodec
    }
}

/// Draws and encodes the pattern's pictures and sound, interleaved as they are due.
final class PatternProducer: FrameProducer, @unchecked Sendable {
    // @unchecked Sendable: whoever holds it calls it from one thread at a time.

    private static let packetDuration: Duration = .milliseconds(20)

    let tracks: [SourceTrack]
    private let settings: PatternSettings
    private var pictures: PatternPictures?
    private var sound: PatternSound?

    init(_ settings: PatternSettings) throws(CodecError) {
        self.settings = settings
        var tracks: [SourceTrack] = []
        if let codec = settings.videoCodec {
            pictures = try PatternPictures(settings, codec: codec)
            tracks.append(SourceTrack(codec: codec, width: settings.width, height: settings.height))
        }
        if settings.channelCount > 0 {
            sound = try PatternSound(channelCount: settings.channelCount)
            tracks.append(SourceTrack(codec: .opus, channelCount: settings.channelCount))
        }
        self.tracks = tracks
    }

    func next(forcingKeyframe: Bool) throws(CodecError) -> SourceFrame? {
        pictures?.owesKeyframe = forcingKeyframe || pictures?.owesKeyframe == true
        while true {
            guard let pictures, sound.map({ pictures.due <= $0.due }) ?? true else { return try sound?.next() }
            if let frame = try pictures.next() { return frame }
        }
    }
}

/// The pictures of one pattern.
private final class PatternPictures {
    var owesKeyframe = false
    private let framesPerSecond: Int64
    private let painter: PatternPainter
    private var encoder: VideoEncoder
    private var picture: Picture
    private var number: Int64 = 0

    init(_ settings: PatternSettings, codec: Codec) throws(CodecError) {
        var video = VideoEncoder.Settings(
            codec: codec, width: settings.width, height: settings.height, framesPerSecond: settings.framesPerSecond,
            bitsPerSecond: settings.bitsPerSecond)
        if let interval = settings.keyframeInterval { video.keyframeInterval = interval }
        encoder = try VideoEncoder(video)
        var painter = PatternPainter(
            width: settings.width, height: settings.height, framesPerSecond: settings.framesPerSecond,
            tag: settings.tag)
        painter.noiseAmplitude = settings.noiseAmplitude
        self.painter = painter
        picture = Picture(width: settings.width, height: settings.height)
        framesPerSecond = Int64(settings.framesPerSecond)
    }

    var due: Duration { .nanoseconds(number * 1_000_000_000 / framesPerSecond) }

    /// The next picture; nothing if the encoder skipped it.
    func next() throws(CodecError) -> SourceFrame? {
        let due = due
        let ticks = number * 90_000 / framesPerSecond
        painter.draw(UInt32(truncatingIfNeeded: number), into: &picture)
        number += 1
        guard let frame = try encoder.encode(picture, ticks: ticks, forcingKeyframe: owesKeyframe) else { return nil }
        owesKeyframe = owesKeyframe && !frame.isKeyframe
        return SourceFrame(frame: frame, due: due)
    }
}

/// The sound of the pattern.
private final class PatternSound {
    private let beep: Beep
    private var encoder: OpusEncoder
    private var pcm: [Int16] = []
    private var place: Int64 = 0

    init(channelCount: Int) throws(CodecError) {
        beep = Beep(channelCount: channelCount)
        encoder = try OpusEncoder(OpusEncoder.Settings(channelCount: channelCount))
    }

    var due: Duration { .nanoseconds(place * 62_500 / 3) }

    func next() throws(CodecError) -> SourceFrame {
        pcm.removeAll(keepingCapacity: true)
        beep.append(OpusEncoder.samplesPerPacket, from: place, to: &pcm)
        let bytes = try encoder.encode(pcm)
        defer { place += Int64(OpusEncoder.samplesPerPacket) }
        return SourceFrame(
            frame: Frame(
                codec: .opus, ticks: place, isKeyframe: true, bytes: bytes, arrival: Instant(nanoseconds: 0)),
            due: due)
    }
}
