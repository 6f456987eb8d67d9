import AV
import Codecs
import Depacketize
import Pattern
import Testing
import Units

@testable import Publish

@Suite("From pictures through packets to pictures")
struct WayThroughTests {
    /// What comes out behind packets of which some are lost.
    static func frames(_ source: [SourceFrame], _ codec: Codec, losing lost: Set<Int> = []) -> [Frame] {
        var (packetizer, depacketizer) = (Packetizer(codec), Depacketizer(codec))
        var (frames, count, lostBefore): ([Frame], Int, Int) = ([], 0, 0)
        for frame in source where frame.frame.codec == codec {
            packetizer.load(frame.frame)
            while packetizer.advance() {
                defer { count += 1 }
                guard !lost.contains(count) else {
                    lostBefore += 1
                    continue
                }
                depacketizer.push(
                    payload: packetizer.payload.span, marker: packetizer.marker, timestamp: frame.frame.ticks,
                    lostBefore: lostBefore, arrival: frame.frame.arrival)
                lostBefore = 0
                while let frame = depacketizer.nextFrame() { frames.append(frame) }
            }
        }
        return frames
    }

    static func source(_ codec: Codec, noise: UInt8 = 12, reordered: Int = 0) throws -> [SourceFrame] {
        var settings = PatternSourceTests.settings(codec)
        settings.noiseAmplitude = noise
        // So much that pictures take several packets.
        settings.bitsPerSecond = 1_000_000
        settings.keyframeInterval = 20
        settings.reorderedPictureCount = reordered
        return try PatternSourceTests.frames(try PatternProducer(settings), until: .seconds(1))
    }

    @Test(
        "every codec's pictures arrive as they were, and can be read",
        arguments: Codec.allCases.filter { $0.kind == .video })
    func pictures(_ codec: Codec) throws {
        let source = try Self.source(codec)
        let arrived = Self.frames(source, codec)
        #expect(arrived.count == 30)
        #expect(arrived.map(\.ticks) == (0..<30).map { $0 * 3_000 })
        #expect(arrived.indices.filter { arrived[$0].isKeyframe } == [0, 20])
        #expect(!arrived.contains { $0.isBroken })
        var decoder = try VideoDecoder(codec)
        let reader = PatternReader(width: 160, height: 120)
        for (number, frame) in arrived.enumerated() {
            let picture = try #require(try decoder.decode(frame))
            #expect(reader.read(picture).mark?.number == UInt32(number))
            if number == 0 {
                #expect(TrackFormat(startingWith: frame)?.pictureSize == PictureSize(width: 160, height: 120))
            }
        }
    }

    @Test("B-pictures arrive in order of decoding", arguments: [Codec.h264, .h265])
    func reordered(_ codec: Codec) throws {
        let source = try Self.source(codec, reordered: 2).filter { $0.frame.codec == codec }
        let arrived = Self.frames(source, codec)
        #expect(arrived.map(\.ticks) == source.map(\.frame.ticks))
        #expect(arrived.map(\.bytes) == source.map(\.frame.bytes))
        #expect(!arrived.contains { $0.isBroken })
    }

    @Test(
        "what follows a lost packet is broken until the next keyframe",
        arguments: Codec.allCases.filter { $0.kind == .video })
    func broken(_ codec: Codec) throws {
        let source = try Self.source(codec)
        // The first packet of the sixth picture: all before it are whole.
        var packetizer = Packetizer(codec)
        var lost = 0
        for frame in source.filter({ $0.frame.codec == codec }).prefix(5) {
            packetizer.load(frame.frame)
            while packetizer.advance() { lost += 1 }
        }
        let arrived = Self.frames(source, codec, losing: [lost])
        let clean = arrived.filter { !$0.isBroken }.map { $0.ticks / 3_000 }
        #expect(clean == Array(0..<5) + Array(20..<30))
    }

    @Test("every codec's sound arrives as it was", arguments: [Codec.opus, .pcmu, .pcma, .g722])
    func sound(_ codec: Codec) throws {
        var settings = PatternSourceTests.settings(nil)
        settings.audioCodec = codec
        let source = try PatternSourceTests.frames(try PatternProducer(settings), until: .seconds(1))
        #expect(source.count == 50)
        #expect(Self.frames(source, codec).map(\.bytes) == source.map(\.frame.bytes))
    }
}
