import Testing
import Units

@Suite("NTP time, RFC 3550 §4")
struct NTPTimeTests {
    @Test(
        "counts nanoseconds, fractions of a second too",
        arguments: [
            (0x0000_0001_8000_0000, 1_500_000_000),
            (0xE000_0000_4000_0000, 3_758_096_384_250_000_000),
            (0x0000_0000_FFFF_FFFF, 999_999_999),
        ] as [(UInt64, Int64)])
    func nanoseconds(raw: UInt64, nanoseconds: Int64) {
        #expect(NTPTime(raw).nanoseconds == nanoseconds)
    }

    @Test(
        "comes back from nanoseconds within one", arguments: [0, 1, 999_999_999, 3_900_000_000_123_456_789] as [Int64])
    func returns(nanoseconds: Int64) {
        #expect((nanoseconds - 1...nanoseconds).contains(NTPTime(nanoseconds: nanoseconds).nanoseconds))
    }
}
