import Channel
import Testing
import Units

/// Single events in a call of 20 ms of sound and 33 ms of picture, with nothing else wrong.
@Suite("What a peer's clock believes")
struct PeerClockReportTests {
    /// A sender in step with us, whose wall clock is `wallOffset` ahead of the channel.
    private struct Call {
        var clock = PeerClock(origin: .ms(0))
        let sound: Int
        let picture: Int
        var milliseconds: Int64 = 0
        var wallOffset: Int64 = 3_900_000_000_000
        /// What the ticks of sound and pictures leave out.
        var stood: (sound: Int64, picture: Int64) = (0, 0)
        var delay: (sound: Int64, picture: Int64) = (30, 50)
        var sends = (sound: true, picture: true)
        var last = (sound: ChannelTime(nanoseconds: -1), picture: ChannelTime(nanoseconds: -1))

        init() {
            sound = clock.addTrack(rate: .opus)
            picture = clock.addTrack(rate: .video)
        }

        mutating func run(_ length: Int64, reports: Bool = true) {
            for _ in 0..<length {
                if milliseconds % 20 == 0, sends.sound { sendSound() }
                if milliseconds % 40 == 0, sends.picture { sendPicture() }
                if reports, milliseconds % 5_000 == 1_000 { report(sound, 0) }
                if reports, milliseconds % 1_000 == 500 { report(picture, 0) }
                milliseconds += 1
            }
        }

        mutating func report(_ track: Int, _ error: Int64, again: Int = 1) {
            let isSound = track == sound
            let delay = isSound ? delay.sound : delay.picture
            for _ in 0..<again {
                clock.noteReport(
                    track: track, wall: NTPTime(nanoseconds: (milliseconds + wallOffset + error) * 1_000_000),
                    ticks: isSound ? soundTicks : pictureTicks, at: .ms(milliseconds + delay))
            }
        }

        var soundTicks: Int64 { (milliseconds - stood.sound) * 48 }
        var pictureTicks: Int64 { (milliseconds - stood.picture) * 90 }

        private mutating func sendSound() {
            clock.noteArrival(track: sound, ticks: soundTicks, at: .ms(milliseconds + delay.sound))
            let time = clock.place(track: sound, ticks: soundTicks)
            #expect(time > last.sound)
            last.sound = time
        }

        private mutating func sendPicture() {
            clock.noteArrival(track: picture, ticks: pictureTicks, at: .ms(milliseconds + delay.picture))
            let time = clock.place(track: picture, ticks: pictureTicks)
            #expect(time > last.picture)
            last.picture = time
        }

        /// How far pictures lie behind sound of the same moment.
        var skew: Duration {
            clock.time(of: pictureTicks, track: picture) - clock.time(of: soundTicks, track: sound)
        }

        var isTogether: Bool { abs(skew.wholeMilliseconds) <= 5 }
    }

    @Test("reports bring sound and picture together, whatever arrivals said")
    func together() {
        var call = Call()
        call.run(500, reports: false)
        #expect(call.skew == .milliseconds(20))
        call.run(5_500)
        #expect(call.isTogether)
        #expect(call.clock.measurements.tracks[call.picture].lag.map { abs($0.wholeMilliseconds - 20) <= 5 } == true)
    }

    @Test("one wrong report moves nothing, even if the network sends it twice", arguments: [-90_000, -200, 200, 5_000])
    func wrong(error: Int64) {
        var call = Call()
        call.run(20_000)
        let before = call.skew
        call.report(call.sound, error, again: 2)
        call.run(4_900)
        #expect(abs((call.skew - before).wholeMilliseconds) <= 1)
        #expect(call.clock.clockStepCount == 0)
    }

    @Test(
        "a wall clock that is set moves nothing",
        arguments: [-1_700_000_000_000, -3_000, -100, 100, 3_000, 3_600_000])
    func step(by amount: Int64) {
        var call = Call()
        call.run(20_000)
        let (sound, picture) = (call.last.sound, call.last.picture)
        call.wallOffset += amount
        call.run(20_000)
        #expect(call.isTogether)
        #expect(call.clock.clockStepCount == 1)
        #expect(abs((call.last.sound - sound).wholeMilliseconds - 20_000) <= 6)
        #expect(abs((call.last.picture - picture).wholeMilliseconds - 20_000) <= 6)
    }

