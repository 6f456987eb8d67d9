import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("Video codecs in MP4")
struct VideoFormatTests {
    static let codecs: [Fixture.Name] = [.h264, .h265, .vp8, .vp9, .av1, .h264Wide, .h265Wide, .av1Wide]

    private static func steps(_ name: Fixture.Name) throws -> [Recordings.Step] {
        let fixture = try Fixture(name)
        return [.track(fixture)] + fixture.samplesInBand.map { .sample($0, track: 0) }
    }

    @Test("both forms of the file give back what the samples are", arguments: codecs)
    func roundTrip(_ name: Fixture.Name) throws {
        let steps = try Self.steps(name)
        for last in [Recordings.Step.cut, .finish] {
            let file = Recordings.file(Recordings.writes(steps + [last]))
            let track = try #require(MovieFile(reading: file).tracks.first)
            let format = try Fixture(name).format
            #expect(track.format == format)
            #expect(track.entries.count == 1)
            #expect(track.entries.first?.colour == format.colour)
            #expect(track.entries.first?.pixelAspectRatio == (name.rawValue.hasPrefix("h26") ? Self.ratio(name) : nil))
            #expect(Recordings.samples(file, track) == Recordings.samples(steps, track: 0))
        }
    }

    private static func ratio(_ name: Fixture.Name) -> PixelAspectRatio? {
        name.rawValue.hasSuffix("-wide") ? PixelAspectRatio(horizontal: 4, vertical: 3) : nil
    }

    @Test(
        "ffmpeg knows each codec, its colour and its pixels, and decodes it", .enabled(if: SecondOpinion.isAvailable),
        arguments: zip(
            codecs,
            [
                "h264|avc1|160|96|1:1|unknown|unknown", "hevc|hvc1|160|96|1:1|tv|bt709",
                "vp8|vp08|160|96|N/A|tv|unknown", "vp9|vp09|160|96|N/A|tv|unknown", "av1|av01|160|96|N/A|tv|bt709",
                "h264|avc1|224|128|4:3|tv|bt709", "hevc|hvc1|224|128|4:3|tv|unknown",
                "av1|av01|224|128|N/A|tv|bt709",
            ]))
    func ffprobe(_ name: Fixture.Name, _ expected: String) throws {
        for last in [Recordings.Step.cut, .finish] {
            let file = Recordings.file(Recordings.writes(try Self.steps(name) + [last]))
            let entries = "stream=codec_name,codec_tag_string,width,height,sample_aspect_ratio,color_range,color_space"
            let answer = try SecondOpinion.probe(file, extension: "mp4", entries: entries)
            #expect(answer.output == expected + "\n")
            #expect(answer.errors == "")
            #expect(try SecondOpinion.decode(file, extension: "mp4").errors == "")
        }
    }

    @Test("is never trapped by a sample entry with one bit wrong", arguments: codecs)
    func bitFlips(_ name: Fixture.Name) throws {
        var writer = BoxWriter()
        let format = try Fixture(name).format
        writer.sampleEntry(format, BoxWriter.Appearance(of: format))
        neverTraps(writer.bytes) { bytes throws(WireError) in
            _ = try SampleEntryReader.readEntry(bytes.span, handler: "vide")
        }
    }

    @Test("writes a record that says nothing where parameter sets cannot be read")
    func unreadableSets() throws {
        let formats: [TrackFormat] = [
            .h264(width: 16, height: 16, sequenceParameterSets: [[9]], pictureParameterSets: []),
            .h265(
                width: 16, height: 16, videoParameterSets: [], sequenceParameterSets: [[9]], pictureParameterSets: []),
            .av1(width: 16, height: 16, sequenceHeader: [9]),
        ]
        for format in formats {
            var writer = BoxWriter()
            writer.sampleEntry(format, BoxWriter.Appearance())
            let entry = try SampleEntryReader.readEntry(writer.bytes.span, handler: "vide")
            #expect(entry.format?.codec == format.codec)
            #expect(entry.format?.pictureSize == format.pictureSize)
        }
    }
}
