import Bytes
import Capture
import Codecs
import Foundation
import MP4
import TestSupport
import Testing
import Units
import WebM

@testable import Inspect

@Suite("Inspection")
struct ReportTests {
    /// Two seconds of sound and picture; the picture misses those frames, and starts a second late.
    private static func movie(without missing: Range<Int> = 0..<0, isFinished: Bool = true) throws -> [UInt8] {
        let (sound, picture) = (try Fixture(.aac), try Fixture(.h264))
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 1_790_000_000_000)
        let tracks = (
            writer.addTrack(sound.format, timescale: sound.timescale),
            writer.addTrack(picture.format, timescale: picture.timescale)
        )
        for sample in sound.samples { writer.append(sample, track: tracks.0) }
        for (index, sample) in picture.samples(seconds: 1, from: 90_000).enumerated() where !missing.contains(index) {
            writer.append(sample, track: tracks.1)
        }
        if isFinished { writer.finish() } else { writer.cutFragment() }
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    private static func webM() throws -> [UInt8] {
        let picture = try Fixture(.vp8)
        var writer = WebMWriter(createdAtUnixMilliseconds: 1_790_000_000_000)
        let track = writer.addTrack(picture.format, timescale: picture.timescale)
        for sample in picture.samples { writer.append(sample, track: track) }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test("describes a finished file")
    func finished() throws {
        let report = FileReport(path: "a.mp4", reading: try Self.movie())
        #expect(report.isWhole && report.reasons == [])
        #expect(report.container == .mp4 && report.form == .finished)
        #expect(report.durationMilliseconds == 2027)
        #expect(report.createdAt == Date(timeIntervalSince1970: 1_790_000_000))
        #expect(report.tracks.map(\.codec) == ["aac", "h264"])
        #expect(report.tracks.map(\.startMilliseconds) == [0, 1000])
        #expect(report.tracks.map(\.sampleCount) == [95, 30])
        #expect(report.tracks.map(\.nominalMicroseconds) == [21_333, 33_333])
        #expect(report.tracks[1].width == 160 && report.tracks[1].keyframeCount == 1)
        #expect(report.tracks.allSatisfy { $0.gaps.isEmpty })
        #expect(report.structure.map(\.name) == ["ftyp", "mdat", "moov"])
    }

    @Test("says why a file is not whole")
    func unfinished() throws {
        let report = FileReport(path: "a.mp4", reading: try Self.movie(isFinished: false))
        #expect(!report.isWhole && report.form == .fragmented && report.fragmentCount == 1)
        #expect(report.reasons.count == 1)
        #expect(report.text(showsStructure: false).contains("never finished"))
        let cut = FileReport(path: "a.mp4", reading: Array(try Self.movie().dropLast(100)))
        #expect(cut.reasons.contains { $0.contains("100 bytes are missing") })
    }

    @Test("finds where a picture was held")
    func gaps() throws {
        let report = FileReport(path: "a.mp4", reading: try Self.movie(without: 10..<14))
        #expect(report.tracks[1].gaps == [.init(atMilliseconds: 1300, milliseconds: 167)])
        #expect(report.text(showsStructure: true).contains("held for 167 ms at 1.300 s"))
    }

    @Test("describes WebM")
    func webm() throws {
        let report = FileReport(path: "a.webm", reading: try Self.webM())
        #expect(report.isWhole && report.container == .webM)
        #expect(report.tracks.map(\.codec) == ["vp8"])
        #expect(report.durationMilliseconds == 2000)
        #expect(report.structure.map(\.name) == ["EBML", "Segment"])
    }

    /// Pictures that change their size at 0.5 s and back at 1 s, turned, in whatever container.
    private static func resizing(_ name: Fixture.Name, isWebM: Bool) throws -> [UInt8] {
        let (small, large) = (try Fixture(name), try Fixture(name.wide ?? name))
        var (mp4, webM) = (
            HybridMP4Writer(createdAtUnixMilliseconds: 0), WebMWriter(createdAtUnixMilliseconds: 0)
        )
        if isWebM {
            _ = webM.addTrack(small.format, timescale: .video, rotation: .quarter)
        } else {
            _ = mp4.addTrack(small.format, timescale: .video, rotation: .quarter)
        }
        var ticks: Int64 = 0
        for fixture in [small, large, small] {
            if !isWebM { _ = mp4.changeFormat(fixture.format, track: 0) }
            for var sample in fixture.samplesInBand.prefix(15) {
                sample.decodeTicks = ticks
                ticks += 3000
                if isWebM { webM.append(sample, track: 0) } else { mp4.append(sample, track: 0) }
            }
        }
        if isWebM { webM.finish() } else { mp4.finish() }
        var disk = FakeDisk()
        while let write = isWebM ? webM.nextWrite() : mp4.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test(
        "says how pictures are encoded, turned and resized",
        arguments: zip(
            [Fixture.Name.h264, .h265, .vp8, .vp9, .av1],
            ["avc1.42C00C", "hvc1.1.6.L30.90", "vp08.00.11.08", "vp09.00.11.08", "av01.0.00M.08.0.110.01.01.01.0"]))
    func pictures(_ name: Fixture.Name, _ codecString: String) throws {
        let report = FileReport(path: "a.mp4", reading: try Self.resizing(name, isWebM: false))
        let track = try #require(report.tracks.first)
        #expect(track.codecString == codecString)
        #expect(track.rotationDegrees == 90)
        #expect(track.sampleEntryCount == 2)
        #expect(
            track.formatChanges == [
                .init(atMilliseconds: 500, width: 224, height: 128),
                .init(atMilliseconds: 1000, width: 160, height: 96),
            ])
        #expect(!track.isReordered && track.gaps.isEmpty)
        let text = report.text(showsStructure: false)
        #expect(text.contains("(\(codecString)), 160×96, turned by 90°"))
        #expect(text.contains("2 sample entries"))
        #expect(text.contains("  224×128 from 0.500 s"))
        let json = try Report.file(report).json()
        #expect(json.contains("\"codecString\" : \"\(codecString)\""))
    }

    @Test(
        "says as much of WebM as it tells",
        arguments: zip(
            [Fixture.Name.vp8, .vp9, .av1], ["vp8", "vp09.00.11.08", "av01.0.00M.08.0.110.01.01.01.0"]))
    func webMPictures(_ name: Fixture.Name, _ codecString: String) throws {
        let report = FileReport(path: "a.webm", reading: try Self.resizing(name, isWebM: true))
        let track = try #require(report.tracks.first)
        #expect(track.codecString == codecString)
        #expect(track.rotationDegrees == 90)
        #expect(track.colour == (name == .av1 ? .init(try #require(try Fixture(.av1).format.colour)) : nil))
        #expect(track.sampleEntryCount == nil)
    }

    @Test("says that pixels are no squares, and what colour is")
    func appearance() throws {
        let fixture = try Fixture(.h264Wide)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let number = writer.addTrack(fixture.format, timescale: .video)
        for sample in fixture.samples { writer.append(sample, track: number) }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let report = FileReport(path: "a.mp4", reading: disk.bytes)
        #expect(report.tracks.first?.pixelAspectRatio == "4:3")
        #expect(report.text(showsStructure: false).contains("224×128, pixels 4:3, BT.709"))
    }

    @Test("finds gaps in the order shown, not in the order decoded", arguments: [false, true])
    func reordered(_ hasGap: Bool) throws {
        let fixture = try Fixture(.reordered)
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let number = writer.addTrack(fixture.format, timescale: .video)
        let later: Int32 = 4 * 3000
        for var sample in fixture.samples {
            // Whatever is shown from 1 s on comes later.
            let shown = sample.decodeTicks + Int64(sample.compositionOffsetTicks) - 6000
            sample.compositionOffsetTicks += (hasGap && shown >= 90_000 ? later : 0) - 6000
            writer.append(sample, track: number)
        }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        let track = try #require(FileReport(path: "a.mp4", reading: disk.bytes).tracks.first)
        #expect(track.isReordered)
        #expect(track.startMilliseconds == 0)
        #expect(track.gaps == (hasGap ? [.init(atMilliseconds: 967, milliseconds: 167)] : []))
    }

    @Test("describes MP3, and leaves out what only fills a decoder")
    func mp3() throws {
        let frames = MP3Frames(.mono48, count: 50)
        var take = Take(
            TakeSettings(
                video: nil, audio: .mp3(sampleRate: 48_000, channelCount: 1, delay: 1_105), container: .mp3,
                createdAtUnixMilliseconds: 0))
        for (number, bytes) in frames.frames.enumerated() {
            take.audio(AudioPacket(position: Int64(max(0, number * 1_152 - 1_105)), sampleCount: 1_152, bytes: bytes))
        }
        take.finish(at: .ms(1_160))
        var disk = FakeDisk()
        while let write = take.nextWrite() { disk.perform(write) }
        let report = FileReport(path: "a.mp3", reading: disk.bytes)
        #expect(report.isWhole && report.container == .mp3 && report.form == .finished)
        #expect(report.durationMilliseconds == 1_160)
        #expect(report.tracks.map(\.codec) == ["mp3"] && report.tracks[0].sampleRate == 48_000)
        #expect(report.tracks[0].sampleCount == 50 && report.tracks[0].channelCount == 1)
        #expect(report.tracks[0].gaps == [] && (64...68).contains(report.tracks[0].bitsPerSecond / 1_000))
        #expect(report.text(showsStructure: false).contains("audio mp3 (mp3), 48000 Hz, 1 channel, 50 samples"))
        let cut = FileReport(path: "a.mp3", reading: Array(disk.bytes.dropLast(100)))
        #expect(!cut.isWhole && cut.reasons == ["92 bytes belong to no whole frame; silence stands for them."])
    }

    @Test("describes raw AAC, and where it stops being that")
    func adts() throws {
        let fixture = try Fixture(.aac)
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        let file = fixture.samples.flatMap {
            AAC.adtsHeader(configuration, byteCount: $0.bytes.count) + $0.bytes
        }
        let report = FileReport(path: "a.aac", reading: file)
        #expect(report.isWhole && report.container == .adts)
        #expect(report.durationMilliseconds == 2027)
        #expect(report.tracks.map(\.sampleCount) == [95])
        let cut = FileReport(path: "a.aac", reading: Array(file.dropLast(3)))
        #expect(!cut.isWhole && cut.tracks[0].sampleCount == 94)
    }

    @Test("refuses what is no media, in words", arguments: [[], Array("hello, world".utf8)] as [[UInt8]])
    func noMedia(_ bytes: [UInt8]) {
        let report = FileReport(path: "a", reading: bytes)
        #expect(!report.isWhole && report.container == .unknown && report.reasons.count == 1)
    }

    @Test("says the same in JSON")
    func json() throws {
        let report = FileReport(path: "a.mp4", reading: try Self.movie(without: 3..<9))
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let text = try Report.file(report).json()
        #expect(try decoder.decode(FileReport.self, from: Data(text.utf8)) == report)
    }

    @Test("judges a recording's directory")
    func directory() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let write = { (name: String, bytes: [UInt8]) in try Data(bytes).write(to: folder.appending(path: name)) }

        #expect(try Report(of: folder.path).isWhole == false)
        try write("1_x.mp4", try Self.movie())
        #expect(try Report(of: folder.path).isWhole)
        try write("metadata.txt", [])
        let open = try DirectoryReport(ofDirectory: folder.path)
        #expect(open.reasons == ["The recording did not end in order: recording2-done.txt is missing."])
        try write("recording2-done.txt", [])
        #expect(try Report(of: folder.path).isWhole)
        try write("2_x.webm", Array(try Self.webM().dropLast(9)))
        let report = try DirectoryReport(ofDirectory: folder.path)
        #expect(report.files.map(\.path) == ["1_x.mp4", "2_x.webm"])
        #expect(report.reasons.count == 1)
        #expect(report.otherFiles == ["metadata.txt", "recording2-done.txt"])
        #expect(try Report(of: folder.path).text().hasPrefix("\(folder.path): not whole"))
    }

    @Test("says what is missing where there is nothing")
    func nothing() {
        #expect(throws: NothingThere.self) { try Report(of: "/nowhere/to/be/seen") }
    }
}