    @Test(
        "a wrong first report of all is found out by the next ones", arguments: [-7_200_000, -1_500, 1_500, 7_200_000])
    func wrongStart(error: Int64) {
        var call = Call()
        call.run(400)
        call.report(call.picture, error)
        call.run(6_000)
        #expect(call.isTogether)
        #expect(abs((call.last.sound - .ms(call.milliseconds)).wholeMilliseconds) <= 60)
    }

    @Test("one report is enough where frames confirm it", arguments: [400, 900])
    func stood(length: Int64) {
        var call = Call()
        call.run(20_900)
        call.sends.sound = false
        call.run(length)
        call.stood.sound = length
        call.sends.sound = true
        call.run(4_900)
        #expect(call.clock.restartCount(track: call.sound) == 0)
        #expect(call.isTogether)
    }

    @Test("a network that holds everything back for a while is not a new beginning")
    func congestion() {
        var call = Call()
        call.run(20_000)
        call.delay = (1_530, 1_550)
        call.run(8_000)
        call.delay = (30, 50)
        call.run(20_000)
        #expect(call.clock.restartCount(track: call.sound) == 0)
        #expect(call.clock.restartCount(track: call.picture) == 0)
        #expect(call.isTogether)
    }

    @Test("a report may count its ticks from another round of 32 bits")
    func rounds() {
        var call = Call()
        call.run(1_100)
        for round in [-1, 1] as [Int64] {
            call.clock.noteReport(
                track: call.sound, wall: NTPTime(nanoseconds: (1_100 + call.wallOffset) * 1_000_000),
                ticks: call.soundTicks + round << 32, at: .ms(1_130))
        }
        #expect(call.clock.refusedReportCount == 0)
        #expect(call.clock.hasReports(track: call.sound))
        call.run(5_000)
        #expect(call.isTogether)
    }

    @Test("a report may come before the first frame")
    func early() {
        var call = Call()
        call.report(call.sound, 0)
        call.report(call.picture, 0)
        call.run(400, reports: false)
        #expect(call.clock.hasReports(track: call.sound) && call.clock.hasReports(track: call.picture))
        #expect(call.isTogether)
    }

    @Test("a capture clock of its own ties those that tell it, and reports of another clock tie the rest to nothing")
    func foreignCaptureClock() {
        var call = Call()
        for _ in 0..<30 {
            call.run(500, reports: false)
            for (track, ticks, delay) in [(call.sound, call.soundTicks, 30), (call.picture, call.pictureTicks, 50)] {
                let wall = NTPTime(nanoseconds: (call.milliseconds + 77_000_000) * 1_000_000)
                call.clock.noteArrival(track: track, ticks: ticks, at: .ms(call.milliseconds + Int64(delay)))
                _ = call.clock.place(track: track, ticks: ticks)
                call.clock.noteCaptureTime(
                    track: track, ticks: ticks, captured: wall, at: .ms(call.milliseconds + Int64(delay)))
                call.report(track, 0)
            }
            call.milliseconds += 1
        }
        #expect(call.isTogether)
        let measured = call.clock.measurements
        #expect(measured.clockStepCount == 0)
        #expect(measured.tracks.allSatisfy { $0.captureTimeCount >= 10 && $0.reportCount == 0 })
    }

    @Test("what was measured is what was")
    func measurements() throws {
        var call = Call()
        call.run(100_000)
        let measured = call.clock.measurements
        #expect(measured.refusedReportCount == 0)
        #expect(measured.tracks.map(\.reportCount) == [20, 100])
        for track in measured.tracks {
            #expect(abs(try #require(track.drift)) <= 1)
            #expect(abs(try #require(track.wallDrift)) <= 1)
            #expect(try #require(track.reportSpread) <= .microseconds(1))
        }
        let skew = try #require(measured.skew)
        #expect(skew.pictureCount > 2_400)
        #expect(skew.percentile99 <= .milliseconds(5))
        let wall = try #require(measured.wallAtOrigin)
        #expect(abs(wall.nanoseconds / 1_000_000 + 30 - call.wallOffset) <= 5)
        #expect(abs(try #require(call.clock.drift(of: call.sound, relativeTo: call.picture))) <= 1)
    }
}
