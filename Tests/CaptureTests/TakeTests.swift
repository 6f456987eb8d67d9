import Capture
import Codecs
import Testing
import Units

@Suite("A take")
struct TakeTests {
    @Test("opens on a keyframe, and leaves out what comes before it")
    func opensOnKeyframe() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        take.video(Fixtures.h264(), at: .ms(5))
        #expect(take.origin == nil)
        take.video(Fixtures.h264Key(), at: .ms(40))
        #expect(take.origin == .ms(40))
        #expect(take.counters.droppedBeforeKeyframe == 1)
        #expect(events(&take).prefix(2) == [.keyframeNeeded(at: .ms(5)), .opened(.mp4, at: .ms(40))])
    }

    @Test("holds the last clean picture until another comes, and asks for a keyframe once")
    func hold() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        take.video(Fixtures.h264Key(), at: .ms(0))
        take.video(Fixtures.h264(number: 1), at: .ms(33))
        take.video(Fixtures.h264(number: 2, isBroken: true), at: .ms(100))
        take.video(Fixtures.h264(number: 3, isBroken: true), at: .ms(133))
        take.video(Fixtures.h264(number: 4), at: .ms(200))
        let file = finish(&take, at: .ms(240))
        #expect(MovieProbe(file.bytes).tracks[1]?.durations == [2_970, 15_030, 3_600])
        #expect(take.counters.droppedAfterLoss == 2)
        #expect(take.story.proof.pictures == PictureCounts(whole: 3, dropped: 2))
        let told = events(&take).dropFirst(2)
        #expect(
            Array(told) == [
                .keyframeNeeded(at: .ms(100)), .recovered(droppedCount: 2, at: .ms(200)), .closed(at: .ms(240)),
            ])
    }

    @Test("begins a fragment with a keyframe, unless the one before would have a single picture")
    func keyframesCut() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        // All of them keyframes, each longer than the shortest fragment.
        for number in 0..<8 { take.video(Fixtures.h264Key(), at: .ms(Int64(number) * 120)) }
        _ = finish(&take, at: .ms(960))
        #expect(take.counters.videoSampleCount == 8)
        #expect(take.counters.fragmentCount == 4)
    }

    @Test("keeps broken pictures if told to, once a keyframe came")
    func keep() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil, onLoss: .keep))
        take.video(Fixtures.h264(isBroken: true), at: .ms(0))
        take.video(Fixtures.h264Key(), at: .ms(33))
        take.video(Fixtures.h264(number: 1, isBroken: true), at: .ms(66))
        take.video(Fixtures.h264(number: 2), at: .ms(100))
        let file = finish(&take, at: .ms(140))
        #expect(MovieProbe(file.bytes).tracks[1]?.durations == [2_970, 3_060, 3_600])
        #expect((take.counters.brokenSampleCount, take.counters.droppedAfterLoss) == (1, 0))
        #expect(take.story.proof.pictures == PictureCounts(whole: 2, broken: 1))
        let told = events(&take)
        #expect(told.first == .keyframeNeeded(at: .ms(0)))
        #expect(told.contains(.keyframeNeeded(at: .ms(66))))
    }

    @Test("turns the track as its first picture says, and tells of every turn after that")
    func rotation() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        for (number, rotation) in [Rotation.quarter, nil, .quarter, Rotation.none, nil, .half].enumerated() {
            var frame = number == 0 ? Fixtures.h264Key() : Fixtures.h264()
            frame.rotation = rotation
            take.video(frame, at: .ms(Int64(number) * 40))
        }
        let told = events(&take)
        guard case .trackStarted(_, let rotation, _) = told[1] else {
            Issue.record("no track started")
            return
        }
        #expect(rotation == .quarter)
        #expect(told.dropFirst(2) == [.rotated(.none, at: .ms(120)), .rotated(.half, at: .ms(200))])
        #expect(take.story.proof.rotations.map(\.degrees) == [90, 0, 180])
    }

    @Test("leaves out pictures that are shown before the keyframe it opened on")
    func leading() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        for (stamp, isKeyframe) in [(9_000, true), (3_600, false), (6_300, false), (12_600, false)] as [(Int64, Bool)] {
            var frame = isKeyframe ? Fixtures.h264Key() : Fixtures.h264()
            frame.ticks = stamp
            take.video(frame, at: .ms(stamp / 90))
        }
        let file = finish(&take, at: .ms(200))
        #expect(MovieProbe(file.bytes).tracks[1]?.durations == [3_600, 5_400])
        #expect(take.counters.droppedBeforeKeyframe == 2)
    }

    @Test("gives pictures out of display order decode times of their own, and ends with the last of them")
    func reordered() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        for (number, shown) in ([0, 3, 1, 2, 6, 4, 5, 9, 7, 8] as [Int64]).enumerated() {
            var frame = number == 0 ? Fixtures.h264Key() : Fixtures.h264()
            frame.ticks = shown * 3_000 + 77
            take.video(frame, at: ChannelTime(nanoseconds: shown * 100_000_000 / 3))
        }
        let movie = MovieProbe(finish(&take, at: .ms(333)).bytes)
        let track = try #require(movie.tracks[1])
        #expect(track.durations.reduce(0, +) == 29_970)
        #expect(track.shown == [0, 3, 1, 2, 6, 4, 5, 9, 7, 8].map { $0 * 3_000 })
    }

    @Test("stays one file when pictures change their size, and says so")
    func resize() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        take.video(Fixtures.h264Key(Fixtures.small), at: .ms(0))
        take.video(Fixtures.h264Key(Fixtures.small), at: .ms(100))
        take.video(Fixtures.h264Key(Fixtures.large), at: .ms(200))
        #expect(events(&take).last == .resized(width: 640, height: 360, at: .ms(200)))
    }

    @Test("ends both tracks at the stop, holding a picture that came long before")
    func endsTogether() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: Fixtures.aac))
        take.video(Fixtures.h264Key(), at: .ms(0))
        for packet in 0..<94 {
            take.audio(AudioPacket(position: Int64(packet) * 1_024, sampleCount: 1_024, bytes: [1]))
            take.advance(to: .ms(Int64(packet) * 21))
        }
        let movie = MovieProbe(finish(&take, at: .ms(2_000)).bytes)
        #expect(movie.tracks[1]?.durations == [180_000])
        #expect(movie.tracks[2]?.durations.reduce(0, +) == 96_000)
    }

    @Test("lets a late track join and start where it came")
    func lateVideo() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: Fixtures.aac))
        for packet in 0..<200 {
            take.audio(AudioPacket(position: 48_000 + Int64(packet) * 1_024, sampleCount: 1_024, bytes: [1]))
            if packet == 150 { take.video(Fixtures.h264Key(), at: .ms(4_250)) }
        }
        let movie = MovieProbe(finish(&take, at: .ms(5_250)).bytes)
        #expect(movie.tracks[2]?.handler == "vide")
        #expect(movie.tracks[2]?.fragmented.first?.time == 292_500)
        #expect(movie.tracks[2].map { $0.delay * 1_000 / movie.movieTimescale } == 3_250)
        #expect(movie.tracks[2]?.durations == [90_000])
    }

    @Test(
        "waits with its beginning for the other track, so that the head names both, but not for long",
        arguments: [100, 400, 500, 900] as [Int64], [true, false])
    func opening(delay: Int64, isSoundLate: Bool) throws {
        var take = try #require(Fixtures.take(video: .h264, audio: Fixtures.aac))
        var (file, packet, begun) = (MemoryFile(), (isSoundLate ? delay * 48 : 0) / 1_024, Int64?.none)
        for time in stride(from: 0 as Int64, to: 2_000, by: 20) {
            while packet * 1_024 <= time * 48 {
                take.audio(AudioPacket(position: packet * 1_024, sampleCount: 1_024, bytes: [1]))
                packet += 1
            }
            let shown = isSoundLate ? time : time - delay
            if shown >= 0, shown % 40 == 0 {
                take.video(shown == 0 ? Fixtures.h264Key() : Fixtures.h264(), at: .ms(time))
            }
            take.advance(to: .ms(time))
            file.perform(&take)
            if begun == nil, !file.bytes.isEmpty { begun = time }
        }
        // A sample waits for the next one before it counts.
        #expect(try #require(begun) <= 680)
        let probe = MovieProbe(file.bytes)
        #expect(probe.topLevel.prefix(3) == (delay < 600 ? ["ftyp", "free", "moov"] : ["ftyp", "free", "free"]))
        #expect(Set(probe.tracks.values.map(\.handler)) == ["vide", "soun"])
    }

    @Test("never orders frames backwards, however their times lie")
    func backwards() throws {
        var take = try #require(Fixtures.take(video: .h264, audio: nil))
        take.video(Fixtures.h264Key(), at: .ms(500))
        for time: Int64 in [533, 533, 400, 0, 566] { take.video(Fixtures.h264(), at: .ms(time)) }
        let movie = MovieProbe(finish(&take, at: .ms(600)).bytes)
        #expect(movie.tracks[1]?.durations == [2_970, 1, 1, 1, 2_967, 3_060])
    }

    @Test("is nothing at all when nothing came")
    func empty() throws {
        var take = try #require(Fixtures.take(video: .vp8, audio: Fixtures.opus))
        take.video(Fixtures.vp8(isKeyframe: false), at: .ms(0))
        #expect(finish(&take, at: .ms(900)).bytes == [])
        #expect(events(&take) == [.keyframeNeeded(at: .ms(0))])
    }

    @Test("refuses what it was not made for, and what comes behind its end")
    func foreign() throws {
        var take = try #require(Fixtures.take(video: .vp8, audio: nil))
        take.video(Fixtures.h264Key(), at: .ms(0))
        take.audio(AudioPacket(position: 0, sampleCount: 960, bytes: [1]))
        #expect(take.counters.droppedForeign == 2)
        take.video(Fixtures.vp8(isKeyframe: true), at: .ms(0))
        let file = finish(&take, at: .ms(40))
        take.video(Fixtures.vp8(isKeyframe: true), at: .ms(50))
        take.finish(at: .ms(90))
        #expect(take.counters.droppedOutside == 1)
        #expect(take.nextWrite() == nil)
        #expect(!file.bytes.isEmpty)
    }

    @Test(
        "chooses the container by what it holds",
        arguments: [
            (.h264, .aac, .mp4), (.h264, .opus, .mp4), (.h264, nil, .mp4), (.vp8, .opus, .webm), (.vp8, nil, .webm),
            (nil, .aac, .m4a), (nil, .opus, .m4a), (.vp8, .aac, nil), (nil, nil, nil), (.opus, nil, nil),
        ] as [(Codec?, Codec?, Container?)])
    func containers(video: Codec?, audio: Codec?, container: Container?) {
        #expect(Container(video: video, audio: audio) == container)
    }

    private func finish(_ take: inout Take, at time: ChannelTime) -> MemoryFile {
        var file = MemoryFile()
        take.finish(at: time)
        file.perform(&take)
        return file
    }

    private func events(_ take: inout Take) -> [TakeEvent] {
        var events: [TakeEvent] = []
        while let event = take.nextEvent() { events.append(event) }
        return events
    }
}
