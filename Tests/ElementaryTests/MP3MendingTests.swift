import Bytes
import Codecs
import TestSupport
import Testing

@testable import Elementary

@Suite("Mending an MP3 file")
struct MP3MendingTests {
    /// A file of ours, finished or as a killed process leaves it.
    private struct Made {
        let frames: MP3Frames
        let header: MP3.Header
        var bytes: [UInt8] = []
        let soundCount: Int

        init(_ kind: MP3Frames.Kind, count: Int = 40, isFinished: Bool = true) throws {
            frames = MP3Frames(kind, count: count)
            header = try frames.header
            soundCount = count * frames.samplesPerFrame - 1_500
            var summary = MP3Summary(delay: 576)
            let sound = frames.frames.flatMap(\.self)
            if isFinished {
                var checksum = CRC16()
                checksum.add(sound.span)
                summary.close(
                    frameCount: count, byteCount: sound.count + header.plain().frameByteCount,
                    checksum: checksum.value, soundCount: soundCount, of: header)
            }
            bytes = try #require(summary.frame(like: header)) + sound
        }
    }

    private static func mended(_ bytes: [UInt8]) -> [UInt8] {
        var disk = FakeDisk(holding: bytes)
        for write in MP3Mending(bytes).writes { disk.perform(write) }
        return disk.bytes
    }

    @Test("leaves alone what is whole, and knows how long it is", arguments: MP3Frames.Kind.allCases)
    func whole(kind: MP3Frames.Kind) throws {
        let made = try Made(kind)
        let found = MP3Mending(made.bytes)
        #expect(found.isWhole && found.writes == [] && found.problems == [])
        #expect(found.soundCount == made.soundCount && found.foundCount == 40 && found.frameCount == 40)
        let milliseconds = Int64((Double(made.soundCount) * 1_000 / Double(made.frames.sampleRate)).rounded())
        #expect(found.durationMilliseconds == milliseconds)
        // Others' files need no summary.
        let foreign = MP3Mending(made.frames.frames.flatMap(\.self))
        #expect(foreign.isWhole && foreign.writes == [] && foreign.leadCount == 0)
    }

    @Test("makes a file whole wherever in its last KiB it was cut", arguments: MP3Frames.Kind.allCases, [true, false])
    func cuts(kind: MP3Frames.Kind, isFinished: Bool) throws {
        let made = try Made(kind, count: 8, isFinished: isFinished)
        let head = made.header.plain().frameByteCount
        for cut in made.bytes.count - 1_024..<made.bytes.count {
            let bytes = Array(made.bytes[..<cut])
            let found = MP3Mending(bytes)
            var (kept, end) = (0, head)
            while kept < 8, end + made.frames.frames[kept].count <= cut {
                end += made.frames.frames[kept].count
                kept += 1
            }
            #expect(found.foundCount == kept && found.isOnlyCut && !found.isWhole)
            #expect(found.lostByteCount == cut - end)
            let after = Self.mended(bytes)
            #expect(after[head..<end].elementsEqual(made.bytes[head..<end]), "cut to \(cut)")
            let again = MP3Mending(after)
            #expect(again.isWhole && again.writes == [], "cut to \(cut): \(again.problems)")
            // All that comes out of a decoder but what was cut off.
            #expect(again.soundCount == kept * made.frames.samplesPerFrame - 1_105, "cut to \(cut)")
            #expect(again.soundCount == found.soundCount)
        }
    }

    @Test(
        "puts silence where a frame was damaged, and leaves all others in their place",
        arguments: MP3Frames.Kind.allCases)
    func damaged(kind: MP3Frames.Kind) throws {
        let made = try Made(kind)
        let head = made.header.plain().frameByteCount
        let start = head + made.frames.frames[..<11].reduce(0) { $0 + $1.count }
        var bytes = made.bytes
        // Sectors that a power cut kept from the disk.
        for place in start..<start + 1_100 { bytes[place] = 0 }
        let found = MP3Mending(bytes)
        #expect(!found.isOnlyCut && found.lostByteCount >= 1_100)
        #expect(found.frameCount == 40 && found.foundCount < 40)
        let after = Self.mended(bytes)
        #expect(after.count == made.bytes.count)
        let silenced = start..<start + found.lostByteCount
        #expect(after[head..<start].elementsEqual(made.bytes[head..<start]))
        #expect(after[silenced.upperBound...].elementsEqual(made.bytes[silenced.upperBound...]))
        let again = MP3Mending(after)
        #expect(again.isWhole && again.foundCount == 40 && again.soundCount == made.soundCount)
    }

    @Test("makes a new first frame where the old one is lost", arguments: MP3Frames.Kind.allCases)
    func head(kind: MP3Frames.Kind) throws {
        let made = try Made(kind)
        var bytes = made.bytes
        for place in 0..<512 { bytes[place] = 0 }
        let found = MP3Mending(bytes)
        #expect(!found.isOnlyCut && found.foundCount >= 37 && found.frameCount == 40)
        let after = Self.mended(bytes)
        #expect(after.count == made.bytes.count)
        let again = MP3Mending(after)
        #expect(again.isWhole && again.frameCount == 40 && again.leadCount == 1_105)
        #expect(again.soundCount == 40 * made.frames.samplesPerFrame - 1_105)
    }

    @Test("keeps what lies before any flipped bit", arguments: MP3Frames.Kind.allCases)
    func flips(kind: MP3Frames.Kind) throws {
        let made = try Made(kind, count: 12)
        let head = made.header.plain().frameByteCount
        for bit in stride(from: head * 8, to: made.bytes.count * 8, by: 61) {
            var bytes = made.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let after = Self.mended(bytes)
            var end = head
            for frame in made.frames.frames where end + frame.count <= bit / 8 { end += frame.count }
            #expect(after[head..<end].elementsEqual(made.bytes[head..<end]), "bit \(bit)")
            // A damaged bit rate may happen to be four times as high, and take the frames behind along.
            #expect(MP3Mending(after).foundCount >= 8, "bit \(bit)")
        }
    }

    @Test("finds nothing in a file that got no sound, and in what is none")
    func nothing() throws {
        let made = try Made(.mono48, isFinished: false)
        for count in 0...192 {
            let found = MP3Mending(Array(made.bytes[..<count]))
            #expect(found.isOnlyBegun && found.writes == [] && !found.isWhole)
        }
        let noise = MP3Mending([UInt8](repeating: 0xFF, count: 5_000))
        #expect(!noise.isOnlyBegun && noise.writes == [] && noise.foundCount == 0)
    }
}
