import Channel
import Codecs
import Testing
import Units

@Suite("A peer's timeline")
struct PeerTimelineTests {
    private func frame(_ codec: Codec, ticks: Int64, arrival: Int64) -> Frame {
        Frame(codec: codec, ticks: ticks, isKeyframe: true, bytes: [1], arrival: .ms(arrival))
    }

    @Test("lets the least delayed of the first frames place them all")
    func firstLook() {
        var timeline = PeerTimeline(origin: .ms(0))
        let track = timeline.addTrack(rate: .opus)
        for (number, arrival) in [60, 81, 55, 90].enumerated() {
            timeline.receive(frame(.opus, ticks: Int64(number) * 960, arrival: Int64(arrival)), track: track)
        }
        #expect(timeline.next(at: .ms(309)) == nil)
        #expect(timeline.deadline == .ms(310))
        var times: [ChannelTime] = []
        while let placed = timeline.next(at: .ms(310)) { times.append(placed.time) }
        #expect(times == [.ms(15), .ms(35), .ms(55), .ms(75)])
        #expect(timeline.deadline == nil)
    }

    @Test("looks on while frames get luckier, but not for ever")
    func longLook() {
        var timeline = PeerTimeline(origin: .ms(0))
        let track = timeline.addTrack(rate: .opus)
        for number in 0..<40 as Range<Int64> {
            // Each waits 5 ms less than the one before it.
            timeline.receive(frame(.opus, ticks: number * 960, arrival: 300 + number * 15), track: track)
            let now = Instant.ms(300 + number * 15)
            if now < .ms(900) { #expect(timeline.next(at: now) == nil) }
        }
        #expect(timeline.next(at: .ms(899)) == nil)
        #expect(timeline.next(at: .ms(900))?.time == .ms(105))
    }

    @Test("holds nothing back for a track that begins later")
    func laterTrack() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (sound, picture) = (timeline.addTrack(rate: .opus), timeline.addTrack(rate: .video))
        timeline.receive(frame(.opus, ticks: 0, arrival: 0), track: sound)
        #expect(timeline.next(at: .ms(250)) != nil)
        timeline.receive(frame(.vp8, ticks: 0, arrival: 1_000), track: picture)
        timeline.receive(frame(.opus, ticks: 48_000, arrival: 1_001), track: sound)
        #expect(timeline.next(at: .ms(1_001))?.track == sound)
        #expect(timeline.next(at: .ms(1_001)) == nil)
        #expect(timeline.deadline == .ms(1_250))
        #expect(timeline.next(at: .ms(1_250))?.track == picture)
        #expect(timeline.next(at: .ms(1_250)) == nil)
    }

    @Test("begins with all tracks at once, whatever was captured first in front")
    func together() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (sound, picture) = (timeline.addTrack(rate: .opus), timeline.addTrack(rate: .video))
        timeline.receive(frame(.vp8, ticks: 0, arrival: 100), track: picture)
        timeline.receive(frame(.opus, ticks: 0, arrival: 20), track: sound)
        #expect(timeline.next(at: .ms(349)) == nil)
        #expect(timeline.next(at: .ms(350))?.track == sound)
        #expect(timeline.next(at: .ms(350))?.track == picture)
    }

    @Test("gives pictures that are decoded early the times at which they are shown", arguments: [1, 2, 3] as [UInt64])
    func reordered(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var timeline = PeerTimeline(origin: .ms(0))
        let track = timeline.addTrack(rate: .video)
        var places: [Int64: ChannelTime] = [:]
        for number in 0..<3_000 as Range<Int64> {
            // I0 P3 B1 B2 P6 B4 B5 …, by a clock that is 100 ppm fast; three leave together.
            let shown = number == 0 ? 0 : (number - 1) % 3 == 0 ? number + 2 : number - 1
            let sent = (number + 2) / 3 * 3 * 40 + Int64.random(in: 10...60, using: &random)
            timeline.receive(frame(.h264, ticks: shown * 3_600 + shown * 36 / 100, arrival: sent), track: track)
            if number % 25 == 0 {
                let ticks = (sent - 10) * 90 + (sent - 10) * 9 / 1_000
                let wall = NTPTime(nanoseconds: 3_900_000_000_000_000_000 + (sent - 10) * 1_000_000)
                timeline.noteReport(track: track, wall: wall, ticks: ticks, at: .ms(sent))
            }
            while let placed = timeline.next(at: .ms(sent)) { places[placed.frame.ticks / 3_600] = placed.time }
        }
        let shown = places.sorted { $0.key < $1.key }
        #expect(shown.count >= 2_990)
        #expect(zip(shown, shown.dropFirst()).allSatisfy { $0.value < $1.value })
        let errors = shown.dropFirst(200).map { ($0.value - .ms($0.key * 40)).wholeMilliseconds }
        #expect((errors.max() ?? 99) - (errors.min() ?? 0) <= 12)
    }

    @Test("lets go of frames at last though the ticks never stop to jump")
    func jumps() {
        var timeline = PeerTimeline(origin: .ms(0))
        let track = timeline.addTrack(rate: .video)
        var placedCount = 0
        var last = ChannelTime(nanoseconds: .min)
        for number in 0..<200 as Range<Int64> {
            let jump = number / 3 * 1_000_000_000 * (number % 2 == 0 ? 1 : -1)
            timeline.receive(frame(.vp8, ticks: jump + number * 3_600, arrival: number * 40), track: track)
            while let placed = timeline.next(at: .ms(number * 40)) {
                placedCount += 1
                #expect(placed.time > last)
                last = placed.time
            }
        }
        #expect(placedCount >= 195)
    }

    @Test("lets a stream that is known already take over at once, and gives its frames the sender's capture times")
    func takeOver() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (old, new) = (timeline.addTrack(rate: .video), timeline.addTrack(rate: .video))
        for number in 0..<10 as Range<Int64> {
            for (track, start) in [(old, 0), (new, 5_000_000)] as [(Int, Int64)] {
                var picture = frame(.vp8, ticks: start + number * 3_600, arrival: number * 40 + 50)
                picture.captureTime = NTPTime(nanoseconds: 3_900_000_000_000_000_000 + number * 40_000_000)
                if track == old {
                    timeline.receive(picture, track: old)
                } else {
                    timeline.noteArrival(of: picture, track: new)
                }
            }
        }
        while timeline.next(at: .ms(410)) != nil {}
        timeline.receive(frame(.vp8, ticks: 5_036_000, arrival: 470), track: new, takingOverFrom: old)
        #expect(
            timeline.next(at: .ms(470))
                == PlacedFrame(
                    track: new, time: .ms(450), frame: frame(.vp8, ticks: 5_036_000, arrival: 470)))
    }
}
