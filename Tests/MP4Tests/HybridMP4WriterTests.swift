import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("Hybrid MP4 writer")
struct HybridMP4WriterTests {
    @Test("gives back every sample, before and after finishing", arguments: [Fixture.Name.aac, .opus])
    func roundTrip(_ audio: Fixture.Name) throws {
        let steps = try Recordings.call(seconds: 3, audio: audio)
        let growing = Recordings.file(Recordings.writes(steps.dropLast() + [.cut]))
        let finished = Recordings.file(Recordings.writes(steps))

        let (before, after) = (MovieFile(reading: growing), MovieFile(reading: finished))
        #expect(before.problems == [.notFinished])
        #expect(before.form == .fragmented)
        #expect(after.problems == [])
        #expect(after.form == .classic)
        #expect(before.fragmentCount == 6)
        for track in 0...1 {
            let sent = Recordings.samples(steps, track: track)
            #expect(Recordings.samples(growing, before.tracks[track]) == sent)
            #expect(Recordings.samples(finished, after.tracks[track]) == sent)
        }
    }

    @Test("says the same of the tracks in both forms")
    func formats() throws {
        let steps = try Recordings.call(seconds: 1)
        let formats = [try Fixture(.aac).format, try Fixture(.h264).format]
        for steps in [steps.dropLast() + [.cut], steps] {
            let file = MovieFile(reading: Recordings.file(Recordings.writes(Array(steps))))
            #expect(file.tracks.map(\.format) == formats)
            #expect(file.tracks.map(\.handler) == ["soun", "vide"])
            #expect(file.tracks.map(\.timescale) == [.opus, .video])
            #expect(file.tracks.map(\.width) == [0, 160])
            #expect(file.creation == 1_790_000_000 + 2_082_844_800)
        }
    }

