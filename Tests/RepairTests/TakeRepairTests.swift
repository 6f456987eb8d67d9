import Bytes
import Capture
import Codecs
import Foundation
import MP4
import Storage
import TestSupport
import Testing
import WebM

@testable import Repair

@Suite("Repairing our own takes")
struct TakeRepairTests {
    @Test("leaves a whole file alone", arguments: [Container.mp4, .webm])
    func whole(container: Container) throws {
        let scene = try Scene()
        let name = "7_20260314101503250.\(container.fileExtension)"
        try scene.write(name, try Recorded.take(container).file.bytes)
        let reports = try scene.repair(name)
        #expect(reports.map(\.outcome) == [.whole])
        #expect(RepairStatus.status(of: reports) == 0)
        #expect(scene.names == [name])
    }

    @Test("puts a whole file beside one that a crash cut off", arguments: [Container.mp4, .webm])
    func beside(container: Container) throws {
        let scene = try Scene()
        let name = "7_20260314101503250.\(container.fileExtension)"
        let cut = Array(try Recorded.take(container, finish: false).file.bytes.dropLast(100))
        try scene.write(name, cut)
        let reports = try scene.repair(name)
        #expect(reports.map(\.outcome) == [.repaired] && RepairStatus.status(of: reports) == 0)
        let output = "7_20260314101503250.repaired.\(container.fileExtension)"
        #expect(scene.names == [name, output].sorted() && reports[0].output == "\(scene.path)/\(output)")
        #expect(try scene.bytes(name) == cut)
        let repaired = try scene.bytes(output)
        #expect(container == .webm ? WebMFile(reading: repaired).isWhole : MovieFile(reading: repaired).isWhole)
        // A second time it is there already, and stays.
        let again = try scene.repair(name)
        #expect(again.map(\.outcome) == [.hopeless] && RepairStatus.status(of: again) == 1)
        #expect(try scene.bytes(output) == repaired)
    }

    @Test("finds the fragments of a finished file that has lost its index") func lostIndex() throws {
        let scene = try Scene()
        let whole = try Recorded.take().file.bytes
        let index = try #require(MovieFile(reading: whole).boxes.first { $0.type == "moov" })
        for (number, count) in [index.offset, index.offset + 100, whole.count - 1].enumerated() {
            try scene.write("\(number).mp4", Array(whole[..<count]))
            #expect(try scene.repair("\(number).mp4").map(\.outcome) == [.repaired])
            #expect(Content(try scene.bytes("\(number).repaired.mp4")) == Content(whole))
        }
    }

    @Test("takes the damaged file's place if told to") func inPlace() throws {
        let scene = try Scene()
        try scene.write("a.mp4", try Recorded.take(finish: false).file.bytes)
        #expect(try scene.repair("a.mp4", inPlace: true).map(\.outcome) == [.repaired])
        #expect(scene.names == ["a.mp4"])
        #expect(MovieFile(reading: try scene.bytes("a.mp4")).isWhole)
    }

    @Test("refuses what is being recorded now") func locked() throws {
        let scene = try Scene()
        try scene.write("a.mp4", try Recorded.take(finish: false).file.bytes)
        let lock = try #require(try DirectoryLock(scene.path))
        let reports = try scene.repair("a.mp4", inPlace: true)
        #expect(reports.map(\.outcome) == [.hopeless])
        #expect(reports[0].notes.joined().contains("stop the recording first"))
        withExtendedLifetime(lock) {}
    }

    @Test("keeps sound of whole packets") func sound() throws {
        let scene = try Scene()
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        let stream = try Fixture(.aac).samples.flatMap {
            AAC.adtsHeader(configuration, byteCount: $0.bytes.count) + $0.bytes
        }
        try scene.write("whole.aac", stream)
        #expect(try scene.repair("whole.aac").map(\.outcome) == [.whole])
        try scene.write("cut.aac", Array(stream.dropLast(3)))
        #expect(try scene.repair("cut.aac").map(\.outcome) == [.repaired])
        let kept = try scene.bytes("cut.repaired.aac")
        #expect(stream.starts(with: kept) && stream.count - kept.count < 400)
        try scene.write("hole.aac", Array(stream[..<500] + [1, 2, 3] + stream[500...]))
        #expect(try scene.repair("hole.aac").map(\.outcome) == [.partly])
    }

