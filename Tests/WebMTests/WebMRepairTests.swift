import Bytes
import Codecs
import TestSupport
import Testing

@testable import WebM

@Suite("WebM repair")
struct WebMRepairTests {
    @Test("makes a whole file of every prefix of a recording, with all that is in it")
    func everyPrefix() throws {
        let (writes, _) = Recordings.writes(try Recordings.call(seconds: 2.6, lateBy: 1.2, announcedLate: true))
        var disk = FakeDisk()
        var repairCount = 0
        for write in writes {
            let count = write.byteCount
            let cuts = Array(0..<min(count, 48)) + Array(stride(from: 48, to: count, by: 97)) + [max(0, count - 1)]
            for cut in cuts where !disk.bytes.isEmpty {
                var cutDisk = disk
                cutDisk.perform(write, cutTo: cut)
                repairCount += Self.check(cutDisk, "cut to \(cut)")
            }
            disk.perform(write)
            repairCount += Self.check(disk, "uncut")
        }
        #expect(repairCount > 300)
    }

    private static func check(_ broken: FakeDisk, _ place: String) -> Int {
        let before = WebMFile(reading: broken.bytes)
        guard let writes = WebMRepair.writes(for: before) else {
            #expect(before.isWhole)
            return 0
        }
        var disk = broken
        for write in writes { disk.perform(write) }
        let after = WebMFile(reading: disk.bytes)
        #expect(after.problems == [], "\(place)")
        #expect(after.cueCount > 0)
        for (track, old) in zip(after.tracks, before.tracks) {
            #expect(track.samples.map(\.offset) == old.samples.map(\.offset), "\(place)")
            #expect(track.samples.map(\.nanoseconds) == old.samples.map(\.nanoseconds), "\(place)")
        }
        return 1
    }

    @Test("ffmpeg decodes a repaired file without a complaint", .enabled(if: SecondOpinion.isAvailable))
    func ffmpeg() throws {
        let (writes, _) = Recordings.writes(try Recordings.call(seconds: 2))
        for cut in [1, 5, 700] {
            var disk = FakeDisk()
            disk.perform(writes[0])
            disk.perform(writes[1], cutTo: cut)
            for write in WebMRepair.writes(for: WebMFile(reading: disk.bytes)) ?? [] { disk.perform(write) }
            #expect(try SecondOpinion.decode(disk.bytes, extension: "webm").errors == "", "cut to \(cut)")
        }
    }

    @Test("leaves alone what is whole, empty, or somebody else's")
    func others() throws {
        let whole = Recordings.file(try Recordings.call(seconds: 1))
        #expect(WebMRepair.writes(for: WebMFile(reading: whole)) == nil)
        #expect(WebMRepair.writes(for: WebMFile(reading: [UInt8]())) == nil)
        #expect(WebMRepair.writes(for: WebMFile(reading: Array("hello, world".utf8))) == nil)
    }
}
