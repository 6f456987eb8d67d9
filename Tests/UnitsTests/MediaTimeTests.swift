import Testing
import Units

@Suite("Media time")
struct MediaTimeTests {
    @Test(
        "is rescaled from the origin, rounded down",
        arguments: [
            (90_000, ClockRate.video, ClockRate.opus, 48_000), (1, .video, .opus, 0), (2, .video, .opus, 1),
            (-1, .video, .opus, -1), (-15, .video, .opus, -8), (0, .opus, .video, 0),
            // The last product that fits 64 bits, and the first that does not.
            (192_153_584_101_141, .video, .opus, 102_481_911_520_608),
            (192_153_584_101_142, .video, .opus, 102_481_911_520_609),
            (-192_153_584_101_142, .video, .opus, -102_481_911_520_610), (.max, .video, .video, .max),
            (.max / 2, .opus, ClockRate(24_000), .max / 4),
        ] as [(Int64, ClockRate, ClockRate, Int64)])
    func rescales(ticks: Int64, from: ClockRate, to: ClockRate, expected: Int64) {
        let time = MediaTime(ticks: ticks, rate: from).rescaled(to: to)
        #expect(time == MediaTime(ticks: expected, rate: to))
    }

    @Test("does not drift over a day of odd frames")
    func drift() {
        let day: Int64 = 24 * 3600 * 30_000 / 1001
        let last = MediaTime(ticks: day * 3003, rate: .video).rescaled(to: .opus)
        #expect(last.ticks == day * 3003 * 48_000 / 90_000)
    }
}

@Suite("Channel time")
struct ChannelTimeTests {
    @Test(
        "is counted in ticks, rounded to the nearest",
        arguments: [
            (0, ClockRate.opus, 0), (1_000_000_000, .opus, 48_000), (10_416, .opus, 0), (10_417, .opus, 1),
            (20_833, .opus, 1), (31_251, .opus, 2), (-1_000_000_000, .video, -90_000), (5_556, .video, 1),
        ] as [(Int64, ClockRate, Int64)])
    func ticks(nanoseconds: Int64, rate: ClockRate, expected: Int64) {
        #expect(ChannelTime(nanoseconds: nanoseconds).ticks(at: rate) == expected)
    }

    @Test("is ordered, moved and measured")
    func arithmetic() {
        let time = ChannelTime.ms(1500)
        #expect(time + .milliseconds(250) == .ms(1750))
        #expect(ChannelTime.ms(1750) - time == .milliseconds(250))
        #expect(time < .ms(1501))
        #expect(time.nanoseconds == 1_500_000_000)
    }
}
