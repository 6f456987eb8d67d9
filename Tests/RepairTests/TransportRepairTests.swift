import Bytes
import Codecs
import Foundation
import MP4
import TestSupport
import Testing

@testable import Repair

@Suite("Repairing transport streams and legacy directories")
struct TransportRepairTests {
    /// Two seconds of pictures and sound; `ticks` moves all times.
    static func stream(from ticks: Int64 = 126_000, change: (Int, Int64) -> Int64 = { $1 }) throws -> [UInt8] {
        let (pictures, sound) = (try Fixture(.h264).samplesInBand, try Fixture(.aac).samples)
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        var writer = TransportWriter()
        var packets = sound[...]
        for (number, picture) in pictures.enumerated() {
            if number % 10 == 0 { writer.tables() }
            let time = change(number, picture.decodeTicks + ticks)
            writer.picture(H264.byteStream(of: picture.bytes), presentation: time)
            while let packet = packets.first, packet.decodeTicks * 15 <= picture.decodeTicks * 8 {
                let header = AAC.adtsHeader(configuration, byteCount: packet.bytes.count)
                writer.sound(
                    header + packet.bytes, presentation: change(number, packet.decodeTicks * 15 / 8 + ticks))
                packets = packets.dropFirst()
            }
        }
        return writer.bytes
    }

    private static func track(_ bytes: [UInt8], _ handler: FourCC) throws -> MovieTrack {
        try #require(MovieFile(reading: bytes).tracks.first { $0.handler == handler })
    }

    @Test("makes an MP4 file beside the stream, and nothing the second time") func beside() throws {
        let scene = try Scene()
        try scene.write("7_a.ts", try Self.stream())
        #expect(try scene.repair("7_a.ts").map(\.outcome) == [.repaired])
        #expect(scene.names == ["7_a.mp4", "7_a.ts"])
        let bytes = try scene.bytes("7_a.mp4")
        let pictures = try Self.track(bytes, "vide")
        let fixture = try Fixture(.h264).samplesInBand
        #expect(pictures.samples.map(\.decodeTicks) == fixture.map(\.decodeTicks))
        #expect(
            pictures.samples.map { Array(bytes[$0.offset..<$0.offset + $0.byteCount]) } == fixture.map(\.bytes))
        #expect(try Self.track(bytes, "soun").samples.count >= 90)
        #expect(try scene.repair("7_a.ts").map(\.outcome) == [.whole])
    }

    @Test("keeps H.265, and pictures shown in another order", arguments: [Fixture.Name.h265Reordered, .reordered])
    func reordered(name: Fixture.Name) throws {
        let scene = try Scene()
        let fixture = try Fixture(name)
        var writer = TransportWriter()
        writer.tables(pictures: name == .reordered ? 0x1B : 0x24, sound: nil)
        for picture in fixture.samplesInBand {
            let decode = picture.decodeTicks + 126_000
            writer.picture(
                H264.byteStream(of: picture.bytes),
                presentation: decode + 6_000 + Int64(picture.compositionOffsetTicks),
                decode: decode)
        }
        try scene.write("a.ts", writer.bytes)
        #expect(try scene.repair("a.ts").map(\.outcome) == [.repaired])
        let bytes = try scene.bytes("a.mp4")
        let track = try Self.track(bytes, "vide")
        let expected = fixture.samples.map { $0.decodeTicks + Int64($0.compositionOffsetTicks) }
        let first = (track.samples.first?.presentationTicks ?? 0) - expected[0]
        #expect(track.samples.map { $0.presentationTicks - first } == expected)
        #expect(
            track.samples.map { bytes.read(at: $0.offset, count: $0.byteCount) } == fixture.samplesInBand.map(\.bytes))
    }

    @Test("places sound to the sample, and fills what is missing with silence") func silence() throws {
        let scene = try Scene()
        let whole = try Self.stream()
        // Half a second in the middle is gone.
        let bytes = Array(whole[..<(whole.count / 188 * 2 / 5 * 188)] + whole[(whole.count / 188 * 3 / 5 * 188)...])
        try scene.write("a.ts", bytes)
        let reports = try scene.repair("a.ts")
        #expect(reports.map(\.outcome) == [.partly])
        #expect(reports[0].notes.contains { $0.contains("silence") }, "\(reports[0].notes)")
        let sound = try Self.track(try scene.bytes("a.mp4"), "soun")
        #expect(sound.samples.allSatisfy { $0.durationTicks == 1024 })
        #expect(sound.endTicks * 1000 / 48_000 > 1_900)
    }

    @Test("passes over single times that make no sense, first ones too", arguments: [0, 1, 20, 59])
    func wildTime(number: Int) throws {
        let scene = try Scene()
        try scene.write("a.ts", try Self.stream { $0 == number ? $1 + 1 << 31 : $1 })
        _ = try scene.repair("a.ts")
        let pictures = try Self.track(try scene.bytes("a.mp4"), "vide")
        #expect(pictures.samples.count == 60)
        #expect(pictures.endTicks < 200_000, "ends at \(pictures.endTicks)")
    }

    @Test("goes on where the clock was set anew") func newClock() throws {
        let scene = try Scene()
        try scene.write("a.ts", try Self.stream { $0 >= 30 ? $1 - 5_000_000_000 : $1 })
        _ = try scene.repair("a.ts")
        let bytes = try scene.bytes("a.mp4")
        let (pictures, sound) = (try Self.track(bytes, "vide"), try Self.track(bytes, "soun"))
        #expect(pictures.samples.count == 60)
        let ends = (pictures.endTicks / 90, sound.endTicks / 48)
        #expect(abs(ends.0 - 2_000) < 150 && abs(ends.0 - ends.1) < 150, "\(ends)")
    }

    @Test("does for a legacy directory what its own script did") func legacy() throws {
        let scene = try Scene()
        try scene.write("7_20190611073246485.ts", try Self.stream())
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: 1)
        let sound = try Fixture(.aac).samples.flatMap {
            AAC.adtsHeader(configuration, byteCount: $0.bytes.count) + $0.bytes
        }
        try scene.write("7_20190611073246073.aac", sound)
        try scene.write("uid_7_20190611073246073.txt", "")
        let twin =
            "0.000 7_20190611073246073.aac create \n0.412 7_20190611073246485.mp4 create \n"
            + "0.455 7_20190611073246485.mp4 info width=160 height=96 rotation=0 \n0.5 7_gone.mp4 create \n1.2 7_x"
        try scene.write(".uid_7_20190611073246073.txt", twin)
        let reports = try scene.repair()
        #expect(reports.map(\.outcome) == [.whole, .repaired, .repaired], "\(reports)")
        #expect(RepairStatus.status(of: reports) == 0)
        let lines = try scene.text("uid_7_20190611073246073.txt").split(separator: "\n").map(String.init)
        #expect(lines.count == 7)
        #expect(lines[4] == "0.600 7_gone.mp4 close ")
        #expect(
            lines[5].hasSuffix(" 7_20190611073246073.aac close ") && lines[6].hasSuffix("485.mp4 close "), "\(lines)")
        #expect(scene.names.contains("7_20190611073246485.mp4") && scene.names.contains("7_20190611073246485.ts"))
        #expect(try scene.text(".uid_7_20190611073246073.txt") == twin)
        #expect(try scene.repair().map(\.outcome) == [.whole, .whole, .whole, .whole])
    }
}
