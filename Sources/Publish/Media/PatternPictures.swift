import AV
import Codecs
import Units

/// The pictures of one pattern, in every size that is sent side by side.
final class PatternPictures {
    private let settings: PatternSettings
    private let codec: Codec
    private let layers: [PatternLayer]
    /// The next picture's.
    private var number: Int64 = 0
    /// What is encoded and was not taken yet.
    private var frames: [SourceFrame] = []
    /// Whether the encoders were told that no more pictures come.
    private var isDrained = false

    init(_ settings: PatternSettings, codec: Codec) {
        self.settings = settings
        self.codec = codec
        layers = (0..<settings.encodingCount).map { PatternLayer(settings, index: $0) }
    }

    /// When the next frame is due; nothing once all have come of the pictures that are drawn before `end`.
    func nextDue(before end: Duration?) -> Duration? {
        if let first = frames.first { return first.due }
        guard !isDrained else { return nil }
        return end.map { min(due(number), $0) } ?? due(number)
    }

    /// Makes the next picture of each layer a keyframe.
    func owesKeyframe() {
        for layer in layers { layer.owesKeyframe = true }
    }

    /// The next frame; nothing if the encoders skipped a picture, or hold it back.
    func next(before end: Duration?) throws(CodecError) -> SourceFrame? {
        if frames.isEmpty {
            if let end, end <= due(number) { try drain() } else { try encodeNext() }
        }
        return frames.isEmpty ? nil : frames.removeFirst()
    }

    private func encodeNext() throws(CodecError) {
        let (due, script) = (due(number), settings.script)
        if script.interruptsPictures(after: self.due(number - 1), upTo: due) { owesKeyframe() }
        let look = PatternLook(
            codec: script.codec(.video, at: due) ?? codec,
            size: script.size(at: due) ?? PictureSize(width: settings.width, height: settings.height),
            rotation: script.rotation(at: due) ?? .none)
        let ticks = number * 90_000 / Int64(settings.framesPerSecond)
        for (index, layer) in layers.enumerated() {
            for var frame in try layer.encode(UInt32(truncatingIfNeeded: number), ticks: ticks, look: look) {
                frame.rotation = script.rotation(at: moment(of: frame))
                frames.append(SourceFrame(frame: frame, due: due, encoding: index))
            }
        }
        number += 1
    }

    /// Takes what the encoders held back; it is due at the pace of the pictures that would have followed.
    private func drain() throws(CodecError) {
        isDrained = true
        for (index, layer) in layers.enumerated() {
            for (place, var frame) in try layer.drain().enumerated() {
                frame.rotation = settings.script.rotation(at: moment(of: frame))
                frames.append(SourceFrame(frame: frame, due: due(number + Int64(place)), encoding: index))
            }
        }
        frames.sort { $0.due < $1.due }
    }

    private func due(_ number: Int64) -> Duration {
        .nanoseconds(number * 1_000_000_000 / Int64(settings.framesPerSecond))
    }

    /// When the picture of a frame was due, which may have been held back since.
    private func moment(of frame: Frame) -> Duration {
        let halves = frame.ticks * Int64(settings.framesPerSecond) * 2 + 90_000
        return due(halves / 180_000)
    }
}

/// What the pictures of a moment are like.
struct PatternLook: Equatable {
    var codec: Codec
    /// As the largest is coded.
    var size: PictureSize
    var rotation: Rotation
}

/// The pictures of one size among those sent side by side.
final class PatternLayer {
    var owesKeyframe = false
    private let settings: PatternSettings
    private let index: Int
    private var easel: Easel?
    private var slot: EncoderSlot?

    init(_ settings: PatternSettings, index: Int) {
        self.settings = settings
        self.index = index
    }

    /// Draws and encodes one picture; returns what comes out, in order of decoding.
    func encode(_ number: UInt32, ticks: Int64, look: PatternLook) throws(CodecError) -> [Frame] {
        var frames: [Frame] = []
        let slot = try slot(for: look, leaving: &frames)
        let easel = easel(for: look, settings)
        easel.draw(number)
        guard let frame = try slot.encoder.encode(easel.coded, ticks: ticks, forcingKeyframe: owesKeyframe) else {
            return frames
        }
        owesKeyframe = owesKeyframe && !frame.isKeyframe
        return frames + [frame]
    }

    /// Ends the stream, and returns what its encoder held back.
    func drain() throws(CodecError) -> [Frame] {
        var frames: [Frame] = []
        while let frame = try slot?.encoder.drain() { frames.append(frame) }
        return frames
    }

    /// The encoder for this look; a new one if the codec or the size changed, after the last frames of the old.
    private func slot(for look: PatternLook, leaving frames: inout [Frame]) throws(CodecError) -> EncoderSlot {
        let size = look.size.halved(index)
        if let slot, slot.codec == look.codec, slot.size == size { return slot }
        frames = try drain()
        var video = VideoEncoder.Settings(
            codec: look.codec, width: size.width, height: size.height, framesPerSecond: settings.framesPerSecond,
            // A quarter of the pixels needs more than a quarter of the rate.
            bitsPerSecond: max(settings.bitsPerSecond / (1 + 2 * index), Self.leastBitsPerSecond))
        if let interval = settings.keyframeInterval { video.keyframeInterval = interval }
        if look.codec == .h264 || look.codec == .h265 { video.reorderedPictureCount = settings.reorderedPictureCount }
        let made = try EncoderSlot(video)
        slot = made
        return made
    }

    /// Below this, marks become hard to read.
    private static let leastBitsPerSecond = 50_000

    private func easel(for look: PatternLook, _ settings: PatternSettings) -> Easel {
        let size = look.size.halved(index)
        if let easel, easel.size == size, easel.rotation == look.rotation { return easel }
        let made = Easel(size, rotation: look.rotation, settings)
        easel = made
        return made
    }
}

extension PictureSize {
    /// So many times half as wide and high, and even.
    func halved(_ times: Int) -> PictureSize {
        times == 0 ? self : PictureSize(width: width >> times & ~1, height: height >> times & ~1)
    }
}
