import Codecs
import Testing
import Units

@Suite("Telephone codecs, RFC 3551 §4.5")
struct G711Tests {
    @Test("last an RTP tick an octet", arguments: [0, 1, 160, 240])
    func duration(_ count: Int) {
        let packet = [UInt8](repeating: 0xD5, count: count)
        #expect(G711.tickCount(of: packet) == count)
        #expect(G722.tickCount(of: packet) == count)
    }

    @Test("count 8,000 ticks a second, also where they sample twice as often")
    func clocks() {
        #expect(Codec.pcmu.clockRate.ticksPerSecond == G711.sampleRate)
        #expect(Codec.g722.clockRate.ticksPerSecond * 2 == G722.sampleRate)
    }
}
