import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import WebM

@Suite("Video codecs in WebM")
struct VideoFormatTests {
    static let codecs: [Fixture.Name] = [.vp8, .vp9, .av1]

    private static func file(_ format: TrackFormat, _ samples: [Sample], _ rotation: Rotation = .none) -> [UInt8] {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(format, timescale: .video, rotation: rotation)
        for sample in samples { writer.append(sample, track: track) }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test("the file gives back what the samples are", arguments: codecs)
    func roundTrip(_ name: Fixture.Name) throws {
        let fixture = try Fixture(name)
        let bytes = Self.file(fixture.format, fixture.samples)
        let file = WebMFile(reading: bytes)
        #expect(file.isWhole)
        let track = try #require(file.tracks.first)
        #expect(track.format == fixture.format)
        #expect(track.colour == fixture.format.colour)
        #expect(Recordings.found(bytes, track).map(\.bytes) == fixture.samples.map(\.bytes))
    }

    @Test("VP9's profile, depth, chroma and colour come back", arguments: 0...7)
    func vp9(_ colourSpace: Int) throws {
        let format = VP9Format(
            size: PictureSize(width: 64, height: 48), profile: 2, bitDepth: 10, chromaSubsampling: 1,
            isFullRange: colourSpace == 2, colourSpace: colourSpace == 6 ? 0 : colourSpace)
        let sample = Sample(decodeTicks: 0, durationTicks: 1, isKeyframe: true, bytes: [1])
        let track = WebMFile(reading: Self.file(.vp9(format), [sample])).tracks.first
        #expect(track?.format == .vp9(format))
    }

    @Test(
        "ffmpeg knows each codec and its colour, and decodes it", .enabled(if: SecondOpinion.isAvailable),
        arguments: zip(codecs, ["vp8|160|96|unknown|unknown", "vp9|160|96|tv|unknown", "av1|160|96|tv|bt709"]))
    func ffprobe(_ name: Fixture.Name, _ expected: String) throws {
        let fixture = try Fixture(name)
        let file = Self.file(fixture.format, fixture.samples)
        let entries = "stream=codec_name,width,height,color_range,color_space"
        let answer = try SecondOpinion.probe(file, extension: "webm", entries: entries)
        #expect(answer.output == expected + "\n")
        #expect(answer.errors == "")
        #expect(try SecondOpinion.decode(file, extension: "webm").errors == "")
    }

    @Test("says how pictures are turned", arguments: Rotation.allCases)
    func rotation(_ rotation: Rotation) throws {
        let fixture = try Fixture(.vp9)
        let file = Self.file(fixture.format, fixture.samples, rotation)
        #expect(WebMFile(reading: file).tracks.map(\.rotation) == [rotation])
        if SecondOpinion.isAvailable { #expect(try SecondOpinion.decode(file, extension: "webm").errors == "") }
    }

    @Test("a change of size goes on, and ffmpeg shows it", arguments: codecs)
    func resized(_ name: Fixture.Name) throws {
        let steps = try Recordings.resizing(name)
        for steps in [steps.dropLast() + [.cut], steps] {
            let file = Recordings.file(steps)
            let found = Recordings.found(file, try #require(WebMFile(reading: file).tracks.last))
            #expect(found.map(\.bytes) == Recordings.sent(Array(steps), track: 1).map(\.bytes))
            guard SecondOpinion.isAvailable else { continue }
            #expect(try SecondOpinion.decode(file, extension: "webm").errors == "")
            let answer = try SecondOpinion.probe(file, extension: "webm", entries: "frame=width")
            let widths = answer.output.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }
            #expect(widths == [160, 224, 160, 224].flatMap { [Int](repeating: $0, count: 15) })
        }
    }

    @Test("a change of codec, or of sound, is a new file's matter")
    func refusals() throws {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let video = writer.addTrack(try Fixture(.vp8).format, timescale: .video)
        let audio = writer.addTrack(try Fixture(.opus).format, timescale: .opus)
        let answers = [
            writer.changeFormat(try Fixture(.vp8Wide).format, track: video),
            writer.changeFormat(try Fixture(.vp9).format, track: video),
            writer.changeFormat(try Fixture(.opus).format, track: audio),
            writer.changeFormat(.opus(channelCount: 2, preSkip: 0), track: audio),
        ]
        #expect(answers == [true, false, true, false])
    }
}
