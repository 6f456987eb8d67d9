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

    @Test("send each picture and packet when it is due", arguments: [Codec.h264, .h265, .vp8, .vp9, .av1])
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

    /// The numbers that pictures of one encoding show, by the time their ticks stand for.
    static func readings(
        _ frames: [SourceFrame], _ codec: Codec, encoding: Int = 0, width: Int = 160, height: Int = 120
    ) throws -> [(frame: SourceFrame, mark: PatternMark?)] {
        var decoder = try VideoDecoder(codec)
        return try frames.filter { $0.frame.codec == codec && $0.encoding == encoding }.map { frame in
            let reader = PatternReader(width: width, height: height, rotation: frame.frame.rotation ?? .none)
            let picture = try #require(try decoder.decode(frame.frame))
            #expect(picture.width == width && picture.height == height)
            return (frame, reader.read(picture).mark)
        }
    }

    @Test("turn their pictures so that they stand upright when turned as they say")
    func rotation() throws {
        var settings = Self.settings(.vp8)
        settings.script = try PublishScript(parsing: "rotate=90@0.2,rotate=180@0.4,rotate=270@0.6,rotate=0@0.8")
        let producer = try PatternProducer(settings)
        #expect(producer.tracks[0].saysRotation)
        let readings = try Self.readings(try Self.frames(producer, until: .seconds(1)), .vp8)
        #expect(readings.map(\.mark?.number) == (0..<30).map { $0 })
        let rotations: [Rotation] = [.none, .quarter, .half, .threeQuarters, .none]
        #expect(readings.enumerated().allSatisfy { $1.frame.frame.rotation == rotations[$0 / 6] })
    }

    @Test("change size and codec where the script says, each with a keyframe, and never their numbers")
    func changes() throws {
        var settings = Self.settings(.h264)
        settings.script = try PublishScript(parsing: "resize=320x240@0.4,codec=vp8@0.8,codec=pcmu@0.5")
        let producer = try PatternProducer(settings)
        #expect(producer.tracks.map(\.alternatives) == [[.vp8], [.pcmu]])
        let frames = try Self.frames(producer, until: .seconds(1))
        let pictures = frames.filter { $0.frame.codec.kind == .video }
        #expect(pictures.map(\.frame.ticks) == (0..<30).map { $0 * 3_000 })
        #expect(pictures.indices.filter { pictures[$0].frame.isKeyframe } == [0, 12, 24])
        #expect(pictures.map(\.frame.codec) == (0..<30).map { $0 < 24 ? .h264 : .vp8 })
        let small = try Self.readings(Array(pictures[..<12]), .h264)
        let large = try Self.readings(Array(pictures[12...]), .h264, width: 320, height: 240)
        let last = try Self.readings(pictures, .vp8, width: 320, height: 240)
        #expect((small + large + last).map(\.mark?.number) == (0..<30).map { $0 })
        let sound = frames.filter { $0.frame.codec.kind == .audio }
        #expect(sound.map(\.frame.codec) == (0..<50).map { $0 < 25 ? .opus : .pcmu })
        #expect(sound[49].frame.ticks == 49 * 160 - 8)
    }

    @Test("send every picture in several sizes, all with the same number")
    func simulcast() throws {
        var settings = Self.settings(.vp8)
        (settings.width, settings.height, settings.encodingCount) = (640, 480, 3)
        settings.script = try PublishScript(parsing: "pause=1@0.1-0.3")
        let producer = try PatternProducer(settings)
        let frames = try Self.frames(producer, until: .milliseconds(500))
        #expect(producer.tracks[0].encodingCount == 3)
        for (encoding, width) in [640, 320, 160].enumerated() {
            let readings = try Self.readings(
                frames, .vp8, encoding: encoding, width: width, height: width * 3 / 4)
            #expect(readings.map(\.mark?.number) == (0..<15).map { $0 })
            // Who was not sent for a while begins with a keyframe, and the others with them.
            #expect(readings.filter { $0.frame.frame.isKeyframe }.map(\.mark?.number) == [0, 9])
        }
    }

    @Test("send B-pictures in order of decoding, due when their encoder gives them", arguments: [Codec.h264, .h265])
    func reordered(_ codec: Codec) throws {
        var settings = Self.settings(codec)
        settings.reorderedPictureCount = 2
        settings.script = try PublishScript(parsing: "resize=320x240@0.5")
        let frames = try Self.frames(try PatternProducer(settings), until: .seconds(1))
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
        let pictures = frames.filter { $0.frame.codec == codec }
        #expect(pictures.allSatisfy { $0.due >= .nanoseconds($0.frame.ticks * 100_000 / 9) - .nanoseconds(1) })
        let ticks = pictures.map { $0.frame.ticks / 3_000 }
        #expect(ticks != ticks.sorted())
        // Nothing is lost where the encoder changes: those before it come first.
        #expect(ticks.prefix(15).sorted() == (0..<15).map { $0 })
        #expect(Set(ticks).count == ticks.count)
        #expect(pictures.filter(\.frame.isKeyframe).map { $0.frame.ticks / 3_000 } == [0, 15])
    }

    @Test(
        "end with all that is drawn before their end, what is held back included",
        arguments: [Codec.h264, .h265, .vp8], [0, 2])
    func end(_ codec: Codec, _ reordered: Int) throws {
        var settings = Self.settings(codec)
        settings.reorderedPictureCount = reordered
        let producer = try PatternProducer(settings)
        producer.end(at: .milliseconds(500))
        let frames = try Self.frames(producer, until: .seconds(1))
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
        let pictures = frames.filter { $0.frame.codec == codec }
        #expect(pictures.map { $0.frame.ticks / 3_000 }.sorted() == (0..<15).map { $0 })
        #expect(frames.filter { $0.frame.codec == .opus }.map(\.frame.ticks) == (0..<25).map { $0 * 960 })
        #expect(try producer.next(forcingKeyframe: false) == nil)
    }

    @Test("beep where they flash, by any codec of sound", arguments: [Codec.pcmu, .pcma, .g722])
    func telephone(_ codec: Codec) throws {
        var settings = Self.settings(nil)
        settings.audioCodec = codec
        let frames = try Self.frames(try PatternProducer(settings), until: .milliseconds(2_300))
        var decoder = try TelephoneDecoder(codec, channelCount: 1)
        var pcm: [Int16] = []
        for frame in frames { try decoder.decode(frame.frame.bytes, into: &pcm) }
        var (detector, onsets) = (BeepDetector(), [Int64]())
        detector.listen(to: pcm.map { Float($0) / 32_768 }, onsets: &onsets)
        let start = try #require(frames.first).frame.ticks * 6
        #expect(onsets.count >= 2)
        for (onset, second) in zip(onsets.suffix(2), [1, 2] as [Int64]) {
            #expect(abs(onset + start - second * 48_000) <= 24)
        }
    }

    @Test("send little of silence if they may pause, and beep where they did")
    func pauses() throws {
        var settings = Self.settings(nil)
        settings.hasPauses = true
        let frames = try Self.frames(try PatternProducer(settings), until: .seconds(5))
        #expect(frames.count > 50 && frames.count < 200)
        #expect(zip(frames, frames.dropFirst()).contains { $1.frame.ticks - $0.frame.ticks > 4 * 960 })
        #expect(frames.allSatisfy { $0.frame.ticks % 960 == 0 })
    }

    @Test("carry copies of Opus packets for receivers that lose some")
    func corrections() throws {
        let frames = try Self.frames(try PatternProducer(Self.settings(nil)), until: .seconds(3))
        let copies = frames.count { Opus.forwardCorrectionSampleCount(of: $0.frame.bytes) > 0 }
        #expect(copies > 10)
    }
}
