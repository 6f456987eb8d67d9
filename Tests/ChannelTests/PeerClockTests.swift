import Channel
import Testing
import Units

@Suite("A peer's clock")
struct PeerClockTests {
    static let wall = NTPTime(nanoseconds: 3_900_000_000_000_000_000)

    @Test("refuses reports that cannot be true, and goes on by arrivals")
    func refuses() {
        var clock = PeerClock(origin: .ms(0))
        let track = clock.addTrack(rate: .video)
        clock.noteReport(track: track, wall: Self.wall, ticks: -900_000, at: .ms(0))
        clock.noteArrival(track: track, ticks: 90_000, at: .ms(50))
        #expect(clock.place(track: track, ticks: 90_000) == .ms(50))
        clock.noteReport(track: track, wall: NTPTime(0), ticks: 90_000, at: .ms(60))
        clock.noteReport(track: track, wall: Self.wall, ticks: 9_000_000, at: .ms(60))
        #expect(clock.refusedReportCount == 3)
        #expect(!clock.hasReports(track: track))
        clock.noteReport(track: track, wall: Self.wall, ticks: 90_000, at: .ms(70))
        #expect(clock.hasReports(track: track))
    }

    @Test(
        "begins anew behind the last time when ticks jump, forth or back", arguments: [-4_000_000_000, 4_000_000_000])
    func restarts(jump: Int64) {
        var clock = PeerClock(origin: .ms(0))
        let track = clock.addTrack(rate: .video)
        var last = ChannelTime(nanoseconds: -1)
        for picture in 0..<200 {
            let ticks = Int64(picture) * 3_000 + (picture >= 100 ? jump : 0)
            let arrival = Int64(picture) * 100 / 3
            clock.noteArrival(track: track, ticks: ticks, at: .ms(arrival))
            let time = clock.place(track: track, ticks: ticks)
            #expect(time > last)
            #expect(abs((time - .ms(arrival)).wholeMilliseconds) <= 2)
            last = time
        }
        #expect(clock.restartCount(track: track) == 1)
    }

    @Test("counts from the channel's origin, and may begin before it")
    func origin() {
        var clock = PeerClock(origin: .ms(10_000))
        let track = clock.addTrack(rate: .opus)
        clock.noteArrival(track: track, ticks: 7, at: .ms(9_000))
        #expect(clock.place(track: track, ticks: 7) == .ms(-1_000))
        #expect(clock.time(of: 48_007, track: track) == .ms(0))
    }
}
