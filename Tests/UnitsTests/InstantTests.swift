import Testing
import Units

@Suite("Instant")
struct InstantTests {
    @Test("is ordered, moved and measured")
    func arithmetic() {
        let instant = Instant.ms(20)
        #expect(instant.nanoseconds == 20_000_000)
        #expect(instant + .microseconds(5) == Instant(nanoseconds: 20_005_000))
        #expect(instant - .milliseconds(30) == .ms(-10))
        #expect(instant.duration(to: .ms(15)) == .milliseconds(-5))
        #expect(Instant.ms(19) < instant)
    }

    @Test(
        "takes durations in whole nanoseconds and milliseconds, fractions dropped",
        arguments: [
            (Duration.seconds(90), 90_000_000_000, 90_000), (.milliseconds(-1500), -1_500_000_000, -1500),
            (.nanoseconds(999_999), 999_999, 0),
            (Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999), 1, 0),
            (.nanoseconds(9_223_372_036), 9_223_372_036, 9_223), (.nanoseconds(9_223_372_037), 9_223_372_037, 9_223),
            (.nanoseconds(-9_223_372_037), -9_223_372_037, -9_223), (.nanoseconds(Int64.max), .max, .max / 1_000_000),
        ] as [(Duration, Int64, Int64)])
    func durations(duration: Duration, nanoseconds: Int64, milliseconds: Int64) {
        #expect(duration.wholeNanoseconds == nanoseconds)
        #expect(duration.wholeMilliseconds == milliseconds)
    }
}
