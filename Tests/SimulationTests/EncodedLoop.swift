import AV
import Codecs
import Pattern
import Synchronization
import Units

/// A few seconds of one codec at one size, encoded once, to be sent round and round.
struct EncodedLoop: Sendable {
    static let framesPerSecond = 15
    private static let groupLength = 30
    private static let groupCount = 3

    /// Groups of frames, each of which begins with a keyframe that needs nothing before it.
    let groups: [[Frame]]

    init(_ codec: Codec, _ size: PictureSize) throws {
        var settings = VideoEncoder.Settings(
            codec: codec, width: size.width, height: size.height, framesPerSecond: Self.framesPerSecond,
            bitsPerSecond: 60_000)
        settings.keyframeInterval = Self.groupLength
        var encoder = try VideoEncoder(settings)
        var painter = PatternPainter(
            width: size.width, height: size.height, framesPerSecond: Self.framesPerSecond, tag: 1)
        painter.noiseAmplitude = 2
        var picture = Picture(width: size.width, height: size.height)
        var groups: [[Frame]] = []
        for number in 0..<Self.groupLength * Self.groupCount {
            painter.draw(UInt32(number), into: &picture)
            let isFirst = number % Self.groupLength == 0
            guard let frame = try encoder.encode(picture, ticks: 0, forcingKeyframe: isFirst) else { continue }
            if frame.isKeyframe { groups.append([]) }
            groups[groups.count - 1].append(frame)
        }
        self.groups = groups
    }

    private struct Key: Hashable {
        var codec: Codec
        var size: PictureSize
    }

    private static let made = Mutex<[Key: EncodedLoop]>([:])

    /// The loop of this codec and size, which all calls share.
    static func shared(_ codec: Codec, _ size: PictureSize) throws -> EncodedLoop {
        try made.withLock { made in
            let key = Key(codec: codec, size: size)
            if let loop = made[key] { return loop }
            let loop = try EncodedLoop(codec, size)
            made[key] = loop
            return loop
        }
    }
}

/// Two seconds of a tone as Opus.
enum ToneLoop {
    static let packets: [[UInt8]] = {
        var settings = OpusEncoder.Settings(channelCount: 1, bitsPerSecond: 32_000)
        settings.hasForwardCorrection = true
        settings.expectedLossPercent = 10
        settings.isVoice = true
        guard var encoder = try? OpusEncoder(settings) else { preconditionFailure("libopus has an encoder") }
        var phase = 0
        return (0..<100).map { _ in
            let pcm = (0..<OpusEncoder.samplesPerPacket).map { _ -> Int16 in
                phase += 1
                return phase / 50 % 2 == 0 ? 4_000 : -4_000
            }
            guard let packet = try? encoder.encode(pcm) else { preconditionFailure("libopus encodes a tone") }
            return packet
        }
    }()
}
