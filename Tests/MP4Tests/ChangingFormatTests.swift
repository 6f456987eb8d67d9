import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("A change of format in MP4")
struct ChangingFormatTests {
    static let codecs: [Fixture.Name] = [.h264, .h265, .vp8, .vp9, .av1]

    @Test("gives each format an entry of its own, in both forms", arguments: codecs)
    func entries(_ name: Fixture.Name) throws {
        let steps = try Recordings.resizing(name)
        let formats = [try Fixture(name).format, try Fixture(name.wide ?? name).format]
        let growing = Recordings.file(Recordings.writes(steps.dropLast() + [.cut]))
        let finished = Recordings.file(Recordings.writes(steps))
        for (file, expected) in [(growing, formats), (finished, formats + formats.prefix(1))] {
            let movie = MovieFile(reading: file)
            let track = try #require(movie.tracks.first)
            #expect(track.entries.map(\.format) == expected)
            let numbers = track.samples.map { Int($0.entry) }
            #expect(numbers == [0, 1, 0, 1].flatMap { [Int](repeating: $0, count: 15) })
            #expect(Recordings.samples(file, track) == Recordings.samples(steps, track: 0))
            #expect(movie.tracks.map { $0.entries.count } == [expected.count, 1])
        }
    }

    @Test("ffmpeg shows every size, and says nothing", .enabled(if: SecondOpinion.isAvailable), arguments: codecs)
    func ffmpeg(_ name: Fixture.Name) throws {
        let steps = try Recordings.resizing(name)
        for steps in [steps.dropLast() + [.cut], steps] {
            let file = Recordings.file(Recordings.writes(Array(steps)))
            #expect(try SecondOpinion.decode(file, extension: "mp4").errors == "")
            let answer = try SecondOpinion.probe(file, extension: "mp4", entries: "frame=width,height")
            let sizes = answer.output.split(separator: "\n").compactMap { line -> String? in
                let numbers = line.split(separator: "|").prefix(2)
                return numbers.count == 2 ? numbers.joined(separator: "x") : nil
            }
            let expected = ["160x96", "224x128", "160x96", "224x128"].flatMap { [String](repeating: $0, count: 15) }
            #expect(sizes == expected)
            // What a player takes the track for before it has seen a picture.
            let stream = try SecondOpinion.probe(file, extension: "mp4", entries: "stream=width,height")
            #expect(stream.output.hasPrefix("160|96"))
        }
    }

    @Test("is none if the format stays as it is, and a new file's matter if the codec changes")
    func refusals() throws {
        let (picture, sound) = (try Fixture(.h264), try Fixture(.opus))
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let video = writer.addTrack(picture.format, timescale: .video)
        let audio = writer.addTrack(sound.format, timescale: .opus)
        writer.append(picture.samples[0], track: video)
        let refused = writer.changeFormat(try Fixture(.h265).format, track: video)
        #expect(!refused)
        let sounds = writer.changeFormat(.opus(channelCount: 2, preSkip: 0), track: audio)
        #expect(!sounds)
        let same = writer.changeFormat(picture.format, track: video)
        #expect(same)
        #expect(writer.nextWrite() == nil)
    }

    @Test("before the first sample simply replaces the format")
    func beforeTheFirst() throws {
        let (small, large) = (try Fixture(.h264), try Fixture(.h264Wide))
        let steps: [Recordings.Step] =
            [.track(small), .format(large, track: 0)] + large.samplesInBand.map { .sample($0, track: 0) }
        for last in [Recordings.Step.cut, .finish] {
            let movie = MovieFile(reading: Recordings.file(Recordings.writes(steps + [last])))
            #expect(movie.tracks.first?.entries.map(\.format) == [large.format])
        }
    }

    @Test("a format too many goes on in band")
    func tooMany() throws {
        let fixture = try Fixture(.vp8)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(fixture.format, timescale: .video)
        let count = OutputTrack.maximumFormatCount + 5
        for (number, var sample) in fixture.samples(seconds: 4).prefix(count).enumerated() {
            let changed = writer.changeFormat(.vp8(width: 100 + number, height: 100), track: track)
            #expect(changed)
            sample.isKeyframe = true
            writer.append(sample, track: track)
        }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let movie = MovieFile(reading: disk.bytes)
        #expect(movie.isWhole)
        #expect(movie.tracks.first?.samples.count == count)
        #expect(movie.tracks.first?.entries.count == OutputTrack.maximumFormatCount + 1)
        #expect(movie.tracks.first?.samples.map { Int($0.entry) }.max() == OutputTrack.maximumFormatCount - 1)
    }

    @Test("that no sample followed leaves no trace")
    func unused() throws {
        let (small, large) = (try Fixture(.h264), try Fixture(.h264Wide))
        let steps: [Recordings.Step] =
            [.track(small)] + small.samplesInBand.map { .sample($0, track: 0) } + [.format(large, track: 0), .finish]
        let movie = MovieFile(reading: Recordings.file(Recordings.writes(steps)))
        #expect(movie.tracks.first?.entries.map(\.format) == [small.format])
    }

    @Test("is read back from a file whose bits are wrong without a trap")
    func bitFlips() throws {
        let (small, large) = (try Fixture(.vp8), try Fixture(.vp8Wide))
        let steps: [Recordings.Step] =
            [.track(small)] + small.samples.prefix(2).map { .sample($0, track: 0) } + [.format(large, track: 0)]
            + large.samples(seconds: 0.05, from: 6000).map { .sample($0, track: 0) } + [.cut]
        let file = Recordings.file(Recordings.writes(steps))
        let notes = MovieFile(reading: file).boxes.filter { $0.type == "free" }.suffix(1)
        let note = try #require(notes.first)
        for index in note.offset..<note.end {
            for bit in 0..<8 {
                var wrong = file
                wrong[index] ^= 1 << UInt8(bit)
                let count = MovieFile(reading: wrong).tracks.first?.entries.count ?? 0
                #expect(count <= 2)
            }
        }
    }
}
