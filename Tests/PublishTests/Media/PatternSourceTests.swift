import AV
import Codecs
import Pattern
import Testing

@testable import Publish

@Suite("Pattern sources")
struct PatternSourceTests {
    static func settings(_ codec: Codec? = .h264) -> PatternSettings {
        var settings = PatternSettings(tag: 5, videoCodec: codec)
        (settings.width, settings.height) = (160, 120)
        settings.bitsPerSecond = 200_000
        return settings
    }

    static func frames(_ producer: PatternProducer, until end: Duration, keyframeAt: Int? = nil) throws -> [SourceFrame]
    {
        var frames: [SourceFrame] = []
        while let frame = try producer.next(forcingKeyframe: frames.count == keyframeAt), frame.due < end {
            frames.append(frame)
        }
        return frames
    }

    @Test("send each picture and packet when it is due", arguments: [Codec.h264, .vp8])
    func schedule(_ codec: Codec) throws {
        let producer = try PatternProducer(Self.settings(codec))
        #expect(
            producer.tracks == [
                SourceTrack(codec: codec, width: 160, height: 120), SourceTrack(codec: .opus, channelCount: 1),
            ])
        let frames = try Self.frames(producer, until: .seconds(1))
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
        let pictures = frames.filter { $0.frame.codec == codec }
        let sound = frames.filter { $0.frame.codec == .opus }
        #expect(pictures.map(\.frame.ticks) == (0..<30).map { $0 * 3_000 })
        #expect(sound.map(\.frame.ticks) == (0..<50).map { $0 * 960 })
        #expect(sound.map(\.due) == (0..<50).map { .milliseconds($0 * 20) })
        #expect(pictures.map(\.due) == (0..<30).map { .nanoseconds($0 * 1_000_000_000 / 30) })
    }

    @Test("beep where they flash, an encoder's lookahead apart")
    func alignment() throws {
        let frames = try Self.frames(try PatternProducer(Self.settings()), until: .milliseconds(2_300))
        var decoder = try OpusDecoder(channelCount: 1)
        var pcm: [Int16] = []
        for frame in frames where frame.frame.codec == .opus { try decoder.decode(frame.frame.bytes, into: &pcm) }
        var detector = BeepDetector()
        var onsets: [Int64] = []
        detector.listen(to: pcm.map { Float($0) / 32_768 }, onsets: &onsets)
        #expect(onsets.count == 2)
        for (onset, second) in zip(onsets, [1, 2] as [Int64]) {
            #expect(abs(onset - Int64(Opus.usualPreSkip) - second * 48_000) <= 24)
        }
        var video = try VideoDecoder(.h264)
        let reader = PatternReader(width: 160, height: 120)
        for (number, frame) in frames.filter({ $0.frame.codec == .h264 }).enumerated() {
            let reading = reader.read(try #require(try video.decode(frame.frame)))
            #expect(reading.mark == PatternMark(number: UInt32(number), framesPerSecond: 30, tag: 5))
            #expect(reading.isFlashing == (number % 30 < 3))
        }
    }

    @Test("answer a request with a keyframe in the next picture")
    func keyframes() throws {
        let frames = try Self.frames(try PatternProducer(Self.settings()), until: .seconds(1), keyframeAt: 21)
        let next = try #require(frames[21...].firstIndex { $0.frame.codec == .h264 })
        let keys = frames.indices.filter { frames[$0].frame.codec == .h264 && frames[$0].frame.isKeyframe }
        #expect(keys == [0, next])
    }

    @Test("send only what was asked for")
    func partial() throws {
        var settings = Self.settings(nil)
        #expect(try Self.frames(try PatternProducer(settings), until: .seconds(1)).count == 50)
        settings = Self.settings(.vp8)
        settings.channelCount = 0
        #expect(try Self.frames(try PatternProducer(settings), until: .seconds(1)).count == 30)
        settings.videoCodec = nil
        #expect(try Self.frames(try PatternProducer(settings), until: .seconds(1)).isEmpty)
    }
}
