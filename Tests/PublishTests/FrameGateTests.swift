import Codecs
import Testing
import Units

@testable import Publish

@Suite("Which frames go out")
struct FrameGateTests {
    static func frame(_ codec: Codec, _ milliseconds: Int, isKeyframe: Bool = false, encoding: Int = 0) -> SourceFrame {
        let frame = Frame(codec: codec, ticks: 0, isKeyframe: isKeyframe, bytes: [1], arrival: .ms(0))
        return SourceFrame(frame: frame, due: .milliseconds(milliseconds), encoding: encoding)
    }

    @Test("all, without a script")
    func open() {
        var gate = FrameGate(PublishScript(), encodingCount: 1)
        #expect(gate.judge(Self.frame(.vp8, 0, isKeyframe: true)) == .send)
        #expect(gate.judge(Self.frame(.vp8, 33)) == .send)
        #expect(gate.judge(Self.frame(.opus, 40)) == .send)
    }

    @Test("none of a muted track, and of pictures then none before a keyframe")
    func muted() throws {
        var gate = FrameGate(try PublishScript(parsing: "mute-video=1-2,mute-audio=1-2"), encodingCount: 1)
        #expect(gate.judge(Self.frame(.vp8, 1_000, isKeyframe: true)) == .drop)
        #expect(gate.judge(Self.frame(.opus, 1_999, isKeyframe: true)) == .drop)
        #expect(gate.judge(Self.frame(.opus, 2_000, isKeyframe: true)) == .send)
        #expect(gate.judge(Self.frame(.vp8, 2_000)) == .dropForKeyframe)
        // One is enough, however many pictures were made before it.
        #expect(gate.judge(Self.frame(.vp8, 2_016)) == .drop)
        #expect(gate.judge(Self.frame(.vp8, 2_033, isKeyframe: true)) == .send)
        #expect(gate.judge(Self.frame(.vp8, 2_066)) == .send)
    }

    @Test("none of a paused encoding, while the others go on")
    func paused() throws {
        var gate = FrameGate(try PublishScript(parsing: "pause=1@1-2"), encodingCount: 2)
        #expect(gate.judge(Self.frame(.vp8, 1_500)) == .send)
        #expect(gate.judge(Self.frame(.vp8, 1_500, encoding: 1)) == .drop)
        #expect(gate.judge(Self.frame(.vp8, 2_000)) == .send)
        #expect(gate.judge(Self.frame(.vp8, 2_000, encoding: 1)) == .dropForKeyframe)
        #expect(gate.judge(Self.frame(.vp8, 2_000, isKeyframe: true, encoding: 1)) == .send)
    }

    @Test("no picture behind an interruption before a keyframe, whatever its encoding")
    func interrupted() {
        var gate = FrameGate(PublishScript(), encodingCount: 2)
        gate.interrupt()
        #expect(gate.judge(Self.frame(.opus, 0, isKeyframe: true)) == .send)
        for encoding in 0..<2 {
            #expect(gate.judge(Self.frame(.vp8, 0, encoding: encoding)) == .dropForKeyframe)
            #expect(gate.judge(Self.frame(.vp8, 33, isKeyframe: true, encoding: encoding)) == .send)
            #expect(gate.judge(Self.frame(.vp8, 66, encoding: encoding)) == .send)
        }
    }
}
