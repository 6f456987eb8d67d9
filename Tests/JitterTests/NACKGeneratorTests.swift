import Jitter
import Testing
import Units

@Suite("NACK generator")
struct NACKGeneratorTests {
    private var generator = NACKGenerator()
    private let roundTrip = Duration.milliseconds(80)

    private mutating func requests(at now: Int64) -> [UInt16] {
        generator.nextRequests(at: .ms(now), roundTrip: roundTrip)
    }

    @Test("asks for nothing while nothing is missing")
    mutating func complete() {
        for place in 100..<200 as Range<Int64> { generator.received(place: place, at: .ms(place)) }
        #expect(generator.deadline == nil)
        #expect(requests(at: 1000) == [])
    }

    @Test("asks after a grace, then after each round trip and a quarter")
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

    @Test("a packet that is only out of order costs no request")
    mutating func reordered() {
        generator.received(place: 1, at: .ms(0))
        generator.received(place: 3, at: .ms(0))
        generator.received(place: 2, at: .ms(5))
        #expect(generator.deadline == nil)
        #expect(requests(at: 100) == [])
        #expect(generator.repairedCount == 0)
    }

    @Test("waits twice as long after four tries")
    mutating func backOff() {
        generator = NACKGenerator(
            limits: {
                var limits = NACKGenerator.Limits(); limits.patience = .seconds(60); return limits
            }())
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 2, at: .ms(0))
        var times: [Int64] = []
        for now in 0...5000 as ClosedRange<Int64> where !requests(at: now).isEmpty { times.append(now) }
        #expect(times == [10, 110, 210, 310, 510, 710, 910, 1110, 1510, 1910])
        #expect(generator.givenUpCount == 1)
        #expect(generator.missingCount == 0)
        #expect(generator.deadline == nil)
    }

    @Test("waits at least 20 ms on the shortest of links")
    mutating func shortRoundTrip() {
        generator.received(place: 0, at: .ms(0))
        generator.received(place: 2, at: .ms(0))
        _ = generator.nextRequests(at: .ms(10), roundTrip: .zero)
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
}
