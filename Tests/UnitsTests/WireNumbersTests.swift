import Testing
import Units

@Suite("Numbers on the wire")
struct WireNumbersTests {
    @Test(
        "measure timestamps the shorter way round",
        arguments: [(10, 4, 6), (4, 10, -6), (2, 0xFFFF_FFFE, 4), (0xFFFF_FFFE, 2, -4), (0x8000_0000, 0, .min)]
            as [(UInt32, UInt32, Int32)])
    func distance(to: UInt32, from: UInt32, expected: Int32) {
        #expect(RTPTimestamp(to).distance(from: RTPTimestamp(from)) == expected)
    }

    @Test("keep payload types within seven bits, the eighth being the marker's")
    func payloadType() {
        #expect(PayloadType(0xE0) == PayloadType(0x60))
        #expect(PayloadType(127).rawValue == 127)
    }

    @Test("report the middle of a wall clock, RFC 3550 §6.4.1")
    func middle() {
        // The example of RFC 3550 §6.4.1, figure 2.
        #expect(NTPTime(0xB44D_B705_2000_0000).middle == 0xB705_2000)
    }

    @Test(
        "turn nanoseconds into a wall clock and back, within one",
        arguments: [
            0, 1, 500_000_000, 999_999_999, 3_900_000_000_123_456_789,
        ] as [Int64])
    func networkTime(nanoseconds: Int64) {
        let back = NTPTime(nanoseconds: nanoseconds).nanoseconds
        #expect((nanoseconds - 1...nanoseconds).contains(back))
    }
}
