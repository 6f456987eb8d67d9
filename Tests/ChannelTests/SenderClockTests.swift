import Testing
import Units

@testable import Channel

@Suite("A sender's wall clock")
struct SenderClockTests {
    private static let second: Int64 = 1_000_000_000

    private func clock(_ wall: NTPTime = NTPTime(nanoseconds: 4_000_000_000_000_000_000)) -> SenderClock {
        var clock = SenderClock()
        clock.begin(wall: wall, place: 0, at: 0)
        return clock
    }

    @Test("is counted across the end of NTP's era in 2036, and backwards")
    func wrap() {
        let clock = clock(NTPTime(.max - 0xFFFF_FFFF))
        #expect(clock.elapsed(to: NTPTime(0x8000_0000)) == 1_500_000_000)
        #expect(clock.elapsed(to: NTPTime(UInt64.max - 0x1_7FFF_FFFF)) == -500_000_000)
    }

    @Test("is found at once, then followed slowly, but faster than any clock drifts")
    func follow() {
        var clock = clock()
        clock.follow(300_000_000, at: 5 * Self.second)
        #expect(clock.offset == 300_000_000)
        clock.follow(300_000_000, at: 20 * Self.second)
        clock.follow(400_000_000, at: 21 * Self.second)
        #expect(clock.offset == 305_000_000)
        clock.follow(305_300_000, at: 22 * Self.second)
        #expect(clock.offset == 305_300_000)
    }

    @Test("tells what it showed at the channel's origin, though it was set meanwhile")
    func origin() throws {
        var clock = clock()
        #expect(SenderClock().wallAtOrigin == nil)
        clock.follow(2_500_000_000, at: Self.second)
        clock.step(by: 10 * Self.second)
        let shown = try #require(clock.wallAtOrigin)
        #expect(abs(shown.nanoseconds - 4_000_000_000_000_000_000 - 7_500_000_000) <= 1)
    }
}
