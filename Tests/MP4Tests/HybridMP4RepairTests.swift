import Bytes
import Codecs
import TestSupport
import Testing

@testable import MP4

@Suite("MP4 repair")
struct HybridMP4RepairTests {
    @Test(
        "makes a whole file of every prefix of a recording, with all that is in it",
        arguments: [.lateTrack, .resizedH264, .resizedH265, .resizedAV1] as [CrashTests.Scene])
    func everyPrefix(_ scene: CrashTests.Scene) throws {
        let steps = try scene.steps
        let writes = Recordings.writes(steps)
        var disk = FakeDisk()
        var repairCount = 0
        for write in writes {
            for cut in CrashTests.cuts(of: write) where !disk.bytes.isEmpty {
                var cutDisk = disk
                cutDisk.perform(write, cutTo: cut)
                repairCount += try Self.check(cutDisk, steps)
            }
            disk.perform(write)
            repairCount += try Self.check(disk, steps)
        }
        #expect(repairCount > 300)
    }

    /// Repairs a disk's file if it needs that, and says whether it did.
    private static func check(_ broken: FakeDisk, _ steps: [Recordings.Step]) throws -> Int {
        let before = MovieFile(reading: broken.bytes)
        guard let writes = HybridMP4Repair.writes(for: before) else {
            #expect(before.isWhole)
            return 0
        }
        var disk = broken
        for write in writes { disk.perform(write) }
        let after = MovieFile(reading: disk.bytes)
        #expect(after.problems == [])
        let heard = before.tracks.filter { !$0.samples.isEmpty }
        #expect(after.tracks.map(\.samples) == heard.map(\.samples))
        for (found, was) in zip(after.tracks, heard) {
            let lastUsed = Int(was.samples.map(\.entry).max() ?? 0)
            // Of several entries the first is repeated at the end.
            let repeated = lastUsed > 0 ? [was.entries[0]] : []
            #expect(found.entries.map(\.format) == (was.entries[...lastUsed] + repeated).map(\.format))
        }
        #expect(after.creation == before.creation)
        return 1
    }

    @Test("keeps what was shown in another order, and what was skipped at the start")
    func details() throws {
        let (pictures, sound) = (try Fixture(.reordered), try Fixture(.opus))
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: Recordings.creation)
        let video = writer.addTrack(pictures.format, timescale: pictures.timescale)
        let audio = writer.addTrack(.opus(channelCount: 1, preSkip: 312), timescale: sound.timescale)
        for var sample in pictures.samples {
            sample.compositionOffsetTicks -= 3000
            writer.append(sample, track: video)
        }
        for sample in sound.samples(seconds: 1, from: 48_000) { writer.append(sample, track: audio) }
        writer.cutFragment()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let before = MovieFile(reading: disk.bytes)
        for write in HybridMP4Repair.writes(for: before) ?? [] { disk.perform(write) }
        let after = MovieFile(reading: disk.bytes)
        #expect(after.isWhole)
        let same = after.tracks.map(\.samples) == before.tracks.map(\.samples)
        #expect(same)
        #expect(after.tracks.map(\.format) == before.tracks.map(\.format))
    }

    @Test("ffmpeg decodes a repaired file without a complaint", .enabled(if: SecondOpinion.isAvailable))
    func ffmpeg() throws {
        var disk = FakeDisk()
        let writes = Recordings.writes(try Recordings.call(seconds: 2))
        disk.perform(writes[0])
        disk.perform(writes[1], cutTo: 700)
        for write in HybridMP4Repair.writes(for: MovieFile(reading: disk.bytes)) ?? [] { disk.perform(write) }
        #expect(try SecondOpinion.decode(disk.bytes, extension: "mp4").errors == "")
    }

    @Test("leaves alone what is whole, empty, or somebody else's")
    func others() throws {
        let whole = Recordings.file(Recordings.writes(try Recordings.call(seconds: 1)))
        #expect(HybridMP4Repair.writes(for: MovieFile(reading: whole)) == nil)
        #expect(HybridMP4Repair.writes(for: MovieFile(reading: [UInt8]())) == nil)
        #expect(HybridMP4Repair.writes(for: MovieFile(reading: Array("hello, world".utf8))) == nil)
    }
}
