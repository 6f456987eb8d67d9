import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import WebM

@Suite("A WebM file that a power cut tore")
struct WebMMendingTests {
    /// Twenty seconds of sound whose packets are full of zeros, cut each second, and not finished.
    private static func recording(zeros: Int) throws -> [UInt8] {
        let sound = try Fixture(.opus)
        var writer = WebMWriter(createdAtUnixMilliseconds: 1_790_000_000_000)
        _ = writer.addTrack(sound.format, timescale: sound.timescale)
        for (index, var sample) in sound.samples(seconds: 20).enumerated() {
            sample.bytes = [1] + [UInt8](repeating: index % 50 == 25 ? 0 : 7, count: zeros) + [2]
            if index % 50 == 0 { writer.cutFragment() }
            writer.append(sample, track: 0)
        }
        writer.cutFragment()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test("keeps zeros that were written, few and many", arguments: [0, 20, 300, 1_100, 12_000])
    func ownZeros(count: Int) throws {
        let file = try Self.recording(zeros: count)
        #expect(WebMFile(mending: file).problems == [.notFinished])
        #expect(WebMFile(mending: file).tracks == WebMFile(reading: file).tracks)
    }

    @Test("is taken as it is if its writer told of no zeros")
    func foreign() throws {
        var file = try Self.recording(zeros: 1_100)
        let mark = try #require(file.firstRange(of: SectorZeros.mark))
        file.replaceSubrange(mark, with: [0, 0, 0, 0])
        let last = file.count / 512 - 1
        for index in last * 512..<last * 512 + 512 { file[index] = 0 }
        #expect(WebMFile(mending: file).problems == [.notFinished])
    }

    @Test("loses what never reached the disk, and what came behind it", arguments: [300, 1_100])
    func tear(zeros: Int) throws {
        let file = try Self.recording(zeros: zeros)
        let whole = WebMFile(reading: file)
        let clusters = try #require(whole.elements.last).children.filter { $0.id == .cluster }
        var generator = SeededGenerator(seed: 78)
        for round in 0..<100 {
            let cluster = clusters[clusters.count - 1 - round % 3]
            let sectors = cluster.body.lowerBound / 512 + 1..<cluster.end / 512
            let sector = Int.random(in: sectors, using: &generator)
            var torn = file
            // One that was zeros before was not lost.
            guard torn[sector * 512..<sector * 512 + 512].contains(where: { $0 != 0 }) else { continue }
            for index in sector * 512..<sector * 512 + 512 { torn[index] = 0 }
            let found = WebMFile(mending: torn)
            #expect(found.problems.contains(.torn(at: sector * 512)))
            #expect(found.byteCount == file.count)
            let kept = whole.tracks[0].samples.prefix { $0.offset + $0.byteCount <= sector * 512 }
            #expect(found.tracks[0].samples.map(\.offset) == kept.map(\.offset))
            var disk = FakeDisk(holding: torn)
            for write in try #require(WebMRepair.writes(for: found)) { disk.perform(write) }
            let mended = WebMFile(mending: disk.bytes)
            #expect(mended.isWhole && mended.tracks[0].samples.map(\.offset) == kept.map(\.offset))
        }
    }
}
