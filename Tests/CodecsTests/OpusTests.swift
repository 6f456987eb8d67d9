import Bytes
import Codecs
import TestSupport
import Testing

@Suite("Opus packets, RFC 6716 §3")
struct OpusTests {
    @Test(
        "tell how long they last",
        arguments: [
            ([0x08], 960), ([0x00], 480), ([0x10], 1920), ([0x18], 2880), ([0x60], 480), ([0x68], 960),
            ([0x80], 120), ([0x88], 240), ([0xF0], 480), ([0xF8], 960), ([0xFC, 0xFF, 0xFE], 960),
            ([0xF9], 1920), ([0xFA, 1, 2], 1920), ([0xFB, 3], 2880), ([0xFB, 0x86], 5760), ([0x1B, 2], 5760),
            ([], nil), ([0xFB], nil), ([0xFB, 0], nil), ([0xFB, 7], nil), ([0x1B, 3], nil),
        ] as [([UInt8], Int?)])
    func durations(_ packet: [UInt8], _ count: Int?) {
        #expect(Opus.sampleCount(of: packet) == count)
    }

    @Test("tell how many channels they encode")
    func channels() {
        #expect(Opus.channelCount(of: [0xF8]) == 1)
        #expect(Opus.channelCount(of: [0xFC]) == 2)
        #expect(Opus.channelCount(of: []) == nil)
    }

    @Test("of silence last 20 ms", arguments: 1...2)
    func silence(_ channelCount: Int) {
        let packet = Opus.silence(channelCount: channelCount)
        #expect(Opus.sampleCount(of: packet) == 960)
        #expect(Opus.channelCount(of: packet) == channelCount)
    }

    @Test("have a little-endian identification header, RFC 7845 §5.1")
    func header() {
        let header = Opus.header(channelCount: 2, preSkip: 312)
        #expect(header.hex == "4f70757348656164" + "01" + "02" + "3801" + "80bb0000" + "0000" + "00")
    }

    @Test("never trap")
    func mutations() { neverTraps([0xFB, 3, 1, 2]) { _ = Opus.sampleCount(of: $0) } }
}
