import Testing
import Units

@testable import Service

@Suite("Pauses after failures")
struct BackOffTests {
    @Test(
        "double up to five minutes",
        arguments: [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (11, 300), (1_000, 300)] as [(Int, Int)])
    func doubling(failures: Int, seconds: Int) {
        #expect(BackOff.delay(afterFailures: failures, chance: 0) == .seconds(seconds))
    }

    @Test("are shorter by chance, down to half")
    func chance() {
        #expect(BackOff.delay(afterFailures: 3, chance: 0.5) == .seconds(3))
        for count in 1...20 {
            let full = BackOff.delay(afterFailures: count, chance: 0)
            let least = BackOff.delay(afterFailures: count, chance: 0.999_999)
            #expect(least < full && least >= full / 2)
        }
    }
}
