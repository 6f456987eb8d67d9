import Bytes
import Codecs
import TestSupport
import Testing

@testable import MP4

/// Goal: wherever a recording is cut off, the file plays up to its last complete fragment.
///
/// Method: take the writes of whole recordings, perform each possible number of them and then a part of
/// the next, and look at what is on the disk.
@Suite("MP4 after a crash")
struct CrashTests {
    /// What is recorded before the crash.
    enum Scene: CaseIterable {
        case call, lateTrack
        case resizedH264, resizedH265, resizedVP8, resizedVP9, resizedAV1

        var steps: [Recordings.Step] {
            get throws {
                switch self {
                case .call: try Recordings.call(seconds: 2.6, lateBy: 1.2)
                case .lateTrack: try Recordings.call(seconds: 2.6, lateBy: 1.2, announcedLate: true)
                case .resizedH264: try Recordings.resizing(.h264)
                case .resizedH265: try Recordings.resizing(.h265)
                case .resizedVP8: try Recordings.resizing(.vp8, audio: .opus)
                case .resizedVP9: try Recordings.resizing(.vp9)
                case .resizedAV1: try Recordings.resizing(.av1)
                }
            }
        }
    }

    /// How many samples of each track the first so many writes hold.
    private static func sampleCounts(_ steps: [Recordings.Step]) -> [[Int]] {
        var counts: [[Int]] = [[0, 0]]
        var open = [0, 0]
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: Recordings.creation)
        for step in steps {
            switch step {
            case .track(let fixture): _ = writer.addTrack(fixture.format, timescale: fixture.timescale)
            case .sample(let sample, let track):
                writer.append(sample, track: track)
                open[track] += 1
            case .format(let fixture, let track): _ = writer.changeFormat(fixture.format, track: track)
            case .cut: writer.cutFragment()
            case .finish: writer.finish()
            }
            while let write = writer.nextWrite() {
                if case .append = write { counts.append(open) } else { counts.append(counts[counts.count - 1]) }
            }
        }
        return counts
    }

    @Test("every prefix of the writes holds all fragments that are complete", arguments: Scene.allCases)
    func everyPrefix(_ scene: Scene) throws {
        let steps = try scene.steps
        let writes = Recordings.writes(steps)
        let counts = Self.sampleCounts(steps)
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
        #expect(MovieFile(reading: disk.bytes).isWhole)
    }

    /// All places near the ends, where headers are, and some between.
    static func cuts(of write: FileWrite) -> [Int] {
        let count = write.byteCount
        let ends = Array(0..<min(count, 48)) + Array(max(0, count - 16)..<count)
        return Array(Set(ends + Array(stride(from: 0, to: count, by: 211)))).sorted()
    }

    private static func check(
        _ file: [UInt8], _ steps: [Recordings.Step], atLeast counts: [Int], _ place: String
    ) {
        let movie = MovieFile(reading: file)
        for (track, count) in counts.enumerated() where count > 0 {
            guard movie.tracks.indices.contains(track) else {
                Issue.record("track \(track) is missing \(place)")
                continue
            }
            let found = Recordings.samples(file, movie.tracks[track])
            #expect(found.count >= count, "\(place)")
            let sent = Recordings.samples(steps, track: track)
            #expect(found == Array(sent.prefix(found.count)), "\(place)")
        }
        let isDamaged = movie.problems.contains {
            switch $0 {
            case .damaged, .notABox, .noMovie, .empty, .torn: true
            case .notFinished, .indexNotInForce, .cut, .cutInHeader, .samplesMissing: false
            }
        }
        #expect(!isDamaged, "\(movie.problems) \(place)")
    }

    @Test(
        "ffmpeg decodes every prefix of the writes without a complaint", .enabled(if: SecondOpinion.isAvailable),
        arguments: Scene.allCases.filter { $0 != .call })
    func ffmpegPrefixes(_ scene: Scene) throws {
        var disk = FakeDisk()
        for (index, write) in Recordings.writes(try scene.steps).enumerated() {
            disk.perform(write)
            guard write != .sync else { continue }
            // Just before the first fragment with a new track, the head names a track without samples.
            let isSwitching = MovieFile(reading: disk.bytes).tracks.contains { $0.samples.isEmpty }
            let answer = try SecondOpinion.decode(disk.bytes, extension: "mp4", isSwitching ? ["-map", "0:a"] : [])
            // Between the final index and the last step there are two, and ffmpeg says so: it takes
            // the first, which is right.
            let complaints = answer.errors.split(separator: "\n").filter { !$0.contains("duplicated MOOV") }
            #expect(complaints == [], "after write \(index)")
            #expect(answer.status == 0, "after write \(index)")
        }
    }

    @Test(
        "ffmpeg decodes what is there of a write cut off at the end of a page", .enabled(if: SecondOpinion.isAvailable))
    func ffmpegCut() throws {
        var disk = FakeDisk()
        var partialCount = 0
        for write in Recordings.writes(try Scene.call.steps) {
            let before = try Self.packetCount(disk.bytes)
            for cut in Self.pageEnds(of: write, from: disk.bytes.count) where before > 0 {
                var cutDisk = disk
                cutDisk.perform(write, cutTo: cut)
                let answer = try SecondOpinion.decodeTolerantly(cutDisk.bytes, extension: "mp4")
                #expect(answer.status == 0, "\(answer.errors)")
                #expect(try Self.packetCount(cutDisk.bytes) >= before)
                partialCount += 1
            }
            disk.perform(write)
        }
        #expect(partialCount >= 4)
    }

    private static func pageEnds(of write: FileWrite, from start: Int) -> [Int] {
        guard case .append(let bytes) = write else { return [] }
        return (1..<max(1, bytes.count)).filter { (start + $0) % 4096 == 0 }
    }

    @Test("no fragment's index lies across the end of a page")
    func pages() throws {
        let file = Recordings.file(Recordings.writes(try Recordings.call(seconds: 60).dropLast() + [.cut]))
        let movie = MovieFile(reading: file)
        for box in movie.boxes where box.type == "moof" {
            #expect(box.offset / 4096 == (box.end - 1) / 4096, "\(box.offset)..<\(box.end)")
        }
        #expect(movie.boxes.filter { $0.type == "free" }.count > 2)
        #expect(movie.fragmentCount == 120)
    }

    private static func packetCount(_ file: [UInt8]) throws -> Int {
        let answer = try SecondOpinion.probe(file, extension: "mp4", entries: "packet=pts")
        return answer.output.split(separator: "\n").count
    }
}
