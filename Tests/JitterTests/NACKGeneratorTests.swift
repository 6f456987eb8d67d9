import Jitter
import Testing
import Units

@Suite("NACK generator")
struct NACKGeneratorTests {
    private var generator = NACKGenerator()
    private let wait = Duration.milliseconds(100)

    private mutating func requests(at now: Int64) -> [UInt16] {
        generator.nextRequests(at: .ms(now), answeredWithin: wait)
    }

    @Test("asks for nothing while nothing is missing")
    mutating func complete() {
        for place in 100..<200 as Range<Int64> { generator.received(place: place, at: .ms(place)) }
        #expect(generator.deadline == nil)
        #expect(requests(at: 1000) == [])
    }

    @Test("asks after a grace, then whenever the answer is overdue")
    mutating func schedule() {
        generator.received(place: 65_534, at: .ms(0))
        generator.received(place: 65_537, at: .ms(0))
        #expect(generator.deadline == .ms(10))
        #expect(requests(at: 9) == [])
        #expect(requests(at: 10) == [65_535, 0])
        #expect(generator.deadline == .ms(110))
        #expect(requests(at: 109) == [])
        #expect(requests(at: 110) == [65_535, 0])
        generator.received(place: 65_536, at: .ms(120))
        #expect(requests(at: 210) == [65_535])
        #expect(generator.requestCount == 5)
        #expect(generator.repairedCount == 1)
    }

    @Test("the first packet to come need not be the first that is wanted")
    mutating func beginning() {
        generator.received(place: 10, isBeginning: true, at: .ms(0))
        generator.received(place: 12, isBeginning: true, at: .ms(0))
        generator.received(place: 7, isBeginning: true, at: .ms(2))
        generator.received(place: 3, at: .ms(3))
        #expect(generator.oldest()?.place == 8)
        #expect(generator.oldest(behind: 9)?.place == 11)
        #expect(generator.oldest(behind: 11) == nil)
        #expect(requests(at: 12) == [8, 9, 11])
    }

    @Test("a packet that is only out of order costs no request")
    mutating func reordered() {
        generator.received(place: 1, at: .ms(0))
        generator.received(place: 3, at: .ms(0))
        generator.received(place: 2, at: .ms(5))
        #expect(generator.deadline == nil)
        #expect(requests(at: 100) == [])
        #expect(generator.repairedCount == 0)
    }

    @Test("asks twice as often after two tries, and half as often after eight")
    mutating func backOff() {
        generator.patience = .seconds(60)
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 2, at: .ms(0))
        var times: [Int64] = []
        for now in 0...5000 as ClosedRange<Int64> where !requests(at: now).isEmpty { times.append(now) }
        #expect(times == [10, 110, 210, 260, 310, 360, 410, 460, 560, 660])
        #expect(generator.givenUpCount == 1)
        #expect(generator.missingCount == 0)
        #expect(generator.deadline == nil)
    }

    @Test("waits at least 20 ms on the shortest of links")
    mutating func shortRoundTrip() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 2, at: .ms(0))
        _ = generator.nextRequests(at: .ms(10), answeredWithin: .zero)
        #expect(generator.deadline == .ms(30))
    }

    @Test("gives up when the reorder buffer does")
    mutating func patience() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 2, at: .ms(0))
        #expect(requests(at: 499) == [1])
        generator.received(place: 4, at: .ms(499))
        #expect(requests(at: 700) == [3])
        #expect(generator.givenUpCount == 1)
    }

    @Test("forgets what lies before a place")
    mutating func forgets() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 10, at: .ms(0))
        generator.forget(before: 8)
        #expect(requests(at: 10) == [8, 9])
        #expect(generator.givenUpCount == 7)
        generator.forget(before: 100)
        #expect(generator.deadline == nil)
    }

    @Test("takes on only so many at once, the newest")
    mutating func limit() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 601, at: .ms(0))
        generator.received(place: 1_202, at: .ms(0))
        #expect(generator.missingCount == 1000)
        #expect(generator.givenUpCount == 200)
        generator.received(place: 1 << 40, at: .ms(0))
        #expect(generator.missingCount == 1000)
        #expect(generator.givenUpCount == 1200 + (1 << 40) - 1203 - 1000)
    }

    @Test("spreads a great many requests over several NACKs")
    mutating func bursts() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 601, at: .ms(0))
        #expect(requests(at: 10) == Array(1...256))
        #expect(generator.deadline == .ms(10))
        #expect(requests(at: 10) == Array(257...512))
        #expect(requests(at: 10) == Array(513...600))
        #expect(requests(at: 10) == [])
    }

    @Test("waits longer where packets overtake each other, and less where they are lost")
    mutating func grace() {
        for round in 0..<60 as Range<Int64> {
            generator.received(place: round * 3, at: .ms(round * 100))
            generator.received(place: round * 3 + 2, at: .ms(round * 100))
            generator.received(place: round * 3 + 1, isAnswer: false, at: .ms(round * 100 + 30))
        }
        #expect(generator.grace == .milliseconds(30))
        for round in 60..<200 as Range<Int64> {
            generator.received(place: round * 3, at: .ms(round * 100))
            generator.received(place: round * 3 + 2, at: .ms(round * 100))
            _ = requests(at: round * 100 + 50)
            generator.received(place: round * 3 + 1, at: .ms(round * 100 + 90))
        }
        #expect(generator.grace == .milliseconds(5))
        generator.received(place: 5_000, at: .ms(99_000))
        generator.received(place: 5_002, at: .ms(99_000))
        for round in 0..<60 as Range<Int64> {
            generator.received(place: 6_000 + round * 2, at: .ms(99_000 + round))
            generator.received(place: 5_999 + round * 2, isAnswer: false, at: .ms(99_500 + round))
        }
        #expect(generator.grace == .milliseconds(50))
    }

    /// How many requests one packet needs until it counts as hopeless, after others came at the `tries`-th request.
    private mutating func failuresUntilHopeless(others tries: Int) -> Int {
        generator.patience = .seconds(600)
        var now: Int64 = 0
        for round in 0..<200 as Range<Int64> {
            generator.received(place: round * 2, at: .ms(now))
            for _ in 0..<tries where round > 0 {
                now += 1_000
                _ = requests(at: now)
            }
            if round > 0 { generator.received(place: round * 2 - 1, at: .ms(now)) }
        }
        generator.received(place: 402, at: .ms(now))
        var failures = 0
        while !generator.isOldestHopeless(at: .ms(now)), failures < 20 {
            now += 20_000
            if generator.isOldestHopeless(at: .ms(now)) { break }
            failures += 1
            _ = requests(at: now)
        }
        return failures
    }

    @Test("believes in bad luck longer where it is more common", arguments: [(1, 4), (2, 10)])
    mutating func hopeless(_ tries: Int, _ failures: Int) { #expect(failuresUntilHopeless(others: tries) == failures) }

    @Test("knows a path that loses from one that only reorders")
    mutating func lossy() {
        for place in 0..<2_000 as Range<Int64> {
            if place % 50 != 0 { generator.received(place: place, at: .ms(place)) }
            #expect(!generator.isPathLossy || place > 100)
        }
        #expect(generator.isPathLossy)
        for place in 2_000..<4_000 as Range<Int64> {
            generator.received(place: place ^ 1, isAnswer: false, at: .ms(place))
        }
        #expect(!generator.isPathLossy)
    }
}
