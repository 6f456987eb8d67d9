import Testing
import Units

@testable import Channel

@Suite("The line through a track's reports")
struct ReportLineTests {
    /// A report a second, each off by up to `noise` nanoseconds.
    private func line(count: Int, drift: Double, noise: Double, seed: UInt64) -> ReportLine {
        var random = SeededGenerator(seed: seed)
        var line = ReportLine(rate: .opus)
        for second in 0..<count {
            let wall = Double(second) * 1e9 * (1 + drift) + noise * (random.fraction() * 2 - 1)
            line.add(ticks: Int64(second) * 48_000, wall: Int64(wall))
        }
        return line
    }

    @Test("follows a clock that drifts", arguments: [-400e-6, -100e-6, 0, 200e-6, 400e-6], [1, 2, 3] as [UInt64])
    func drift(drift: Double, seed: UInt64) {
        let line = line(count: 100, drift: drift, noise: 1e6, seed: seed)
        #expect(abs(line.drift - drift) <= 60e-6)
        #expect(abs(line.lastingDrift - drift) <= 25e-6)
        for second in 90...105 {
            let truth = Int64(Double(second) * 1e9 * (1 + drift))
            #expect(abs(line.wall(of: Int64(second) * 48_000) - truth) <= 1_500_000)
        }
        #expect((200_000...900_000).contains(line.spread))
    }

    @Test(
        "is not moved by a few reports that are far off", arguments: [1_000_000_000, -50_000_000, 1 << 60] as [Int64])
    func outliers(excess: Int64) {
        var line = line(count: 12, drift: 0, noise: 0, seed: 1)
        for second in [12, 14, 16] as [Int64] {
            line.add(ticks: second * 48_000, wall: second * 1_000_000_000 + excess)
            line.add(ticks: (second + 1) * 48_000, wall: (second + 1) * 1_000_000_000)
        }
        for second in 10...20 as ClosedRange<Int64> {
            #expect(abs(line.wall(of: second * 48_000) - second * 1_000_000_000) <= 1_000_000)
        }
    }

    @Test("moves as a whole when the sender sets its clock")
    func shift() {
        var line = line(count: 20, drift: 50e-6, noise: 0, seed: 1)
        let before = line.wall(of: 960_000)
        line.shift(by: -7_000_000_000)
        #expect(line.wall(of: 960_000) == before - 7_000_000_000)
    }

    @Test("knows what it was told, and nothing after a new beginning")
    func memory() {
        var line = line(count: 3, drift: 0, noise: 0, seed: 1)
        #expect(line.contains(ticks: 48_000, wall: 1_000_000_000))
        #expect(!line.contains(ticks: 48_000, wall: 1_000_000_001))
        line.reset()
        #expect(!line.isKnown)
        #expect(!line.contains(ticks: 48_000, wall: 1_000_000_000))
    }
}
