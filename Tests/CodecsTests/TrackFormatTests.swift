import Bytes
import Codecs
import Testing
import Units

@Suite("Track formats")
struct TrackFormatTests {
    private func frame(_ codec: Codec, isKeyframe: Bool = true, _ hex: String) -> Frame {
        Frame(codec: codec, ticks: 0, isKeyframe: isKeyframe, bytes: [UInt8](hex: hex) ?? [], arrival: .ms(0))
    }

    private let sps = "6742c01ed900a02ff970110000030001000003003c0f162e48"

    @Test("come from an H.264 keyframe's parameter sets")
    func h264() throws {
        let bytes = "00000019" + sps + "0000000268cb" + "000000026588"
        let set = try #require([UInt8](hex: sps))
        #expect(
            TrackFormat(startingWith: frame(.h264, bytes))
                == .h264(
                    width: 640, height: 360, sequenceParameterSets: [set], pictureParameterSets: [[0x68, 0xCB]]))
        #expect(TrackFormat(startingWith: frame(.h264, isKeyframe: false, bytes)) == nil)
        #expect(TrackFormat(startingWith: frame(.h264, "00000019" + sps)) == nil)
        #expect(TrackFormat(startingWith: frame(.h264, "00000002674200000002680100000001")) == nil)
    }

    @Test("come from a VP8 keyframe's head")
    func vp8() {
        #expect(TrackFormat(startingWith: frame(.vp8, "3600009d012ab2006400")) == .vp8(width: 178, height: 100))
        #expect(TrackFormat(startingWith: frame(.vp8, isKeyframe: false, "37")) == nil)
    }

    @Test("come from an Opus packet's first byte")
    func opus() {
        #expect(TrackFormat(startingWith: frame(.opus, "fcfffe")) == .opus(channelCount: 2, preSkip: 312))
        #expect(TrackFormat(startingWith: frame(.opus, "")) == nil)
    }
}
