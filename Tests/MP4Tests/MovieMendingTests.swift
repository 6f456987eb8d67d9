import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import MP4

@Suite("A movie that a power cut tore")
struct MovieMendingTests {
    /// A minute of sound whose packets are full of zeros, cut each second, and not finished.
    private static func recording(zeros: Int) throws -> [UInt8] {
        let sound = try Fixture(.opus)
        var steps: [Recordings.Step] = [.track(sound)]
        for (index, var sample) in sound.samples(seconds: 20).enumerated() {
            sample.bytes = [1] + [UInt8](repeating: index % 50 == 25 ? 0 : 7, count: zeros) + [2]
            if index % 50 == 0, index > 0 { steps.append(.cut) }
            steps.append(.sample(sample, track: 0))
        }
        return Recordings.file(Recordings.writes(steps + [.cut]))
    }

    @Test("keeps zeros that were written, few and many", arguments: [0, 20, 300, 1_100, 12_000])
    func ownZeros(count: Int) throws {
        let file = try Self.recording(zeros: count)
        #expect(MovieFile(mending: file).problems == [.notFinished])
        #expect(MovieFile(mending: file).tracks == MovieFile(reading: file).tracks)
    }

    @Test("is taken as it is if its writer told of no zeros")
    func foreign() throws {
        var file = try Self.recording(zeros: 1_100)
        let mark = try #require(file.firstRange(of: SectorZeros.mark))
        file.replaceSubrange(mark, with: [0, 0, 0, 0])
        let last = file.count / 512 - 1
        for index in last * 512..<last * 512 + 512 { file[index] = 0 }
        #expect(MovieFile(mending: file).problems == [.notFinished])
    }

    @Test("loses what never reached the disk, and what came behind it", arguments: [300, 1_100])
    func tear(zeros: Int) throws {
        let file = try Self.recording(zeros: zeros)
        let whole = MovieFile(reading: file)
        let media = whole.boxes.filter { $0.type == "mdat" }
        var generator = SeededGenerator(seed: 77)
        for round in 0..<100 {
            let box = media[media.count - 1 - round % 3]
            let sector = Int.random(in: box.body.lowerBound / 512 + 1..<box.body.upperBound / 512, using: &generator)
            var torn = file
            // One that was zeros before was not lost.
            guard torn[sector * 512..<sector * 512 + 512].contains(where: { $0 != 0 }) else { continue }
            for index in sector * 512..<sector * 512 + 512 { torn[index] = 0 }
            let found = MovieFile(mending: torn)
            #expect(found.problems.contains(.torn(at: sector * 512)))
            #expect(found.byteCount == file.count)
            let kept = whole.tracks[0].samples.prefix { $0.offset + $0.byteCount <= sector * 512 }
            #expect(found.tracks[0].samples == Array(kept))
            var disk = FakeDisk(holding: torn)
            for write in try #require(HybridMP4Repair.writes(for: found)) { disk.perform(write) }
            let mended = MovieFile(mending: disk.bytes)
            #expect(mended.isWhole && mended.tracks[0].samples == Array(kept))
        }
    }

    @Test("ends before media whose header lay in two sectors, of which one never came", arguments: 1...7)
    func tornHeader(byteCount: Int) throws {
        let file = try Self.recording(zeros: 300)
        let whole = MovieFile(reading: file)
        for box in whole.boxes.filter({ $0.type == "mdat" }).suffix(3) {
            var torn = file
            for index in box.offset + byteCount..<box.offset + byteCount + 512 { torn[index] = 0 }
            let found = MovieFile(mending: torn)
            #expect(found.problems.contains(.torn(at: box.offset)))
            let kept = whole.tracks[0].samples.prefix { $0.offset < box.offset }
            #expect(found.tracks[0].samples == Array(kept))
            var disk = FakeDisk(holding: torn)
            for write in try #require(HybridMP4Repair.writes(for: found)) { disk.perform(write) }
            let mended = MovieFile(mending: disk.bytes)
            #expect(mended.isWhole && mended.tracks[0].samples == Array(kept))
        }
    }
}
