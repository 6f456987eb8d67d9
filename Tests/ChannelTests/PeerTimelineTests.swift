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
        #expect(timeline.next(at: .ms(209)) == nil)
        #expect(timeline.deadline == .ms(210))
        var times: [ChannelTime] = []
        while let placed = timeline.next(at: .ms(210)) { times.append(placed.time) }
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
            if now < .ms(800) { #expect(timeline.next(at: now) == nil) }
        }
        #expect(timeline.next(at: .ms(799)) == nil)
        #expect(timeline.next(at: .ms(800))?.time == .ms(105))
    }

    @Test("holds nothing back for a track that begins later")
    func laterTrack() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (sound, picture) = (timeline.addTrack(rate: .opus), timeline.addTrack(rate: .video))
        timeline.receive(frame(.opus, ticks: 0, arrival: 0), track: sound)
        #expect(timeline.next(at: .ms(150)) != nil)
        timeline.receive(frame(.vp8, ticks: 0, arrival: 1_000), track: picture)
        timeline.receive(frame(.opus, ticks: 48_000, arrival: 1_001), track: sound)
        #expect(timeline.next(at: .ms(1_001))?.track == sound)
        #expect(timeline.next(at: .ms(1_001)) == nil)
        #expect(timeline.deadline == .ms(1_150))
        #expect(timeline.next(at: .ms(1_150))?.track == picture)
        #expect(timeline.next(at: .ms(1_150)) == nil)
    }

    @Test("begins with all tracks at once, in the order of arrival")
    func together() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (sound, picture) = (timeline.addTrack(rate: .opus), timeline.addTrack(rate: .video))
        timeline.receive(frame(.vp8, ticks: 0, arrival: 100), track: picture)
        timeline.receive(frame(.opus, ticks: 0, arrival: 20), track: sound)
        #expect(timeline.next(at: .ms(200)) == nil)
        #expect(timeline.next(at: .ms(250))?.track == picture)
        #expect(timeline.next(at: .ms(250))?.track == sound)
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
