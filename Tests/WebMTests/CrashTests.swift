import Bytes
import Codecs
import TestSupport
import Testing

@testable import WebM

/// Goal: wherever a recording is cut off, the file plays up to its last complete cluster.
///
/// Method: take the writes of whole recordings, perform each possible number of them and then a part of
/// the next, and look at what is on the disk.
@Suite("WebM after a crash")
struct CrashTests {
    /// What is recorded before the crash.
    enum Scene: CaseIterable {
        case call, lateTrack, resizedVP8, resizedVP9, resizedAV1

        var steps: [Recordings.Step] {
            get throws {
                switch self {
                case .call: try Recordings.call(seconds: 2.6, lateBy: 1.2)
                case .lateTrack: try Recordings.call(seconds: 2.6, lateBy: 1.2, announcedLate: true)
                case .resizedVP8: try Recordings.resizing(.vp8)
                case .resizedVP9: try Recordings.resizing(.vp9)
                case .resizedAV1: try Recordings.resizing(.av1)
                }
            }
        }
    }

    @Test("every prefix of the writes holds all clusters that are complete", arguments: Scene.allCases)
    func everyPrefix(_ scene: Scene) throws {
        let steps = try scene.steps
        let (writes, counts) = Recordings.writes(steps)
        var disk = FakeDisk()
        for (index, write) in writes.enumerated() {
            for cut in Self.cuts(of: write) where index > 0 {
                var cutDisk = disk
                cutDisk.perform(write, cutTo: cut)
                Self.check(cutDisk.bytes, steps, atLeast: counts[index], "write \(index) cut to \(cut)")
            }
            disk.perform(write)
            Self.check(disk.bytes, steps, atLeast: counts[index + 1], "after write \(index)")
        }
        #expect(WebMFile(reading: disk.bytes).isWhole)
    }

    /// All places near the ends, where headers are, and some between.
    private static func cuts(of write: FileWrite) -> [Int] {
        let count = write.byteCount
        let ends = Array(0..<min(count, 48)) + Array(max(0, count - 16)..<count)
        return Array(Set(ends + Array(stride(from: 0, to: count, by: 211)))).sorted()
    }

    private static func check(_ file: [UInt8], _ steps: [Recordings.Step], atLeast counts: [Int], _ place: String) {
        let webm = WebMFile(reading: file)
        for (track, count) in counts.enumerated() where count > 0 {
            guard webm.tracks.indices.contains(track) else {
                Issue.record("track \(track) is missing \(place)")
                continue
            }
            let found = Recordings.found(file, webm.tracks[track])
            #expect(found.count >= count, "\(place)")
            let sent = Recordings.sent(steps, track: track)
            #expect(found == Array(sent.prefix(found.count)), "\(place)")
        }
        let isDamaged = webm.problems.contains {
            switch $0 {
            case .damaged, .notWebM, .noTracks, .empty, .torn: true
            case .notAnElement(let offset): offset < file.count - 12
            case .notFinished, .cut: false
            }
        }
        #expect(!isDamaged, "\(webm.problems) \(place)")
    }

    @Test(
        "ffmpeg decodes every prefix of the writes without a complaint", .enabled(if: SecondOpinion.isAvailable),
        arguments: Scene.allCases.filter { $0 != .call })
    func ffmpegPrefixes(_ scene: Scene) throws {
        var disk = FakeDisk()
        for (index, write) in Recordings.writes(try scene.steps).writes.enumerated() {
            disk.perform(write)
            guard write != .sync else { continue }
            // Just before the first cluster with a new track, the head names a track without samples.
            let isSwitching = WebMFile(reading: disk.bytes).tracks.contains { $0.samples.isEmpty }
            let answer = try SecondOpinion.decode(disk.bytes, extension: "webm", isSwitching ? ["-map", "0:a"] : [])
            #expect(answer.errors == "", "after write \(index)")
            #expect(answer.status == 0, "after write \(index)")
        }
    }

    @Test("ffmpeg decodes what is there of a file cut inside a cluster", .enabled(if: SecondOpinion.isAvailable))
    func ffmpegCut() throws {
        let (writes, counts) = Recordings.writes(try Scene.call.steps)
        var disk = FakeDisk()
        for write in writes[..<2] { disk.perform(write) }
        for cut in [1, 3, 9, 15, 100, 700, writes[2].byteCount - 1] {
            var cutDisk = disk
            cutDisk.perform(writes[2], cutTo: cut)
            let answer = try SecondOpinion.decodeTolerantly(cutDisk.bytes, extension: "webm")
            #expect(answer.status == 0, "cut to \(cut): \(answer.errors)")
            let packets = try SecondOpinion.probe(cutDisk.bytes, extension: "webm", entries: "packet=pts").output
            #expect(packets.split(separator: "\n").count >= counts[2][0] - 1, "cut to \(cut)")
        }
    }
}