    @Test("keeps a track that starts late in step", arguments: [false, true])
    func lateStart(_ announcedLate: Bool) throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1.7, announcedLate: announcedLate)
        let growing = MovieFile(reading: Recordings.file(Recordings.writes(steps.dropLast() + [.cut])))
        let finished = MovieFile(reading: Recordings.file(Recordings.writes(steps)))
        #expect(growing.tracks.map { $0.samples.first?.decodeTicks } == [0, 153_000])
        #expect(finished.tracks.map(\.samples) == growing.tracks.map(\.samples))
        #expect(finished.problems == [])
    }

    @Test("says after each fragment how long it is by now", arguments: [false, true])
    func growingDuration(_ announcedLate: Bool) throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1.2, announcedLate: announcedLate)
        for (index, step) in steps.enumerated() {
            guard case .cut = step else { continue }
            let movie = MovieFile(reading: Recordings.file(Recordings.writes(Array(steps[...index]))))
            let end = try #require(movie.tracks.map { $0.endTicks * 1000 / Int64($0.timescale.ticksPerSecond) }.max())
            #expect(movie.durationNanoseconds.map { abs($0 / 1_000_000 - end) <= 1 } == true)
        }
        let finished = MovieFile(reading: Recordings.file(Recordings.writes(steps)))
        #expect(finished.durationNanoseconds.map { ($0 + 5_000_000) / 10_000_000 } == 301)
    }

    @Test("takes a second and a third track while it grows")
    func lateTracks() throws {
        let (sound, picture) = (try Fixture(.aac), try Fixture(.h264))
        var steps: [Recordings.Step] = [.track(sound)]
        for (track, second) in [(0, 0), (1, 1), (2, 2)] {
            if track > 0 { steps.append(.track(track == 1 ? picture : try Fixture(.opus))) }
            for other in 0...track {
                let fixture = other == 0 ? sound : other == 1 ? picture : try Fixture(.opus)
                let rate = Int64(fixture.timescale.ticksPerSecond)
                let samples = fixture.samples(seconds: 0.9, from: Int64(second) * rate)
                steps += samples.map { .sample($0, track: other) }
            }
            steps.append(.cut)
        }
        let growing = Recordings.file(Recordings.writes(steps))
        let finished = Recordings.file(Recordings.writes(steps + [.finish]))
        for file in [growing, finished] {
            let movie = MovieFile(reading: file)
            #expect(movie.tracks.count == 3)
            for track in 0...2 {
                let found = Recordings.samples(file, movie.tracks[track]).map(\.bytes)
                #expect(found == Recordings.samples(steps, track: track).map(\.bytes))
            }
        }
        let heads = MovieFile(reading: growing).boxes.prefix(5).map(\.type)
        #expect(heads == ["ftyp", "free", "free", "free", "moov"])
    }

    @Test("refuses a track only when the head is full")
    func room() throws {
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let sound = try Fixture(.aac)
        guard case .h264(_, _, let sequenceSets, _) = try Fixture(.h264).format else { return }
        let huge = TrackFormat.h264(
            width: 160, height: 96, sequenceParameterSets: sequenceSets,
            pictureParameterSets: [[UInt8](repeating: 8, count: 5000)])
        #expect(writer.hasRoom(for: huge))
        let track = writer.addTrack(sound.format, timescale: sound.timescale)
        for sample in sound.samples { writer.append(sample, track: track) }
        writer.cutFragment()
        #expect(!writer.hasRoom(for: huge))
        #expect(writer.hasRoom(for: try Fixture(.h264).format))
    }

    @Test("keeps pictures that are decoded in another order")
    func reordered() throws {
        let fixture = try Fixture(.reordered)
        var steps: [Recordings.Step] = [.track(fixture)]
        for (index, var sample) in fixture.samples.enumerated() {
            if index == 30 { steps.append(.cut) }
            sample.compositionOffsetTicks -= 3000
            steps.append(.sample(sample, track: 0))
        }
        let growing = MovieFile(reading: Recordings.file(Recordings.writes(steps + [.cut])))
        let finished = MovieFile(reading: Recordings.file(Recordings.writes(steps + [.finish])))
        let offsets = fixture.compositionOffsets.map { $0 - 3000 }
        #expect(Set(offsets).count > 2)
        let shown = zip(fixture.samples, offsets).map { $0.decodeTicks + Int64($1) }
        #expect(growing.tracks[0].samples.map(\.presentationTicks) == shown)
        #expect(finished.tracks[0].samples == growing.tracks[0].samples)
    }

    @Test("gives each sample the time until the next, whatever duration was promised")
    func unevenDurations() throws {
        let times: [Int64] = [0, 2_900, 6_100, 50_000, 53_000]
        let steps: [Recordings.Step] = times.enumerated().flatMap { index, ticks -> [Recordings.Step] in
            let sample = Sample(decodeTicks: ticks, durationTicks: 3000, isKeyframe: index == 0, bytes: [1, 2, 3])
            let step = Recordings.Step.sample(sample, track: 0)
            return index == 3 ? [.cut, step] : [step]
        }
        let track = Recordings.Step.track(try Fixture(.h264))
        let growing = MovieFile(reading: Recordings.file(Recordings.writes([track] + steps + [.cut])))
        let finished = MovieFile(reading: Recordings.file(Recordings.writes([track] + steps + [.finish])))
        #expect(growing.tracks[0].samples.map(\.decodeTicks) == times)
        #expect(finished.tracks[0].samples.map(\.decodeTicks) == times)
        #expect(finished.tracks[0].samples.map(\.durationTicks) == [2_900, 3_200, 43_900, 3_000, 3_000])
    }

    @Test("holds the last picture until the recording stops", arguments: [false, true])
    func holdLast(_ isWritten: Bool) throws {
        let fixture = try Fixture(.h264)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(fixture.format, timescale: fixture.timescale)
        for sample in fixture.samples { writer.append(sample, track: track) }
        if isWritten { writer.cutFragment() }
        writer.holdLast(track: track, until: 450_000)
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        #expect(MovieFile(reading: disk.bytes).tracks.map(\.endTicks) == [450_000])
    }

    @Test("writes nothing for a recording of nothing")
    func empty() throws {
        #expect(Recordings.writes([.track(try Fixture(.aac)), .cut, .finish]) == [])
    }

    @Test("leaves a track without samples out of the finished file")
    func silentTrack() throws {
        let (sound, picture) = (try Fixture(.aac), try Fixture(.h264))
        let samples = sound.samples.map { Recordings.Step.sample($0, track: 1) }
        let file = Recordings.file(Recordings.writes([.track(picture), .track(sound)] + samples + [.finish]))
        #expect(MovieFile(reading: file).tracks.map(\.handler) == ["soun"])
        #expect(MovieFile(reading: file).isWhole)
    }

    @Test("says how much of the timeline the open fragment covers")
    func openDuration() throws {
        let fixture = try Fixture(.aac)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(fixture.format, timescale: fixture.timescale)
        #expect(writer.openFragmentDuration == .zero)
        for sample in fixture.samples.prefix(75) { writer.append(sample, track: track) }
        #expect(writer.openFragmentDuration == .milliseconds(1600))
        #expect(writer.openPayloadByteCount == fixture.samples.prefix(75).reduce(0) { $0 + $1.bytes.count })
        writer.cutFragment()
        #expect(writer.openFragmentDuration == .zero)
        #expect(writer.openPayloadByteCount == 0)
    }

    @Test("cuts a fragment by itself before it outgrows memory")
    func hugeFragment() throws {
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(try Fixture(.h264).format, timescale: .video)
        let bytes = [UInt8](repeating: 0, count: 40 << 20)
        for index in 0..<2 {
            writer.append(
                Sample(decodeTicks: Int64(index), durationTicks: 1, isKeyframe: true, bytes: bytes), track: track)
        }
        #expect(writer.nextWrite() != nil)
        #expect(writer.openPayloadByteCount == bytes.count)
    }
}
