import Jitter
import Testing
import Units

@Suite("Bitrate estimate")
struct BitrateEstimateTests {
    private var estimate = BitrateEstimate()
    private var now: Int64 = 0

    /// What is told after a second at so many bits.
    private mutating func second(bits: Int, lostShare: Double = 0) -> Int? {
        for step in 0..<100 as Range<Int64> {
            estimate.received(byteCount: bits / 800, at: .ms(now + step * 10))
        }
        now += 1_000
        return estimate.takeDue(lostShare: lostShare, at: .ms(now))
    }

    @Test("says nothing before the first packet, and then once a second")
    mutating func pace() {
        #expect(estimate.deadline == nil)
        #expect(estimate.takeDue(lostShare: 0, at: .ms(5_000)) == nil)
        estimate.received(byteCount: 1, at: .ms(5_000))
        #expect(estimate.deadline == .ms(6_000))
        #expect(estimate.takeDue(lostShare: 0, at: .ms(5_999)) == nil)
        #expect(estimate.takeDue(lostShare: 0, at: .ms(6_000)) == 2_000_000)
        #expect(estimate.deadline == .ms(7_000))
    }

    @Test("grows while its sender fills it, and rests while it does not")
    mutating func grows() {
        var bits = 1_000_000
        #expect(second(bits: bits) == 2_000_000)
        for _ in 0..<40 { bits = second(bits: bits * 9 / 10 + 600_000) ?? 0 }
        #expect(bits > 5_000_000)
        #expect(second(bits: 100_000) == bits)
    }

    @Test("falls to what arrives when much is lost, never below it")
    mutating func falls() {
        #expect(second(bits: 800_000, lostShare: 0.2) == 800_000)
        #expect(second(bits: 4_000_000, lostShare: 0.2) == 4_000_000)
        #expect(second(bits: 8_000, lostShare: 0.9) == 50_000)
        #expect(second(bits: 400_000, lostShare: 0.05) == 400_000)
    }
}
