import Bytes
import Capture
import Codecs
import Foundation
import MP4
import TestSupport
import Testing
import Units

@testable import Repair

@Suite("Putting the streams beside a take together")
struct StreamsRepairTests {
    private static func scene(
        _ recorded: RecordedTake, hasTimes: Bool = true, take: [UInt8]? = nil
    ) throws -> Scene {
        let scene = try Scene()
        for (stream, bytes) in recorded.streams where hasTimes || stream != .times {
            try scene.write("x.mp4.\(stream.fileExtension)", bytes)
        }
        if let take { try scene.write("x.mp4", take) }
        return scene
    }

    @Test("gives back every sample at its own time, where the take itself is gone")
    func timed() throws {
        let recorded = try Recorded.take(hasStreams: true)
        let scene = try Self.scene(recorded)
        let reports = try scene.repair("x.mp4.h264")
        #expect(reports.map(\.outcome) == [.repaired], "\(reports)")
        let (old, new) = (Content(recorded.file.bytes), Content(try scene.bytes("x.repaired.mp4")))
        #expect(new == old)
        #expect(!new.pictures.isEmpty && !new.sounds.isEmpty)
    }

    @Test("is not done where the take itself is whole, or can be finished", arguments: [true, false])
    func takeIsThere(isFinished: Bool) throws {
        let recorded = try Recorded.take(finish: isFinished, hasStreams: true)
        let scene = try Self.scene(recorded, take: recorded.file.bytes)
        let reports = try scene.repair("x.mp4.h264")
        #expect(reports.map(\.outcome) == [isFinished ? .whole : .repaired] && reports[0].kind == .movie)
    }

    @Test("is what a directory with a take without an index comes to")
    func inDirectory() throws {
        let recorded = try Recorded.take(hasStreams: true)
        let media: [UInt8] = [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3]
        let scene = try Self.scene(recorded, take: [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0] + media)
        #expect(try scene.repair().map(\.outcome) == [.repaired])
        #expect(Content(try scene.bytes("x.repaired.mp4")) == Content(recorded.file.bytes))
        #expect(try scene.repair(inPlace: true).map(\.outcome) == [.repaired])
        #expect(Content(try scene.bytes("x.mp4")) == Content(recorded.file.bytes))
    }

    @Test("spreads pictures over the sound without times, and says so")
    func untimed() throws {
        let scene = try Self.scene(try Recorded.take(hasStreams: true), hasTimes: false)
        let reports = try scene.repair("x.mp4.aac")
        #expect(reports.map(\.outcome) == [.repaired], "\(reports)")
        #expect(reports[0].notes.contains { $0.hasPrefix("Assumed: ") && $0.contains("evenly") })
        let movie = MovieFile(reading: try scene.bytes("x.repaired.mp4"))
        #expect(movie.isWhole && movie.tracks.count == 2)
        let ends = movie.tracks.map { $0.endTicks * 1000 / Int64($0.timescale.ticksPerSecond) }
        #expect(abs(ends[0] - ends[1]) <= 2)
    }

    @Test("places pictures by what lies beside them in a file that has lost its index")
    func interleaved() throws {
        guard SecondOpinion.isAvailable else { return }
        let recorded = try Recorded.take(hasStreams: true)
        let whole = try SecondOpinion.remux(recorded.file.bytes, from: "mp4", to: "mp4")
        let index = try #require(MovieFile(reading: whole).boxes.first { $0.type == "moov" })
        let scene = try Self.scene(recorded, hasTimes: false, take: Array(whole[..<index.offset]))
        let reports = try scene.repair("x.mp4")
        #expect(reports.map(\.outcome) == [.repaired], "\(reports)")
        #expect(reports[0].notes.contains { $0.contains("beside which x.mp4 holds it") }, "\(reports[0].notes)")
        let found = try Self.pictureTimes(try scene.bytes("x.repaired.mp4"))
        let expected = try Self.pictureTimes(recorded.file.bytes)
        #expect(found.count == expected.count)
        let errors = zip(found, expected).map { abs($0 - $1) }
        #expect(errors.max() ?? 0 <= 45, "by up to \(errors.max() ?? 0) ms")
    }

