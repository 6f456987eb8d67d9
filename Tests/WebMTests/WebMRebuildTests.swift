import Bytes
import Codecs
import TestSupport
import Testing
import Units

@testable import WebM

@Suite("Putting a damaged file's clusters behind a new head")
struct WebMRebuildTests {
    /// What the pieces come to.
    private static func rebuilt(_ bytes: [UInt8]) -> [UInt8]? {
        WebMRebuild.pieces(of: WebMFile(reading: bytes), bytes).map { pieces in
            pieces.flatMap { piece in
                switch piece {
                case .bytes(let new): new
                case .copy(let range): Array(bytes[range])
                }
            }
        }
    }

    /// A file as another writer makes it, of a second of pictures and sound.
    private static func foreign(codec: Fixture.Name = .vp8) throws -> [UInt8] {
        var writer = WebMWriter(createdAtUnixMilliseconds: 0)
        let (pictures, sound) = (try Fixture(codec), try Fixture(.opus))
        let tracks = [pictures, sound].map { writer.addTrack($0.format, timescale: $0.timescale) }
        for half in 0..<4 {
            for (fixture, track) in zip([pictures, sound], tracks) {
                let rate = Int64(fixture.timescale.ticksPerSecond)
                let range = rate * Int64(half) / 2..<rate * Int64(half + 1) / 2
                for sample in fixture.samples where range.contains(sample.decodeTicks) {
                    writer.append(sample, track: track)
                }
            }
            writer.cutFragment()
        }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        return disk.bytes
    }

    @Test("keeps every sample that is there whole, at its time, wherever the file was cut")
    func cuts() throws {
        let bytes = try Self.foreign()
        let all = WebMFile(reading: bytes).tracks
        for count in stride(from: bytes.count / 5, to: bytes.count, by: 997) {
            let old = WebMFile(reading: Array(bytes[..<count])).tracks
            guard old.contains(where: { !$0.samples.isEmpty }) else { continue }
            let new = WebMFile(reading: try #require(Self.rebuilt(Array(bytes[..<count])), "cut to \(count)"))
            #expect(new.isWhole, "cut to \(count): \(new.problems)")
            #expect(new.cueCount > 0)
            #expect(new.tracks.map { $0.samples.map(\.nanoseconds) } == old.map { $0.samples.map(\.nanoseconds) })
            #expect(zip(new.tracks, all).allSatisfy { $0.format == $1.format })
        }
    }

    @Test("makes files that are decoded without complaint")
    func secondOpinion() throws {
        guard SecondOpinion.isAvailable else { return }
        let bytes = try SecondOpinion.remux(try Self.foreign(), from: "webm", to: "mkv")
        for share in [40, 70, 95] {
            let new = try #require(Self.rebuilt(Array(bytes.prefix(bytes.count * share / 100))))
            let answer = try SecondOpinion.decode(new, extension: "mkv")
            #expect(answer.status == 0 && answer.errors.isEmpty, "\(share) %: \(answer.errors)")
        }
    }

    @Test("makes nothing of what has no tracks or no samples")
    func nothing() throws {
        let bytes = try Self.foreign()
        let file = WebMFile(reading: bytes)
        let tracks = try #require(file.elements.last?.children.first { $0.id == .tracks })
        for count in 0...tracks.end { #expect(Self.rebuilt(Array(bytes[..<count])) == nil) }
    }

    @Test("never traps") func damage() throws {
        let bytes = try Self.foreign()
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            _ = Self.rebuilt(damaged)
        }
    }
}
