import Channel
import Codecs
import Testing
import Units

@testable import Capture

@Suite("The story of a take")
struct TakeStoryTests {
    private static func story(from start: Int64 = 1_000) -> TakeStory {
        var story = TakeStory()
        story.began(at: .ms(start))
        return story
    }

    @Test("counts pictures by what became of them, and lists intervals with losses")
    func losses() {
        var story = Self.story()
        for index in Int64(0)..<900 { story.picture(.whole, byteCount: 1_000, at: .ms(1_000 + index * 33)) }
        story.received(expected: 500, repaired: 0, of: .video, at: .ms(5_000))
        story.lost(7, of: .video, at: .ms(12_000))
        story.received(expected: 600, repaired: 4, of: .video, at: .ms(15_000))
        story.picture(.dropped, byteCount: 0, at: .ms(12_010))
        story.picture(.repaired, byteCount: 2_000, at: .ms(30_700))
        story.lost(2, of: .audio, at: .ms(30_800))
        story.ended(at: .ms(31_000))
        let proof = story.proof
        #expect(proof.pictures == PictureCounts(whole: 900, repaired: 1, dropped: 1))
        #expect(proof.picturePackets == PacketCounts(expected: 1_100, lost: 7, repaired: 4))
        #expect(proof.soundPackets == PacketCounts(lost: 2))
        #expect(proof.intervalMilliseconds == 10_000)
        #expect(proof.losses.map(\.atMilliseconds) == [10_000, 20_000])
        #expect(proof.losses[0].picturePackets == PacketCounts(expected: 600, lost: 7, repaired: 4))
        #expect(proof.losses[0].pictures.dropped == 1)
        #expect(proof.losses[1].pictures.repaired == 1)
        #expect(proof.videoKilobitsPerSecond.count == 3)
        #expect(proof.videoKilobitsPerSecond[0] == 243)
    }

    @Test("takes the rate of the last interval from as much of it as there is")
    func rates() {
        var story = Self.story(from: 0)
        for index in Int64(0)..<60 { story.sound(byteCount: 1_250, at: .ms(index * 200)) }
        story.ended(at: .ms(12_000))
        #expect(story.proof.audioKilobitsPerSecond == [50, 50])
    }

    @Test("tells why pictures stood still")
    func freezes() {
        var story = Self.story(from: 0)
        func run(_ from: Int64, _ to: Int64) {
            for time in stride(from: from, through: to, by: 40) { story.picture(.whole, byteCount: 1, at: .ms(time)) }
        }
        run(0, 1_000)
        story.picture(.dropped, byteCount: 0, at: .ms(1_040))
        run(1_600, 2_000)
        story.picturesPaused()
        run(8_000, 9_000)
        run(9_700, 10_020)
        story.wentAway()
        story.lost(1, of: .video, at: .ms(11_000))
        run(14_020, 15_020)
        story.lost(1, of: .video, at: .ms(15_300))
        run(15_500, 15_540)
        story.ended(at: .ms(20_540))
        #expect(story.proof.freezes.map(\.cause) == ["loss", "mute", "sender", "away", "sender"])
        #expect(story.proof.freezes.map(\.atMilliseconds) == [1_000, 2_000, 9_000, 10_020, 15_540])
        #expect(story.proof.freezes.map(\.milliseconds) == [600, 6_000, 700, 4_000, 5_000])
    }

    @Test("calls no slow sender's pictures frozen")
    func slowSender() {
        var story = Self.story(from: 0)
        for time in stride(from: Int64(0), to: 60_000, by: 1_000) { story.picture(.whole, byteCount: 1, at: .ms(time)) }
        #expect(story.proof.freezes.count <= 1)
    }

