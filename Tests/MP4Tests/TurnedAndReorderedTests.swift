import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("Turned and reordered pictures in MP4")
struct TurnedAndReorderedTests {
    private static func file(
        _ fixture: Fixture, rotation: Rotation = .none, finished: Bool, _ change: (inout Sample) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
        let track = writer.addTrack(fixture.format, timescale: fixture.timescale, rotation: rotation)
        for var sample in fixture.samplesInBand {
            change(&sample)
            writer.append(sample, track: track)
        }
        if finished { writer.finish() } else { writer.cutFragment() }
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test("says how pictures are turned, in both forms", arguments: Rotation.allCases)
    func rotation(_ rotation: Rotation) throws {
        for finished in [false, true] {
            let file = Self.file(try Fixture(.h264), rotation: rotation, finished: finished)
            #expect(MovieFile(reading: file).tracks.map(\.rotation) == [rotation])
        }
    }

    @Test("a turned picture lies where its corner was", arguments: Rotation.allCases)
    func corners(_ rotation: Rotation) {
        let matrix = TransformationMatrix.turning(PictureSize(width: 160, height: 96), by: rotation)
        let corners = [(0, 0), (160, 0), (0, 96), (160, 96)].map { (x, y) -> (x: Int, y: Int) in
            let (a, b, c, d) = (Int(matrix.a >> 16), Int(matrix.b >> 16), Int(matrix.c >> 16), Int(matrix.d >> 16))
            return (a * x + c * y + matrix.right, b * x + d * y + matrix.down)
        }
        #expect(corners.map(\.x).min() == 0 && corners.map(\.y).min() == 0)
        let isUpright = rotation == .none || rotation == .half
        #expect(corners.map(\.x).max() == (isUpright ? 160 : 96))
    }

    @Test("a mirrored picture has no rotation")
    func mirrored() {
        #expect(TransformationMatrix(a: -0x1_0000).rotation == nil)
    }

    @Test(
        "ffprobe turns the other way round, and agrees", .enabled(if: SecondOpinion.isAvailable),
        arguments: [(Rotation.quarter, "-90"), (.half, "-180"), (.threeQuarters, "90")])
    func ffprobe(_ rotation: Rotation, _ expected: String) throws {
        for finished in [false, true] {
            let file = Self.file(try Fixture(.h264), rotation: rotation, finished: finished)
            let answer = try SecondOpinion.probe(file, extension: "mp4", entries: "stream_side_data=rotation")
            #expect(answer.output.contains(expected))
            #expect(try SecondOpinion.decode(file, extension: "mp4").errors == "")
        }
    }

    @Test("keeps a repaired file turned")
    func repaired() throws {
        var disk = FakeDisk()
        disk.perform(.append(Self.file(try Fixture(.h264), rotation: .quarter, finished: false)))
        for write in HybridMP4Repair.writes(for: MovieFile(reading: disk.bytes)) ?? [] { disk.perform(write) }
        let movie = MovieFile(reading: disk.bytes)
        #expect(movie.isWhole)
        #expect(movie.tracks.map(\.rotation) == [.quarter])
    }

    @Test(
        "ffmpeg shows reordered pictures in order, from when the first is shown",
        .enabled(if: SecondOpinion.isAvailable), arguments: [Fixture.Name.reordered, .h265Reordered],
        [Int32(0), -6000, -9000])
    func presentation(_ name: Fixture.Name, _ shift: Int32) throws {
        for finished in [false, true] {
            let fixture = try Fixture(name)
            let file = Self.file(fixture, finished: finished) {
                // The first picture of the stream is shown 6000 ticks after it is decoded.
                $0.decodeTicks += 9000
                $0.compositionOffsetTicks += shift
            }
            #expect(try SecondOpinion.decode(file, extension: "mp4").errors == "")
            let answer = try SecondOpinion.probe(file, extension: "mp4", entries: "frame=pts")
            let times = answer.output.split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }
            #expect(times == (0..<60).map { 15_000 + Int(shift) + $0 * 3000 }, "finished: \(finished)")
        }
    }

    @Test("lets what is shown last, not what is decoded last, end where it is held until")
    func heldUntil() throws {
        let fixture = try Fixture(.reordered)
        for isWritten in [false, true] {
            var writer = HybridMP4Writer(createdAtUnixMilliseconds: 0)
            let track = writer.addTrack(fixture.format, timescale: fixture.timescale)
            for var sample in fixture.samplesInBand {
                sample.compositionOffsetTicks -= 6000
                writer.append(sample, track: track)
            }
            if isWritten { writer.cutFragment() }
            writer.holdLast(track: track, until: 360_000)
            writer.finish()
            var disk = FakeDisk()
            while let write = writer.nextWrite() { disk.perform(write) }
            let answer = try SecondOpinion.probe(disk.bytes, extension: "mp4", entries: "format=duration")
            #expect(answer.output == "4.000000\n")
        }
    }

    @Test("has no composition offsets where pictures are in order")
    func inOrder() throws {
        let file = Self.file(try Fixture(.h264), finished: true)
        let text = String(decoding: file, as: Unicode.ASCII.self)
        #expect(!text.contains("ctts"))
        #expect(
            String(decoding: Self.file(try Fixture(.reordered), finished: true), as: Unicode.ASCII.self).contains(
                "ctts"))
    }
}
