import Testing

@testable import Channel

@Suite("The smallest of the last ten seconds")
struct SlidingMinimumTests {
    @Test("forgets what is older")
    func forgets() {
        var minimum = SlidingMinimum()
        #expect(minimum.value == nil && minimum.recent == nil)
        minimum.note(5, at: 0)
        minimum.note(9, at: 4_000_000_000)
        #expect(minimum.value == 5)
        #expect(minimum.recent == 9)
        minimum.note(8, at: 9_900_000_000)
        #expect(minimum.value == 5)
        minimum.note(12, at: 10_000_000_000)
        #expect(minimum.value == 8)
        #expect(minimum.recent == 8)
        minimum.note(20, at: 90_000_000_000)
        #expect(minimum.value == 20)
    }

    @Test("bears moments that step back, or lie before the origin")
    func order() {
        var minimum = SlidingMinimum()
        minimum.note(5, at: -3_000_000_000)
        minimum.note(4, at: 2_000_000_000)
        minimum.note(3, at: 1_500_000_000)
        #expect(minimum.value == 3)
    }
}
