import Capture
import Testing
import Units

@Suite("Pauses that are cut out")
struct PauseLogTests {
    @Test("stop recorded time while they last, and shift what comes after")
    func shift() {
        var log = PauseLog()
        #expect(log.recorded(.ms(500)) == .ms(500))
        log.begin(at: .ms(1_000))
        #expect(log.isPaused)
        #expect(
            [999, 1_000, 1_500, 90_000].map { log.recorded(.ms($0)) } == [.ms(999), .ms(1_000), .ms(1_000), .ms(1_000)])
        log.end(at: .ms(3_000))
        #expect(!log.isPaused)
        #expect(log.total == .seconds(2))
        #expect(
            [1_000, 2_999, 3_000, 3_500].map { log.recorded(.ms($0)) } == [
                .ms(1_000), .ms(1_000), .ms(1_000), .ms(1_500),
            ])
        log.begin(at: .ms(4_000))
        log.end(at: .ms(5_000))
        #expect(log.recorded(.ms(6_000)) == .ms(3_000))
    }

    @Test("are found again from recorded time, their ends where both lie on one moment")
    func back() {
        var log = PauseLog()
        log.begin(at: .ms(1_000))
        #expect(log.channelTime(ofRecorded: .ms(1_000)) == .ms(1_000))
        log.end(at: .ms(3_000))
        #expect(log.channelTime(ofRecorded: .ms(999)) == .ms(999))
        #expect(log.channelTime(ofRecorded: .ms(1_000)) == .ms(3_000))
        #expect(log.channelTime(ofRecorded: .ms(1_700)) == .ms(3_700))
    }

    @Test("never let recorded time run backwards, however often and in whatever order they are told", arguments: 0..<20)
    func monotone(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var log = PauseLog()
        var now: Int64 = 0
        for _ in 0..<300 {
            now += Int64.random(in: -5...40, using: &random)
            if Bool.random(using: &random) { log.begin(at: .ms(now)) } else { log.end(at: .ms(now)) }
            let later = (0..<20).map { log.recorded(.ms(now + Int64($0) * 10)) }
            #expect(later == later.sorted(), "seed \(seed)")
        }
        // What is forgotten one by one still counts.
        let total = log.total
        if log.isPaused { log.end(at: .ms(now)) }
        #expect(log.recorded(.ms(now + 10_000)) == .ms(now + 10_000) - max(total, log.total))
    }

    @Test("are told twice without harm")
    func twice() {
        var log = PauseLog()
        log.end(at: .ms(5))
        log.begin(at: .ms(10))
        log.begin(at: .ms(20))
        log.end(at: .ms(30))
        log.end(at: .ms(90))
        #expect(log.total == .milliseconds(20))
    }
}
