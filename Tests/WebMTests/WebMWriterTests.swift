import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import WebM

@Suite("WebM writer")
struct WebMWriterTests {
    @Test("gives back every sample, before and after finishing", arguments: [false, true])
    func roundTrip(_ announcedLate: Bool) throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1.7, announcedLate: announcedLate)
        let growing = Recordings.file(steps.dropLast() + [.cut])
        let finished = Recordings.file(steps)
        let (before, after) = (WebMFile(reading: growing), WebMFile(reading: finished))
        #expect(before.problems == [.notFinished])
        #expect(after.problems == [])
        #expect(before.durationNanoseconds == 3_000_000_000)
        #expect(after.durationNanoseconds == 3_000_000_000)
        #expect(after.clusterCount == 6)
        #expect(after.cueCount == 2)
        for track in 0...1 {
            let sent = Recordings.sent(steps, track: track)
            #expect(Recordings.found(growing, before.tracks[track]) == sent)
            #expect(Recordings.found(finished, after.tracks[track]) == sent)
        }
        #expect(after.tracks.map(\.format) == [try Fixture(.opus).format, try Fixture(.vp8).format])
        #expect(after.tracks.map(\.endNanoseconds) == [3_000_000_000, 3_000_000_000])
    }

    @Test("says after each cluster how long it is by now")
    func growingDuration() throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1.2, announcedLate: true)
        for (index, step) in steps.enumerated() {
            guard case .cut = step else { continue }
            let file = WebMFile(reading: Recordings.file(Array(steps[...index])))
            let end = try #require(file.tracks.map(\.endNanoseconds).max())
            // The file's times of blocks are whole milliseconds.
            #expect(file.durationNanoseconds.map { abs($0 - end) <= 1_000_000 } == true)
        }
    }

    @Test("gives two pictures of one millisecond two times")
    func sameMillisecond() throws {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(try Fixture(.vp8).format, timescale: .video)
        for ticks in [3_000, 3_001, 3_002, 6_000] as [Int64] {
            writer.append(
                Sample(decodeTicks: ticks, durationTicks: 1, isKeyframe: true, bytes: [1, 2, 3]), track: track)
        }
        writer.cutFragment()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let times = WebMFile(reading: disk.bytes).tracks[0].samples.map(\.nanoseconds)
        #expect(times == [33_000_000, 34_000_000, 35_000_000, 67_000_000])
    }

    @Test("finishing points at what it says it points at")
    func seekHead() throws {
        let file = WebMFile(reading: Recordings.file(try Recordings.call(seconds: 3)))
        let segment = file.elements[1]
        #expect(segment.children.first?.id == .seekHead)
        #expect(segment.children.first?.children.map(\.id) == [.seek, .seek, .seek, .void])
        #expect(segment.children.last?.id == .cues)
        #expect(segment.end == file.byteCount)
        #expect(!segment.hasUnknownSize)
    }

    @Test("everything that is switched by one write lies in one sector")
    func sectors() throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1, announcedLate: true)
        for write in Recordings.writes(steps).writes {
            guard case .overwrite(let offset, let bytes) = write, bytes.count <= 16 else { continue }
            #expect(offset / 512 == (offset + bytes.count - 1) / 512)
        }
    }

    @Test("refuses a track only when the head is full")
    func room() throws {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let sound = try Fixture(.opus)
        _ = writer.addTrack(sound.format, timescale: sound.timescale)
        writer.append(sound.samples[0], track: 0)
        writer.cutFragment()
        var count = 0
        while writer.hasRoom(for: sound.format) {
            let track = writer.addTrack(sound.format, timescale: sound.timescale)
            writer.append(sound.samples[0], track: track)
            writer.cutFragment()
            count += 1
        }
        #expect((2...20).contains(count))
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let file = WebMFile(reading: disk.bytes)
        #expect(file.tracks.count == count + 1)
        #expect(file.tracks.allSatisfy { $0.samples.count == 1 })
    }

    @Test("cuts a cluster by itself before its times outgrow 16 bits")
    func longCluster() throws {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(.vp8(width: 16, height: 16), timescale: .video)
        for second in 0..<90 {
            writer.append(
                Sample(decodeTicks: Int64(second) * 90_000, durationTicks: 90_000, isKeyframe: true, bytes: [1]),
                track: track)
        }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let file = WebMFile(reading: disk.bytes)
        #expect(file.clusterCount == 3)
        #expect(file.tracks[0].samples.map(\.nanoseconds) == (0..<90).map { $0 * 1_000_000_000 })
    }

    @Test("holds the last picture until the recording stops")
    func holdLast() throws {
        let fixture = try Fixture(.vp8)
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(fixture.format, timescale: fixture.timescale)
        for sample in fixture.samples { writer.append(sample, track: track) }
        writer.holdLast(track: track, until: 450_000)
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        #expect(WebMFile(reading: disk.bytes).tracks.map(\.endNanoseconds) == [5_000_000_000])
    }

    @Test("writes nothing for a recording of nothing")
    func empty() throws {
        #expect(Recordings.writes([.track(try Fixture(.opus)), .cut, .finish]).writes == [])
    }

    @Test("lists where to jump to by sound if the pictures never came")
    func picturesNeverCame() throws {
        let (sound, picture) = (try Fixture(.opus), try Fixture(.vp8))
        var steps: [Recordings.Step] = [.track(picture), .track(sound)]
        for (index, sample) in sound.samples.enumerated() {
            if index % 25 == 24 { steps.append(.cut) }
            steps.append(.sample(sample, track: 1))
        }
        let file = WebMFile(reading: Recordings.file(steps + [.finish]))
        #expect(file.isWhole)
        #expect(file.tracks.map(\.kind) == [.audio])
        #expect(file.cueCount == 5)
    }

    @Test("says how much of the timeline the open cluster covers")
    func openDuration() throws {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let sound = try Fixture(.opus)
        let track = writer.addTrack(sound.format, timescale: sound.timescale)
        for sample in sound.samples.prefix(30) { writer.append(sample, track: track) }
        #expect(writer.openFragmentDuration == .milliseconds(600))
        writer.cutFragment()
        #expect(writer.openFragmentDuration == .zero)
    }
}
