import Channel
import Testing
import Units

@Suite("Watching whether anything is heard of those who are connected")
struct ConnectionWatchTests {
    private typealias Hearing = ConnectionWatch.Hearing

    /// What is told when it is looked twice a second from `start` to `end`; `heard` says what came last by then.
    private static func told(
        _ watch: inout ConnectionWatch, from start: Int64 = 0, to end: Int64, heard: (Int64) -> Hearing?
    ) -> [ConnectionWatch.Event] {
        stride(from: start, through: end, by: 500).compactMap { watch.advance(to: .ms($0), heard($0)) }
    }

    private static func media(_ time: Int64) -> Hearing { Hearing(anything: .ms(time), media: .ms(time)) }

    @Test("tells an interruption after 4 s, a loss after 10 s, each once, and the return")
    func wholeFailure() {
        var watch = ConnectionWatch()
        let failure = Self.told(&watch, to: 30_000) { Self.media(min($0, 5_000)) }
        #expect(failure == [.interrupted(silence: .seconds(4)), .lost(silence: .seconds(10))])
        let back = Self.told(&watch, from: 30_500, to: 40_000) { Self.media($0 - 100) }
        #expect(back == [.reconnected(silence: .milliseconds(25_400))])
        #expect(
            Self.told(&watch, from: 40_500, to: 45_000) { _ in Self.media(39_900) } == [
                .interrupted(silence: .milliseconds(4_100))
            ])
    }

    @Test("tells the return from an interruption that was no loss, and nothing of a shorter silence")
    func short() {
        var watch = ConnectionWatch()
        #expect(Self.told(&watch, to: 8_500) { Self.media($0 < 8_500 ? min($0, 4_600) : 8_400) } == [])
        let events = Self.told(&watch, from: 9_000, to: 16_000) { Self.media($0 < 15_000 ? 8_400 : 14_900) }
        #expect(events == [.interrupted(silence: .milliseconds(4_100)), .reconnected(silence: .milliseconds(6_500))])
    }

    @Test("waits longer while nobody sends media, since what keeps connections alive comes seldom")
    func quiet() {
        var watch = ConnectionWatch()
        let checks = Self.told(&watch, to: 60_000) { Hearing(anything: .ms($0 / 6_000 * 6_000), media: nil) }
        #expect(checks == [])
        let events = Self.told(&watch, from: 60_500, to: 75_000) { _ in
            Hearing(anything: .ms(60_000), media: .ms(58_000))
        }
        #expect(events == [.interrupted(silence: .seconds(8)), .lost(silence: .seconds(10))])
    }

    @Test("misses nobody where nobody is, and keeps what those heard who are gone")
    func nobody() {
        var watch = ConnectionWatch()
        #expect(Self.told(&watch, to: 20_000) { _ in nil } == [])
        // One user talks until 22 s and says goodbye; another was last heard at 20 s.
        #expect(Self.told(&watch, from: 20_500, to: 22_000) { Self.media($0) } == [])
        #expect(Self.told(&watch, from: 22_500, to: 25_500) { _ in Self.media(20_000) } == [])
        #expect(
            Self.told(&watch, from: 26_000, to: 27_000) { _ in Self.media(20_000) } == [
                .interrupted(silence: .seconds(4))
            ])
        // Everybody was given up meanwhile; whoever comes next shows that the network is back.
        #expect(Self.told(&watch, from: 27_500, to: 50_000) { _ in nil } == [])
        #expect(
            Self.told(&watch, from: 50_500, to: 52_000) { Self.media($0) } == [
                .reconnected(silence: .milliseconds(28_500))
            ])
    }

    @Test("counts no silence while the process itself was stopped")
    func stopped() {
        var watch = ConnectionWatch()
        #expect(Self.told(&watch, to: 1_000) { Self.media($0) } == [])
        #expect(watch.advance(to: .ms(31_000), Self.media(1_000)) == nil)
        #expect(watch.advance(to: .ms(31_500), Self.media(31_400)) == nil)
    }

    @Test("joins what was heard of several users")
    func joining() {
        let joined = Hearing(anything: .ms(5), media: nil).joined(Hearing(anything: .ms(3), media: .ms(2)))
        #expect(joined == Hearing(anything: .ms(5), media: .ms(2)))
    }
}
