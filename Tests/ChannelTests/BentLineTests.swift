import Testing
import Units

@testable import Channel

@Suite("The line along which a track was placed")
struct BentLineTests {
    private static let tick = 1e9 / 90_000
    private static let frame: Int64 = 3_000

    @Test("gives pictures that are decoded early the times at which they are shown")
    func reordered() {
        var line = BentLine(nanosecondsPerTick: Self.tick)
        let shown: [Int64] = [0, 4, 2, 1, 3, 8, 6, 5, 7]
        let times = shown.map { line.place($0 * Self.frame, target: 1_000_000_000 + $0 * 33_333_333) }
        #expect(zip(shown, times).allSatisfy { abs($1 - 1_000_000_000 - $0 * 33_333_333) <= 10 })
    }

    @Test("keeps the order of shown pictures while it is bent", arguments: [-300_000_000, 300_000_000] as [Int64])
    func bentReordered(jump: Int64) {
        var line = BentLine(nanosecondsPerTick: Self.tick)
        var places: [Int64: Int64] = [:]
        for group in 0..<60 as Range<Int64> {
            for place in [16, 8, 4, 2, 1, 3, 6, 5, 7, 12, 10, 9, 11, 14, 13, 15] as [Int64] {
                let number = group * 16 + place
                let target = number * 33_333_333 + (group >= 20 ? jump : 0)
                places[number] = line.place(number * Self.frame, target: target)
            }
        }
        let inOrder = places.sorted { $0.key < $1.key }.map(\.value)
        #expect(zip(inOrder, inOrder.dropFirst()).allSatisfy { $0 < $1 })
        #expect(abs((inOrder.last ?? 0) - 960 * 33_333_333 - jump) <= 1_000_000)
    }

    @Test("leaves small errors alone, and bends large ones away without a step")
    func hysteresis() {
        var line = BentLine(nanosecondsPerTick: Self.tick)
        var last = line.place(0, target: 0)
        var steps: [Int64] = []
        for number in 1...300 as ClosedRange<Int64> {
            let error: Int64 = number < 100 ? 3_900_000 : -40_000_000
            let time = line.place(number * Self.frame, target: number * 33_333_333 + error)
            steps.append(time - last)
            last = time
        }
        #expect(steps[..<98].allSatisfy { abs($0 - 33_333_333) <= 1 })
        #expect(steps.allSatisfy { $0 >= 26_666_666 })
        #expect(abs(line.error) <= 600_000)
    }

    @Test("begins anew behind what it gave out, and behind what another line did")
    func beginnings() {
        var (line, other) = (BentLine(nanosecondsPerTick: Self.tick), BentLine(nanosecondsPerTick: Self.tick))
        #expect(line.place(0, target: 5_000) == 5_000)
        line.begin()
        #expect(line.place(900_000, target: 1_000) == 5_001)
        #expect(line.place(800_000, target: 0) == 5_001)
        #expect(line.error == 4_001)
        _ = other.place(7, target: 8_000_000)
        #expect(other.place(8, target: 8_000_000) > 8_000_000)
        line.begin(behind: other)
        let first = line.place(0, target: 0)
        #expect(first > other.latest)
        #expect(line.time(of: 90_000) == first + 1_000_000_000)
    }

    @Test("never gives a later tick an earlier time, whatever is asked", arguments: 1...50 as ClosedRange<UInt64>)
    func anything(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var line = BentLine(nanosecondsPerTick: seed % 2 == 0 ? Self.tick : 125_000)
        line.drift = 750e-6 * (random.fraction() * 2 - 1)
        var recent: [(ticks: Int64, time: Int64)] = []
        var newest: Int64 = 0
        for _ in 0..<2_000 {
            let isForward = random.fraction() < 0.6
            let reach = Int64.random(in: 1...(random.fraction() < 0.01 ? 1 << 40 : 9_000), using: &random)
            let ticks = isForward ? newest + reach : newest - reach % 10_000
            guard isForward || ticks >= recent.first?.ticks ?? ticks else { continue }
            let wish = Int64.random(in: -(1 << 61)...1 << 61, using: &random)
            let target =
                random.fraction() < 0.5 ? line.time(of: ticks) ?? 0 : wish >> Int64.random(in: 0...60, using: &random)
            let time = line.place(ticks, target: target)
            for other in recent {
                #expect(other.ticks == ticks ? other.time == time : (other.ticks < ticks) == (other.time < time))
            }
            if ticks > newest || recent.isEmpty { recent.append((ticks, time)) }
            newest = max(newest, ticks)
            if recent.count > BentLine.knotLimit { recent.removeFirst() }
        }
    }
}
