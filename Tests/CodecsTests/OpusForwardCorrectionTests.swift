import Codecs
import TestSupport
import Testing

@Suite("Forward correction in Opus packets, RFC 6716 §4.2.3")
struct OpusForwardCorrectionTests {
    struct Example {
        var bytes: [UInt8]
        var copied: Int
    }

    // Configuration 9 is SILK with 20 ms, 11 with 60 ms, 14 hybrid with 10 ms, 31 CELT with 20 ms.
    static let examples = [
        // One frame: voice activity, then the flag.
        Example(bytes: [9 << 3, 0b1100_0000], copied: 960),
        Example(bytes: [9 << 3, 0b1000_0000], copied: 0),
        Example(bytes: [9 << 3], copied: 0),
        // Three parts have three bits of voice activity.
        Example(bytes: [11 << 3, 0b1111_0000], copied: 2_880),
        Example(bytes: [11 << 3, 0b1110_1111], copied: 0),
        Example(bytes: [14 << 3, 0b0100_0000], copied: 480),
        // Two channels: each has activity and flag, the middle before the side.
        Example(bytes: [9 << 3 | 4, 0b0001_0000], copied: 960),
        Example(bytes: [9 << 3 | 4, 0b1010_0000], copied: 0),
        Example(bytes: [31 << 3, 0xFF, 0xFF], copied: 0),
        // Two frames of the same length, of different lengths, the first of them empty.
        Example(bytes: [9 << 3 | 1, 0b0100_0000, 0], copied: 960),
        Example(bytes: [9 << 3 | 2, 1, 0b0100_0000, 0], copied: 960),
        Example(bytes: [9 << 3 | 2, 0, 0b0100_0000], copied: 0),
        Example(bytes: [9 << 3 | 2, 252, 0, 0b0100_0000] + [UInt8](repeating: 0, count: 252), copied: 960),
        // Many: of one length; padded; of several lengths.
        Example(bytes: [9 << 3 | 3, 2, 0b0100_0000, 0], copied: 960),
        Example(bytes: [9 << 3 | 3, 0x42, 2, 0b0100_0000, 0, 0, 0], copied: 960),
        Example(bytes: [9 << 3 | 3, 0x83, 1, 1, 0b0100_0000, 0, 0], copied: 960),
        Example(bytes: [9 << 3 | 3, 0x83, 0, 1, 0b0100_0000, 0], copied: 0),
        Example(bytes: [9 << 3 | 3, 2], copied: 0),
        Example(bytes: [], copied: 0),
    ]

    @Test("is found by the flag in the first frame", arguments: examples)
    func found(_ example: Example) {
        #expect(Opus.forwardCorrectionSampleCount(of: example.bytes) == example.copied)
    }

    @Test("is looked for in any bytes without a trap", arguments: examples)
    func damage(_ example: Example) {
        neverTraps(example.bytes) { #expect(Opus.forwardCorrectionSampleCount(of: $0) <= 2_880) }
    }

    @Test("comes with linear prediction only; one or two bytes announce a pause")
    func kinds() {
        #expect(Opus.usesLinearPrediction([15 << 3]))
        #expect(!Opus.usesLinearPrediction([16 << 3]))
        #expect(!Opus.usesLinearPrediction([]))
        #expect([0, 1, 2, 3].map { Opus.isPause([UInt8](repeating: 8, count: $0)) } == [false, true, true, false])
    }
}
