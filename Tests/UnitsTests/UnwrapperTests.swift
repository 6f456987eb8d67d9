import Testing
import Units

@Suite("Unwrapping sequence numbers")
struct SequenceUnwrapperTests {
    @Test(
        "counts on over the wrap, in order or not",
        arguments: [
            ([65_534, 65_535, 0, 1], [65_534, 65_535, 65_536, 65_537]),
            ([65_535, 1, 0], [65_535, 65_537, 65_536]),
            ([0, 65_535, 1], [0, -1, 1]),
            ([100, 99, 100], [100, 99, 100]),
            ([0, 32_767, 65_534, 30_000], [0, 32_767, 65_534, 95_536]),
        ] as [([UInt16], [Int64])])
    func unwraps(numbers: [UInt16], places: [Int64]) {
        var unwrapper = SequenceUnwrapper()
        #expect(numbers.map { unwrapper.unwrap($0) } == places)
        #expect(unwrapper.highest == places.max())
    }

    @Test("tells a place without counting it as seen")
    func peeks() {
        var unwrapper = SequenceUnwrapper()
        #expect(unwrapper.place(of: 7) == 7)
        #expect(unwrapper.highest == nil)
        _ = unwrapper.unwrap(65_535)
        #expect(unwrapper.place(of: 0) == 65_536)
        #expect(unwrapper.highest == 65_535)
    }

    @Test("counts many rounds without error")
    func rounds() {
        var unwrapper = SequenceUnwrapper()
        for place in stride(from: Int64(0), to: 1_000_000, by: 997) {
            #expect(unwrapper.unwrap(UInt16(truncatingIfNeeded: place)) == place)
        }
    }
}

@Suite("Unwrapping timestamps")
struct TimestampUnwrapperTests {
    @Test(
        "counts on over the wrap, forwards and back",
        arguments: [
            ([0xFFFF_FFFF, 0, 3000], [0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0BB8]),
            ([3000, 0, 0xFFFF_FFFF], [3000, 0, -1]),
            ([0x8000_0000, 0, 0x8000_0000], [0x8000_0000, 0, -0x8000_0000]),
        ] as [([UInt32], [Int64])])
    func unwraps(timestamps: [UInt32], ticks: [Int64]) {
        var unwrapper = TimestampUnwrapper()
        #expect(timestamps.map { unwrapper.unwrap(RTPTimestamp($0)) } == ticks)
    }
}
