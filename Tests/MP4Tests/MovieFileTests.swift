import Bytes
import Codecs
import TestSupport
import Testing

@testable import MP4

@Suite("MP4 file")
struct MovieFileTests {
    private static func short(finished: Bool) throws -> [UInt8] {
        let fixture = try Fixture(.aac)
        let picture = try Fixture(.h264)
        var steps: [Recordings.Step] = [.track(fixture), .track(picture)]
        for sample in fixture.samples.prefix(4) {
            steps.append(.sample(sample, track: 0))
        }
        for var sample in picture.samples.dropFirst().prefix(3) {
            sample.compositionOffsetTicks = 3
            steps.append(.sample(sample, track: 1))
        }
        return Recordings.file(Recordings.writes(steps + [finished ? .finish : .cut]))
    }

    @Test("is never trapped by a file that is cut anywhere", arguments: [false, true])
    func prefixes(_ finished: Bool) throws {
        let file = try Self.short(finished: finished)
        var wholeCount = 0
        for count in 0..<file.count where MovieFile(reading: Array(file.prefix(count))).isWhole { wholeCount += 1 }
        #expect(wholeCount == 0)
    }

    @Test("is never trapped by a file with one bit wrong", arguments: [false, true])
    func bitFlips(_ finished: Bool) throws {
        let file = try Self.short(finished: finished)
        let holdsSamples = MovieFile(reading: file).tracks.flatMap(\.samples).count
        #expect(holdsSamples == 7)
        for index in file.indices where file[index] != 0 || index % 16 == 0 {
            // Of the zeros that fill the room at the head, one in 16 is enough.
            for bit in 0..<8 {
                var wrong = file
                wrong[index] ^= 1 << UInt8(bit)
                for sample in MovieFile(reading: wrong).tracks.flatMap(\.samples) {
                    guard sample.offset >= 0, sample.offset + sample.byteCount <= wrong.count else {
                        Issue.record("a sample outside the file, bit \(bit) of byte \(index)")
                        return
                    }
                }
            }
        }
    }

    @Test("says what is wrong", arguments: [0, 3, 60, 700, 6000])
    func problems(_ count: Int) throws {
        let file = MovieFile(reading: Array(try Self.short(finished: false).prefix(count)))
        let expected: [MovieProblem] =
            switch count {
            case 0: [.empty]
            case 3: [.cutInHeader(at: 0), .noMovie]
            case 60: [.cut("moov", at: 48, missing: 1073), .noMovie]
            case 700: [.cut("moov", at: 48, missing: 433), .noMovie]
            default: [.notFinished] + file.problems.dropFirst()
            }
        #expect(file.problems == expected)
        #expect(!file.isWhole)
    }

    @Test("refuses a size that is smaller than its own header")
    func impossibleSize() throws {
        let file = MovieFile(reading: [0, 0, 0, 7, 0x66, 0x72, 0x65, 0x65, 1, 2, 3])
        #expect(file.problems == [.notABox(at: 0), .noMovie])
    }

    @Test("notices samples that an index announces and the file does not hold")
    func samplesMissing() throws {
        let steps = try Recordings.call(seconds: 1)
        let file = Recordings.file(Recordings.writes(steps))
        let movie = MovieFile(reading: file)
        guard let index = movie.boxes.last, index.type == "moov" else {
            Issue.record("no index")
            return
        }
        // The media is gone, but for its head; the index is not.
        let moved = Array(file[..<32]) + Array(file[index.offset...])
        let problems = MovieFile(reading: moved).problems
        let counts = movie.tracks.map(\.samples.count)
        #expect(problems == [.samplesMissing(track: 1, count: counts[0]), .samplesMissing(track: 2, count: counts[1])])
    }

    @Test("reads what ffmpeg writes", .enabled(if: SecondOpinion.isAvailable))
    func foreign() throws {
        let source = Recordings.file(Recordings.writes(try Recordings.call(seconds: 2)))
        for flags in [
            "+faststart", "+frag_keyframe+empty_moov", "+frag_keyframe+default_base_moof", "+negative_cts_offsets",
        ] {
            let file = try SecondOpinion.remux(source, from: "mp4", to: "mp4", ["-movflags", flags])
            let movie = MovieFile(reading: file)
            #expect(movie.problems == [], "\(flags)")
            #expect(movie.tracks.map(\.samples.count).sorted() == [60, 94], "\(flags)")
        }
    }

    @Test("refuses times that no recording has", arguments: [FourCC("elst"), "tfdt", "stts"])
    func implausibleTimes(_ type: FourCC) throws {
        let fixture = try Fixture(.opus)
        let steps =
            [Recordings.Step.track(fixture)]
            + fixture.samples(seconds: 0.1, from: 48_000).map { .sample($0, track: 0) }
        var file = Recordings.file(Recordings.writes(steps + [type == "tfdt" ? .cut : .finish]))
        let name = Array("\(type)".utf8)
        let place = try #require(file.indices.last { file[$0...].starts(with: name) })
        // Both clocks tick once a second, and whatever comes behind the box's version is as large as it can be.
        for clock in ["mvhd", "mdhd"] {
            let start = try #require(file.indices.last { file[$0...].starts(with: Array(clock.utf8)) })
            file.replaceSubrange(start + 16..<start + 20, with: [0, 0, 0, 1])
        }
        // Behind version and flags; behind a count as well; behind how many samples a run has.
        let start = place + (type == "tfdt" ? 8 : type == "elst" ? 12 : 16)
        file.replaceSubrange(start..<start + 4, with: [0x7F, 0xFF, 0xFF, 0xFF])
        let problems = MovieFile(reading: file).problems
        #expect(problems.contains { if case .damaged = $0 { true } else { false } })
    }
}
