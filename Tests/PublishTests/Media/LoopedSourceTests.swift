import Codecs
import Testing

@testable import Publish

@Suite("A loop shared by many")
struct LoopedSourceTests {
    static func loop(_ codec: Codec = .h264, seconds: Int = 2) throws -> PatternLoop {
        var settings = PatternSettings(tag: 2, videoCodec: codec)
        (settings.width, settings.height) = (320, 240)
        settings.bitsPerSecond = 300_000
        settings.keyframeInterval = 30
        return try PatternLoop(settings, seconds: seconds)
    }

    @Test("spends the rate it was given, to a tenth", arguments: [Codec.h264, .vp8])
    func rate(_ codec: Codec) throws {
        let rate = try Self.loop(codec, seconds: 4).videoBitsPerSecond
        #expect(rate > 270_000 && rate < 330_000)
    }

    @Test("goes round without a seam: ticks and due times go on, pictures begin with a keyframe")
    func seam() throws {
        let source = LoopedSource(try Self.loop())
        var frames: [SourceFrame] = []
        while let frame = source.take(dueBy: .milliseconds(4_999)) { frames.append(frame) }
        #expect(source.nextDue == .seconds(5))
        let pictures = frames.filter { $0.frame.codec == .h264 }
        #expect(pictures.map(\.frame.ticks) == (0..<150).map { $0 * 3_000 })
        #expect(pictures.indices.filter { pictures[$0].frame.isKeyframe } == [0, 30, 60, 90, 120])
        #expect(pictures[60].frame.bytes == pictures[0].frame.bytes)
        let sound = frames.filter { $0.frame.codec == .opus }
        #expect(sound.map(\.frame.ticks) == (0..<250).map { $0 * 960 })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.due <= $1.due })
    }

    @Test("ends where it is told to")
    func end() throws {
        let source = LoopedSource(try Self.loop())
        source.end(at: .milliseconds(2_500))
        var frames: [SourceFrame] = []
        while let frame = source.take(dueBy: .seconds(9)) { frames.append(frame) }
        #expect(source.isEnded && source.nextDue == nil)
        #expect(frames.count == 75 + 125)
        #expect(frames.allSatisfy { $0.due < .milliseconds(2_500) })
    }

    @Test("gives nothing before it is due, and nothing once stopped")
    func pace() throws {
        let source = LoopedSource(try Self.loop())
        #expect(source.nextDue == .zero)
        #expect(source.take(dueBy: .milliseconds(-1)) == nil)
        #expect(source.take(dueBy: .zero) != nil)
        #expect(source.take(dueBy: .zero) != nil)
        #expect(source.take(dueBy: .zero) == nil)
        #expect(source.nextDue == .milliseconds(20))
        source.requestKeyframe()
        #expect(!source.isEnded)
        source.stop()
        #expect(source.isEnded)
        #expect(source.nextDue == nil)
        #expect(source.take(dueBy: .seconds(9)) == nil)
        #expect(source.failure == nil)
    }

    @Test("is at a different place for each user")
    func sharing() throws {
        let loop = try Self.loop()
        let (first, second) = (LoopedSource(loop), LoopedSource(loop))
        while first.take(dueBy: .seconds(3)) != nil {}
        #expect(second.nextDue == .zero)
    }
}
