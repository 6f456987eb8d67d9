import Bytes
import Codecs
import Elementary
import TestSupport
import Testing

@testable import Capture

@Suite("An MP3 file as it is written")
struct MP3WriterTests {
    private static let format = TrackFormat.mp3(sampleRate: 48_000, channelCount: 1, delay: 1_105)

    /// The frames of a second and what is asked of the disk for them, cut after each tenth.
    private static func writes(_ kind: MP3Frames.Kind = .mono48, finish: Bool = true) -> [FileWrite] {
        let frames = MP3Frames(kind, count: 42)
        var writer = MP3Writer()
        let isTaken = writer.addTrack(
            .mp3(sampleRate: frames.sampleRate, channelCount: kind == .stereo44 ? 2 : 1, delay: 1_105))
        #expect(isTaken)
        for (number, frame) in frames.frames.enumerated() {
            let place = { max(0, Int64($0 * frames.samplesPerFrame - 1_105) * 48_000 / Int64(frames.sampleRate)) }
            let (begin, end) = (place(number), place(number + 1))
            writer.append(
                Sample(decodeTicks: begin, durationTicks: UInt32(end - begin), isKeyframe: true, bytes: frame))
            if number % 10 == 9 { writer.cutFragment() }
        }
        if finish { writer.finish() } else { writer.cutFragment() }
        var writes: [FileWrite] = []
        while let write = writer.nextWrite() { writes.append(write) }
        return writes
    }

    @Test(
        "says at last how long the sound is, which is all that comes out of a decoder",
        arguments: MP3Frames.Kind.allCases)
    func finish(kind: MP3Frames.Kind) throws {
        var disk = FakeDisk()
        for write in Self.writes(kind) { disk.perform(write) }
        let frames = MP3Frames(kind, count: 42)
        let found = MP3Mending(disk.bytes)
        #expect(found.isWhole && found.foundCount == 42 && found.leadCount == 1_105)
        #expect(abs(found.soundCount - (42 * frames.samplesPerFrame - 1_105)) <= 1)
        let header = try frames.header
        #expect(disk.bytes.dropFirst(header.plain().frameByteCount).elementsEqual(frames.frames.joined()))
        // What is said first of all is safe only when all that it speaks of is.
        #expect(Self.writes(kind).suffix(3).map(\.concernsBytes) == [true, true, true])
        #expect(Self.writes(kind).suffix(3).first == .sync && Self.writes(kind).last == .sync)
    }

    @Test("ends where its last sample does, even within a frame")
    func shorter() {
        let frames = MP3Frames(.mono48, count: 10).frames
        var writer = MP3Writer()
        _ = writer.addTrack(Self.format)
        for (number, frame) in frames.enumerated() {
            writer.append(
                Sample(
                    decodeTicks: Int64(number) * 1_000, durationTicks: 999, isKeyframe: true, bytes: frame))
        }
        writer.finish()
        var disk = FakeDisk()
        while let write = writer.nextWrite() { disk.perform(write) }
        #expect(MP3Mending(disk.bytes).soundCount == 9_999)
    }

    @Test("can be made whole after any write, and loses nothing that was written", arguments: [true, false])
    func crash(finishes: Bool) {
        let writes = Self.writes(finish: finishes)
        for count in 1..<writes.count {
            var disk = FakeDisk()
            for write in writes[..<count] { disk.perform(write) }
            for part in [0, writes[count].byteCount / 2, writes[count].byteCount] {
                var state = disk
                state.perform(writes[count], cutTo: part)
                let found = MP3Mending(state.bytes)
                #expect(found.foundCount == (state.bytes.count - 192) / 192)
                var mended = FakeDisk(holding: state.bytes)
                for write in found.writes { mended.perform(write) }
                #expect(MP3Mending(mended.bytes).isWhole)
                #expect(MP3Mending(mended.bytes).soundCount == found.soundCount)
            }
        }
    }

    @Test("holds nothing but MP3, one track of it, and whole frames")
    func foreign() {
        var writer = MP3Writer()
        let isAACTaken = writer.addTrack(.aac(sampleRate: 48_000, channelCount: 1, configuration: [0x11, 0x88]))
        let isMP3Taken = writer.addTrack(Self.format)
        let isSecondTaken = writer.addTrack(Self.format)
        #expect(!isAACTaken && isMP3Taken && !isSecondTaken)
        let frame = MP3Frames(.mono48, count: 1).frames[0]
        for bytes in [[], [1, 2, 3], Array(frame.dropLast()), frame + [0]] {
            writer.append(Sample(decodeTicks: 0, durationTicks: 1, isKeyframe: true, bytes: bytes))
        }
        writer.finish()
        #expect(writer.nextWrite() == nil)
    }
}
