import Codecs
import Depacketize
import TestSupport
import Testing
import Units

/// A codec, what a real encoder made of it, and what its receiver is told beforehand.
private struct Stream: Sendable, CustomTestStringConvertible {
    var codec: Codec
    var fixture: Fixture.Name
    var testDescription: String { fixture.rawValue }

    static let all: [Stream] = [
        Stream(codec: .h264, fixture: .h264), Stream(codec: .h264, fixture: .reordered),
        Stream(codec: .h265, fixture: .h265), Stream(codec: .h265, fixture: .h265Reordered),
        Stream(codec: .vp8, fixture: .vp8), Stream(codec: .vp9, fixture: .vp9), Stream(codec: .av1, fixture: .av1),
    ]

    /// Its pictures as a peer would send them: keyframes with their parameter sets.
    func frames() throws -> [Frame] {
        let fixture = try Fixture(fixture)
        let sets =
            switch fixture.format {
            case .h264(_, _, let sequence, let picture): sequence + picture
            case .h265(_, _, let video, let sequence, let picture): video + sequence + picture
            default: [[UInt8]]()
            }
        let prefix = H264.frame(ofByteStream: sets.flatMap { [0, 0, 0, 1] + $0 })
        return zip(fixture.samples, fixture.compositionOffsets).map { sample, offset in
            frame(
                codec, ticks: sample.decodeTicks + Int64(offset), isKeyframe: sample.isKeyframe,
                (sample.isKeyframe ? prefix : []) + sample.bytes)
        }
    }
}

@Suite("Streams of real encoders, cut into packets")
struct JourneyTests {
    @Test("are put together again", arguments: Stream.all, [40, 200, 1200])
    private func whole(_ stream: Stream, _ maximum: Int) throws {
        var packetizer = Packetizer(stream.codec, maximumPayloadByteCount: maximum)
        var receiver = Receiver(stream.codec)
        for original in try stream.frames() {
            var received: [Frame] = []
            for packet in packets(&packetizer, original) {
                #expect(packet.payload.count <= maximum)
                received += receiver.push(packet.payload, marker: packet.marker, ticks: original.ticks)
            }
            #expect(received == [original])
            #expect(!receiver.depacketizer.needsKeyframe)
        }
    }

    @Test("are put together again from packets of any size", arguments: Stream.all, 1...4 as ClosedRange<UInt64>)
    private func anySize(_ stream: Stream, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var receiver = Receiver(stream.codec)
        for original in try stream.frames() {
            let maximum = Int.random(in: 16...300, using: &generator)
            var packetizer = Packetizer(stream.codec, maximumPayloadByteCount: maximum)
            var received: [Frame] = []
            for packet in packets(&packetizer, original) {
                #expect(packet.payload.count <= maximum, "seed \(seed)")
                received += receiver.push(packet.payload, marker: packet.marker, ticks: original.ticks)
                // Padding between packets belongs to no frame.
                if Bool.random(using: &generator) { received += receiver.push([], ticks: original.ticks + 7) }
            }
            #expect(received == [original], "seed \(seed)")
            for frame in received { receiver.depacketizer.recycle(frame.bytes) }
        }
    }

    @Test("say which of their pictures are repaired", arguments: Stream.all)
    private func repaired(_ stream: Stream) throws {
        var packetizer = Packetizer(stream.codec, maximumPayloadByteCount: 100)
        var receiver = Receiver(stream.codec)
        for (index, original) in try stream.frames().enumerated() {
            let made = packets(&packetizer, original)
            for (place, packet) in made.enumerated() {
                let received = receiver.push(
                    packet.payload, marker: packet.marker, ticks: original.ticks,
                    isRepaired: index % 3 == 0 && place == made.count / 2)
                for frame in received { #expect(frame.isRepaired == (index % 3 == 0)) }
            }
        }
    }

    /// What is not called broken must decode to the very pictures that the whole stream decodes to.
    @Test(
        "lose packets, and what is not called broken shows what it should", .enabled(if: SecondOpinion.isAvailable),
        arguments: Stream.all, 1...4 as ClosedRange<UInt64>)
    private func lossy(_ stream: Stream, _ seed: UInt64) throws {
        let originals = try stream.frames()
        var generator = SeededGenerator(seed: seed)
        var packetizer = Packetizer(stream.codec, maximumPayloadByteCount: 80)
        var receiver = Receiver(stream.codec)
        var (clean, lost, broken): ([Frame], Int, Int) = ([], 0, 0)
        for original in originals {
            for packet in packets(&packetizer, original) {
                guard Int.random(in: 0..<100, using: &generator) > 0 else {
                    lost += 1
                    continue
                }
                for frame in receiver.push(
                    packet.payload, marker: packet.marker, ticks: original.ticks, lost: lost)
                {
                    #expect(originals.contains { $0.bytes == frame.bytes && $0.ticks == frame.ticks })
                    if frame.isBroken { broken += 1 } else { clean.append(frame) }
                }
                lost = 0
            }
        }
        #expect(broken + clean.count + receiver.depacketizer.counts.incompleteFrames <= originals.count)
        guard !clean.isEmpty else { return }
        let expected = try Decoded.pictures(of: originals)
        let shown = try Decoded.pictures(of: clean)
        #expect(shown.errors == "", "seed \(seed)")
        #expect(shown.areAmong(expected), "seed \(seed)")
        #expect(shown.checksums.count == clean.count, "seed \(seed)")
    }
}
