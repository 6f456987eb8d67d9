import Link
import Testing
import Units

@Suite("A lossy link")
struct LossyLinkTests {
    @Test("delivers everything at once and in order when nothing is wrong with it")
    func perfect() {
        var link = LossyLink(.perfect, seed: 1)
        for number in 0..<10 { link.send([UInt8(number)], at: .ms(5)) }
        #expect(link.next(at: .ms(4)) == nil)
        #expect(drain(&link, at: .ms(5)) == (0..<10).map { [UInt8($0)] })
        #expect(link.isEmpty)
    }

    @Test("repeats itself for the same seed and differs for another")
    func seeded() {
        let conditions = LinkConditions(
            loss: 0.3, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(50))
        #expect(story(conditions, seed: 7) == story(conditions, seed: 7))
        #expect(story(conditions, seed: 7) != story(conditions, seed: 8))
    }

    @Test("loses the share it is told to, in bursts or one by one", arguments: [1.0, 4.0])
    func loss(burstLength: Double) {
        var link = LossyLink(LinkConditions(loss: 0.1, burstLength: burstLength), seed: 3)
        for number in 0..<20_000 { link.send([0], at: .ms(Int64(number))) }
        #expect((1_700...2_300).contains(link.lostCount))
        #expect(drain(&link, at: .ms(20_000)).count == 20_000 - link.lostCount)
    }

    @Test("loses in runs of the average length asked for")
    func bursts() {
        var link = LossyLink(LinkConditions(loss: 0.1, burstLength: 5), seed: 11)
        var (runs, wasLost) = (0, false)
        for number in 0..<50_000 {
            let before = link.lostCount
            link.send([0], at: .ms(Int64(number)))
            let isLost = link.lostCount > before
            if isLost, !wasLost { runs += 1 }
            wasLost = isLost
        }
        let average = Double(link.lostCount) / Double(runs)
        #expect((4.5...5.5).contains(average))
    }

    @Test("delays by no less than the delay and no more than the jitter on top")
    func delay() throws {
        var link = LossyLink(LinkConditions(delay: .milliseconds(30), jitter: .milliseconds(50)), seed: 5)
        for _ in 0..<500 {
            link.send([1], at: .ms(100))
            let arrival = try #require(link.nextArrival)
            #expect((Instant.ms(130)...Instant.ms(180)).contains(arrival))
            #expect(link.next(at: arrival) == [1])
        }
    }

    @Test("changes the order of about as many as it is told to", arguments: [0.0, 0.05, 0.5])
    func reordering(_ share: Double) throws {
        let conditions = LinkConditions(delay: .milliseconds(10), jitter: .milliseconds(50), reordering: share)
        var link = LossyLink(conditions, seed: 13)
        let count = 10_000
        for number in 0..<count as Range<Int> {
            link.send([UInt8(number >> 8), UInt8(number & 0xFF)], at: .ms(Int64(number) * 10))
        }
        let arrived = drain(&link, at: .ms(200_000)).map { Int($0[0]) << 8 | Int($0[1]) }
        #expect(arrived.count == count)
        let overtaken = zip(arrived, arrived.dropFirst()).count { $0 > $1 }
        // A datagram that goes its own way overtakes, or is overtaken by, what is less than its delay apart.
        #expect(Double(overtaken) <= Double(count) * share * 2)
        #expect(Double(overtaken) >= Double(count) * share / 3)
    }

    @Test("changes the order by its jitter unless told to keep it", arguments: [true, false])
    func order(keepsOrder: Bool) {
        var link = LossyLink(LinkConditions(jitter: .milliseconds(50), keepsOrder: keepsOrder), seed: 9)
        for number in 0..<100 { link.send([UInt8(number)], at: .ms(Int64(number))) }
        let arrived = drain(&link, at: .ms(1_000)).map { $0[0] }
        #expect((arrived == Array(0..<100)) == keepsOrder)
        #expect(arrived.sorted() == Array(0..<100))
    }

    @Test("lets no more through than its rate, and drops what would wait too long")
    func rate() {
        let conditions = LinkConditions(bitsPerSecond: 80_000, longestQueue: .milliseconds(100))
        var link = LossyLink(conditions, seed: 2)
        for number in 0..<100 { link.send([UInt8](repeating: 0, count: 1_000), at: .ms(Int64(number))) }
        // 80 kbit/s pass 10 bytes a millisecond: one datagram in each 100 ms.
        #expect(link.next(at: .ms(99)) == nil)
        #expect(link.next(at: .ms(100)) != nil)
        #expect(link.lostCount > 90)
    }

    @Test("doubles datagrams")
    func duplicates() {
        var link = LossyLink(LinkConditions(duplication: 1), seed: 2)
        link.send([4], at: .ms(0))
        #expect(drain(&link, at: .ms(0)) == [[4], [4]])
    }

    @Test("can be dead")
    func dead() {
        var link = LossyLink(LinkConditions(loss: 1), seed: 2)
        for _ in 0..<100 { link.send([4], at: .ms(0)) }
        #expect(link.isEmpty)
        #expect(link.lostCount == link.sentCount)
    }

    private func story(_ conditions: LinkConditions, seed: UInt64) -> [[UInt8]] {
        var link = LossyLink(conditions, seed: seed)
        for number in 0..<200 { link.send([UInt8(number)], at: .ms(Int64(number))) }
        return drain(&link, at: .ms(10_000))
    }

    private func drain(_ link: inout LossyLink, at now: Instant) -> [[UInt8]] {
        var arrived: [[UInt8]] = []
        while let bytes = link.next(at: now) { arrived.append(bytes) }
        return arrived
    }
}