    @Test("takes what an index of somebody else still finds") func foreign() throws {
        guard SecondOpinion.isAvailable else { return }
        let scene = try Scene()
        let bytes = try SecondOpinion.remux(
            try Recorded.take().file.bytes, from: "mp4", to: "mp4", ["-movflags", "faststart"])
        try scene.write("b.mp4", Array(bytes.prefix(bytes.count * 2 / 3)))
        let reports = try scene.repair("b.mp4")
        #expect(reports.map(\.outcome) == [.repaired] || reports.map(\.outcome) == [.partly])
        let repaired = try scene.bytes("b.repaired.mp4")
        #expect(MovieFile(reading: repaired).isWhole)
        let answer = try SecondOpinion.decode(repaired, extension: "mp4")
        #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    }

    @Test("says what is missing where nothing can be done") func hopeless() throws {
        let scene = try Scene()
        let bytes = try Recorded.take().file.bytes
        let media: [UInt8] = [0, 0, 0, 0] + Array("mdat".utf8) + bytes.suffix(4_000)
        try scene.write("c.mp4", [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 2, 0] + media)
        try scene.write("d.txt", "hello")
        try scene.write("e.mp4", [])
        let reports = try scene.repair("c.mp4")
        #expect(reports.map(\.outcome) == [.hopeless])
        #expect(reports[0].notes.joined().contains("c.mp4.h264"))
        #expect(try scene.repair("d.txt").map(\.outcome) == [.hopeless])
        let empty = try scene.repair("e.mp4")
        #expect(empty.map(\.outcome) == [.empty] && RepairStatus.status(of: empty) == 2)
        // A power cut may leave the head of what was written first, and nothing behind it.
        let begun = try Recorded.take(finish: false).file.bytes
        let head = try #require(begun.indices.first { begun[$0...].starts(with: Array("moof".utf8)) }) - 4
        try scene.write("f.mp4", begun[..<head] + [UInt8](repeating: 0, count: 2_000))
        #expect(try scene.repair("f.mp4").map(\.outcome) == [.empty])
        #expect(scene.names == ["c.mp4", "d.txt", "e.mp4", "f.mp4"])
    }

    @Test(
        "comes to one exit status",
        arguments: [
            ([], 2), ([.whole], 0), ([.repaired, .whole], 0), ([.empty], 2), ([.hopeless], 1),
            ([.hopeless, .empty], 1),
            ([.whole, .hopeless], 3), ([.partly], 3), ([.partly, .hopeless], 3), ([.repairable], 0),
        ] as [([RepairReport.Outcome], Int32)])
    func status(outcomes: [RepairReport.Outcome], status: Int32) {
        let reports = outcomes.map { outcome in
            var report = RepairReport(failed: "a", RepairRefusal("b"))
            report.outcome = outcome
            return report
        }
        #expect(RepairStatus.status(of: reports) == status)
    }

    @Test("ends MP3 that was cut off where its sound ends, and does so once", arguments: [true, false])
    func mp3(inPlace: Bool) throws {
        let made = try Damageable(.mp3)
        let scene = try Scene()
        try scene.write(made.name, Array(made.bytes.dropLast(200)))
        let reports = try scene.repair(made.name, inPlace: inPlace)
        #expect(reports.map(\.outcome) == [.repaired] && reports[0].kind == .mp3, "\(reports)")
        // 79 whole frames, of which a decoder keeps 1105 samples.
        #expect(reports[0].durationMilliseconds == 2_039)
        #expect(reports[0].notes == ["218 bytes belong to no whole frame; silence stands for them."])
        let output = inPlace ? made.name : made.output
        #expect(
            Damageable.content(try scene.bytes(output), output).sounds.prefix(79).elementsEqual(
                made.sounds.prefix(79).map(\.bytes)))
        #expect(try scene.repair(output, inPlace: true).map(\.outcome) == [.whole])
        try scene.write("b.mp3", [UInt8](repeating: 7, count: 9_000))
        #expect(try scene.repair("b.mp3").map(\.outcome) == [.hopeless])
    }
}