    @Test("lists sizes, rotations, mutes and absences from the file's beginning on")
    func changes() {
        var story = Self.story()
        for (time, width) in [(1_000, 320), (2_000, 320), (3_500, 640)] as [(Int64, Int)] {
            story.resized(PictureSize(width: width, height: 240), at: .ms(time))
        }
        story.rotated(.quarter, at: .ms(1_000))
        story.rotated(.quarter, at: .ms(1_500))
        story.rotated(.none, at: .ms(4_000))
        story.muted(.audio, from: .ms(500), to: .ms(3_000))
        story.muted(.video, from: .ms(2_000), to: .ms(3_000))
        story.cameBack(awaySince: .ms(5_000), at: .ms(9_000))
        let proof = story.proof
        #expect(proof.sizes.map(\.atMilliseconds) == [0, 2_500])
        #expect(proof.rotations.map(\.degrees) == [90, 0])
        #expect(
            proof.mutes == [
                .init(atMilliseconds: 0, milliseconds: 2_000, cause: "audio"),
                .init(atMilliseconds: 1_000, milliseconds: 1_000, cause: "video"),
            ])
        #expect(proof.absences == [.init(atMilliseconds: 4_000, milliseconds: 4_000)])
    }

    @Test("says what was measured of the clocks, to a tenth, and of an offset only if there are both")
    func clock() {
        var timeline = PeerTimeline(origin: .ms(0))
        let (sound, picture) = (timeline.addTrack(rate: .opus), timeline.addTrack(rate: .video))
        for index in Int64(0)..<7_000 {
            let now = Instant.ms(index * 20)
            timeline.noteArrival(of: Self.frame(.opus, index * 960 + index / 10, now), track: sound)
            timeline.noteArrival(of: Self.frame(.vp8, index * 1_800, now), track: picture)
        }
        let both = TakeProof.Clock(timeline.clock.measurements, sound: sound, picture: picture)
        #expect(both.audioDriftPartsPerMillion.map { abs($0 - 104.2) < 5 } == true)
        #expect(both.audioDriftPartsPerMillion.map { ($0 * 10).rounded() / 10 == $0 } == true)
        #expect(both.videoDriftPartsPerMillion.map { abs($0) < 5 } == true)
        #expect(both.offsetMilliseconds == nil)
        #expect(TakeProof.Clock(timeline.clock.measurements, sound: nil, picture: nil).audioDriftPartsPerMillion == nil)
    }

    private static func frame(_ codec: Codec, _ ticks: Int64, _ now: Instant) -> Frame {
        Frame(codec: codec, ticks: ticks, isKeyframe: true, bytes: [1], arrival: now)
    }

    @Test("needs no more memory for a day than for hours, and loses no count by it")
    func bounded() {
        var story = Self.story(from: 0)
        let day: Int64 = 21_600_000
        for (index, time) in stride(from: Int64(0), to: day, by: 1_000).enumerated() {
            story.picture(index % 3 == 0 ? .repaired : .whole, byteCount: 1_250, at: .ms(time))
            story.resized(PictureSize(width: index % 2, height: 1), at: .ms(time))
            if index > 1 { story.lost(1, of: .video, at: .ms(time)) }
            if index % 60 == 0 { story.muted(.audio, from: .ms(time), to: .ms(time + 4_000)) }
        }
        for index in Int64(0)..<400 {
            for picture in Int64(0)..<30 {
                story.picture(.whole, byteCount: 1, at: .ms(day + index * 6_000 + picture * 100))
            }
            story.picture(.dropped, byteCount: 0, at: .ms(day + index * 6_000 + 3_000))
        }
        story.ended(at: .ms(day + 2_400_000))
        let proof = story.proof
        #expect(proof.losses.count <= 360 && proof.videoKilobitsPerSecond.count <= 360)
        #expect(proof.losses.reduce(0) { $0 + $1.picturePackets.lost } == 21_598)
        #expect(proof.losses.reduce(0) { $0 + $1.pictures.repaired } == proof.pictures.repaired)
        #expect(proof.sizes.count == 200)
        #expect(proof.unlistedChangeCount == 21_400)
        #expect(proof.freezes.count == 200)
        #expect(proof.freezes.reduce(0) { $0 + ($1.count ?? 1) } == 400)
        #expect(proof.mutes.reduce(0) { $0 + $1.milliseconds } == 360 * 4_000)
    }

    @Test("is empty before anything happened")
    func empty() {
        var proof = TakeStory().proof
        proof.intervalMilliseconds = 0
        #expect(proof == TakeProof())
    }
}
