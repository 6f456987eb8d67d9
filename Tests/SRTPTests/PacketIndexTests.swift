import Testing
import Units

@testable import SRTP

@Suite("Which packets came before")
struct ReplayWindowTests {
    @Test("takes each index once, whatever the order, and none behind the window", arguments: [1, 2, 3, 4] as [UInt64])
    func model(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var window = ReplayWindow()
        var taken: Set<Int64> = []
        var latest: Int64 = -1
        for _ in 0..<20_000 {
            let jump = Int64.random(in: 0..<50, using: &generator) == 0 ? Int64(5_000) : 40
            let index = max(0, latest + Int64.random(in: -2_200...jump, using: &generator))
            let isInside = index > latest - Int64(ReplayWindow.packetCount)
            #expect(window.admits(index) == (isInside && !taken.contains(index)), "seed \(seed), index \(index)")
            guard window.admits(index) else { continue }
            window.note(index)
            taken.insert(index)
            latest = max(latest, index)
        }
    }

    @Test("counts on where sequence numbers wrap, in order and out of it")
    func wrap() {
        var window = ReplayWindow()
        #expect(window.index(of: 65_530) == 65_530)
        window.note(65_530)
        #expect(window.index(of: 3) == 65_539)
        window.note(65_539)
        #expect(window.index(of: 65_535) == 65_535)
        #expect(window.index(of: 4) == 65_540)
    }

    @Test("a number from before the first wrap has no index that could be taken")
    func beforeTheBeginning() {
        var window = ReplayWindow()
        window.note(2)
        #expect(!window.admits(window.index(of: 65_530)))
    }
}