    @Test("finds the samples of a file without index by their sizes alone", arguments: [true, false])
    func journal(isOneBox: Bool) throws {
        let recorded = try Recorded.take(hasStreams: true)
        let old = Content(recorded.file.bytes)
        var bytes: [UInt8] = [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0]
        if isOneBox {
            bytes += [0, 0, 0, 0] + Array("mdat".utf8)
            for sample in try Self.inOrder(recorded) { bytes += sample }
        } else {
            // A take that has lost all but its boxes of media.
            let unfinished = try Recorded.take(finish: false).file.bytes
            for box in MovieFile(reading: unfinished).boxes where box.type == "mdat" {
                bytes += unfinished[box.offset..<box.end]
            }
        }
        let scene = try Scene()
        try scene.write("z.mp4", bytes)
        try scene.write("z.mp4.times", try #require(recorded.streams[.times]))
        let reports = try scene.repair("z.mp4")
        #expect(reports.map(\.outcome) == [.repaired], "\(reports)")
        let new = Content(try scene.bytes("z.repaired.mp4"))
        #expect(new.pictures.starts(with: old.pictures.prefix(50)) && new.sounds.starts(with: old.sounds.prefix(80)))
        if isOneBox { #expect(new == old) }
    }

    /// The samples of a take in the order of its times.
    private static func inOrder(_ recorded: RecordedTake) throws -> [[UInt8]] {
        var (times, samples) = (RecoveryTimes(), [[UInt8]]())
        let tracks = MovieFile(reading: recorded.file.bytes).tracks
        var rest = ["vide", "soun"].map { kind in tracks.first { $0.handler == kind }?.samples[...] ?? [] }
        times.push(try #require(recorded.streams[.times]))
        while let entry = times.next() {
            guard let sample = rest[entry.isPicture ? 0 : 1].popFirst() else { break }
            samples.append(recorded.file.bytes.read(at: sample.offset, count: sample.byteCount))
        }
        return samples
    }

    @Test("survives times that lie a century apart") func farApart() throws {
        let fixture = try Fixture(.reordered)
        let scene = try Scene()
        try scene.write("y.mp4.h264", fixture.samplesInBand.flatMap { H264.byteStream(of: $0.bytes) })
        var times = "Lathe times 1 video=90000\n"
        for (number, sample) in fixture.samplesInBand.enumerated() {
            let ticks = Int64(number) * (number < 3 ? 3_000 : 9_000_000_000)
            times +=
                "v \(ticks) \(number % 2 == 0 ? 16_000_000 : -16_000_000) \(sample.bytes.count) \(sample.isKeyframe ? "k" : "-")\n"
        }
        try scene.write("y.mp4.times", times)
        let reports = try scene.repair("y.mp4.h264")
        #expect(reports.allSatisfy { [.repaired, .partly].contains($0.outcome) }, "\(reports)")
    }

    @Test("shows pictures in the order that they tell") func reordered() throws {
        let fixture = try Fixture(.reordered)
        let scene = try Scene()
        try scene.write("y.mp4.h264", fixture.samplesInBand.flatMap { H264.byteStream(of: $0.bytes) })
        #expect(try scene.repair("y.mp4.h264").map(\.outcome) == [.repaired])
        let movie = MovieFile(reading: try scene.bytes("y.repaired.mp4"))
        let shown = movie.tracks.first?.samples.map(\.presentationTicks) ?? []
        let expected = fixture.samples.map { $0.decodeTicks + Int64($0.compositionOffsetTicks) }
        let (first, earliest) = (shown.min() ?? 0, expected.min() ?? 0)
        #expect(shown.map { $0 - first } == expected.map { $0 - earliest })
    }

    private static func pictureTimes(_ bytes: [UInt8]) throws -> [Int64] {
        let track = try #require(MovieFile(reading: bytes).tracks.first { $0.handler == "vide" })
        return track.samples.map { $0.decodeTicks * 1000 / Int64(track.timescale.ticksPerSecond) }
    }

    @Test("goes on at the usual distance where the times end") func shortTimes() throws {
        var recorded = try Recorded.take(hasStreams: true)
        let times = try #require(recorded.streams[.times])
        recorded.streams[.times] = Array(times.prefix(times.count / 2))
        let scene = try Self.scene(recorded)
        let reports = try scene.repair("x.mp4.times")
        #expect(reports[0].notes.contains { $0.contains("behind the last time") })
        let (old, new) = (Content(recorded.file.bytes), Content(try scene.bytes("x.repaired.mp4")))
        #expect(new.pictures.count == old.pictures.count && new.sounds.count == old.sounds.count)
    }

    @Test("loses little to a damaged line or a damaged sample", arguments: 0..<60)
    func damage(number: Int) throws {
        var recorded = try Recorded.take(hasStreams: true)
        let streams: [RecoveryStreams.Stream] = [.times, .pictures(.h264), .sound]
        let stream = streams[number % 3]
        var bytes = try #require(recorded.streams[stream])
        let place = bytes.count * (1 + number) / 62
        bytes[place] ^= 1 << UInt8(number % 8)
        recorded.streams[stream] = bytes
        let scene = try Self.scene(recorded)
        let reports = try scene.repair("x.mp4.h264")
        #expect(reports.allSatisfy { [.repaired, .partly].contains($0.outcome) }, "\(reports)")
        let (old, new) = (Content(recorded.file.bytes), Content(try scene.bytes("x.repaired.mp4")))
        #expect(new.pictures.count + 2 >= old.pictures.count, "\(stream), byte \(place)")
        // Two lines in one are two samples, and the next of the same size is taken for the first.
        #expect(new.sounds.count + 3 >= old.sounds.count, "\(stream), byte \(place)")
    }
}
