import Bytes
import Codecs
import TestSupport
import Testing

@testable import WebM

@Suite("WebM file")
struct WebMFileTests {
    private static func short(finished: Bool) throws -> [UInt8] {
        let (sound, picture) = (try Fixture(.opus), try Fixture(.vp8))
        var steps: [Recordings.Step] = [.track(sound), .track(picture)]
        steps += sound.samples.prefix(4).map { .sample($0, track: 0) }
        steps += picture.samples.dropFirst().prefix(3).map { .sample($0, track: 1) }
        return Recordings.file(steps + [finished ? .finish : .cut])
    }

    @Test("is never trapped by a file that is cut anywhere", arguments: [false, true])
    func prefixes(_ finished: Bool) throws {
        let file = try Self.short(finished: finished)
        var wholeCount = 0
        for count in 0..<file.count where WebMFile(reading: Array(file.prefix(count))).isWhole { wholeCount += 1 }
        #expect(wholeCount == 0)
    }

    @Test("is never trapped by a file with one bit wrong", arguments: [false, true])
    func bitFlips(_ finished: Bool) throws {
        let file = try Self.short(finished: finished)
        #expect(WebMFile(reading: file).tracks.flatMap(\.samples).count == 7)
        for index in file.indices where file[index] != 0 || index % 16 == 0 {
            // Of the zeros that fill the room at the head, one in 16 is enough.
            for bit in 0..<8 {
                var wrong = file
                wrong[index] ^= 1 << UInt8(bit)
                for sample in WebMFile(reading: wrong).tracks.flatMap(\.samples) {
                    guard sample.offset >= 0, sample.offset + sample.byteCount <= wrong.count else {
                        Issue.record("a sample outside the file, bit \(bit) of byte \(index)")
                        return
                    }
                }
            }
        }
    }

    @Test("says what is wrong")
    func problems() throws {
        let file = try Self.short(finished: true)
        #expect(WebMFile(reading: [UInt8]()).problems == [.empty])
        #expect(WebMFile(reading: Array("hello, world".utf8)).problems == [.notWebM])
        #expect(WebMFile(reading: Array(file.prefix(30))).problems.contains(.noTracks))
        let cut = WebMFile(reading: Array(file.dropLast(5)))
        let segment = cut.elements[1]
        #expect(cut.problems == [.cut(.segment, at: segment.offset, missing: 5)])
    }

    @Test("reads what ffmpeg writes", .enabled(if: SecondOpinion.isAvailable))
    func foreign() throws {
        let source = Recordings.file(try Recordings.call(seconds: 2))
        for (options, isWhole) in [([], true), (["-live", "1"], false), (["-cluster_time_limit", "300"], true)] {
            let file = WebMFile(reading: try SecondOpinion.remux(source, from: "webm", to: "webm", options))
            #expect(file.isWhole == isWhole, "\(options) \(file.problems)")
            #expect(file.tracks.map(\.samples.count) == [100, 60], "\(options)")
            #expect(file.tracks.map(\.kind) == [.audio, .video])
        }
    }

    @Test("ffmpeg sees what we see", .enabled(if: SecondOpinion.isAvailable), arguments: [false, true])
    func secondOpinion(_ finished: Bool) throws {
        let steps = try Recordings.call(seconds: 3, lateBy: 1)
        let file = Recordings.file(finished ? steps : steps.dropLast() + [.cut])
        let answer = try SecondOpinion.probe(file, extension: "webm", entries: "packet=stream_index,pts,size,flags")
        #expect(answer.errors == "")
        var ours: [String] = []
        for (index, track) in WebMFile(reading: file).tracks.enumerated() {
            ours += track.samples.map {
                "\(index)|\($0.nanoseconds / 1_000_000)|\($0.byteCount)|\($0.isKeyframe ? "K" : "_")_"
            }
        }
        #expect(answer.output.split(separator: "\n").map(String.init).sorted() == ours.sorted())
    }
}
