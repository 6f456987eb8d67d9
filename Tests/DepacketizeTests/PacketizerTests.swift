import Codecs
import Depacketize
import TestSupport
import Testing
import Units

private func packets(_ packetizer: inout Packetizer, _ frame: Frame) -> [(payload: [UInt8], marker: Bool)] {
    packetizer.load(frame)
    var packets: [(payload: [UInt8], marker: Bool)] = []
    while packetizer.advance() { packets.append((packetizer.payload, packetizer.marker)) }
    return packets
}

private func unit(_ header: UInt8, _ count: Int) -> [UInt8] {
    let length = [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
    return length + [header] + (1..<max(1, count)).map { UInt8(truncatingIfNeeded: $0) | 0x80 }
}

@Suite("Frames into packets")
struct PacketizerTests {
    @Test("H.264: small units share a packet, a large one is cut")
    func h264() {
        var packetizer = Packetizer(.h264, maximumPayloadByteCount: 20)
        let bytes = unit(0x67, 3) + unit(0x28, 2) + unit(0x65, 30)
        let made = packets(&packetizer, frame(.h264, isKeyframe: true, bytes))
        #expect(made.map(\.marker) == [false, false, true])
        #expect(made[0].payload == [0x78, 0, 3, 0x67, 0x81, 0x82, 0, 2, 0x28, 0x81])
        #expect(made[1].payload[..<3] == [0x7C, 0x85, 0x81])
        #expect(made[1].payload.count == 20)
        #expect(made[2].payload[..<2] == [0x7C, 0x45])
        #expect(made[2].payload.count == 13)
    }

    @Test("VP8: each packet has a picture ID, the first says start")
    func vp8() {
        var packetizer = Packetizer(.vp8, maximumPayloadByteCount: 16, firstPictureID: 0x7FFF)
        let made = packets(&packetizer, frame(.vp8, [UInt8](1...20)))
        #expect(made.map(\.payload) == [[0x90, 0x80, 0x80, 0] + (1...12), [0x80, 0x80, 0x80, 0] + (13...20)])
        #expect(made.map(\.marker) == [false, true])
        #expect(packets(&packetizer, frame(.vp8, [9])).map(\.payload) == [[0x90, 0x80, 0x80, 1, 9]])
    }

    @Test("Opus: the packet as it is")
    func opus() {
        var packetizer = Packetizer(.opus)
        let made = packets(&packetizer, frame(.opus, [0xFC, 1, 2]))
        #expect(made.map(\.payload) == [[0xFC, 1, 2]])
        #expect(made.map(\.marker) == [false])
    }

    @Test("an empty or malformed frame makes no packet")
    func nothing() {
        var packetizer = Packetizer(.h264)
        #expect(packets(&packetizer, frame(.h264, [])).isEmpty)
        #expect(packets(&packetizer, frame(.h264, [0, 0, 0, 9, 1])).isEmpty)
    }

    @Test("what is cut is put together again", arguments: 0..<60)
    func roundTrip(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let codec: Codec = [.h264, .vp8, .opus][Int(seed % 3)]
        var packetizer = Packetizer(codec, maximumPayloadByteCount: .random(in: 16...1200, using: &generator))
        var receiver = Receiver(codec)
        for index in 0..<30 as Range<Int64> {
            let original = frame(
                codec, ticks: index * 3000, isKeyframe: codec == .opus || index % 10 == 0,
                Self.bytes(codec, isKeyframe: index % 10 == 0, with: &generator))
            var received: [Frame] = []
            for packet in packets(&packetizer, original) {
                received += receiver.push(packet.payload, marker: packet.marker, ticks: original.ticks)
            }
            #expect(received == [original])
        }
    }

    @Test("whatever is lost, no damaged frame comes out", arguments: 0..<60)
    func lossy(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let codec: Codec = seed % 2 == 0 ? .h264 : .vp8
        var packetizer = Packetizer(codec, maximumPayloadByteCount: 100)
        var receiver = Receiver(codec)
        var (lost, isFirstAfterLoss) = (0, false)
        for index in 0..<200 as Range<Int64> {
            var original = frame(
                codec, ticks: index * 3000, isKeyframe: index % 10 == 0,
                Self.bytes(codec, isKeyframe: index % 10 == 0, with: &generator))
            for packet in packets(&packetizer, original) {
                guard index == 0 || Int.random(in: 0..<100, using: &generator) >= 3 else {
                    (lost, isFirstAfterLoss) = (lost + 1, true)
                    continue
                }
                for received in receiver.push(packet.payload, marker: packet.marker, ticks: original.ticks, lost: lost)
                {
                    original.isBroken = isFirstAfterLoss
                    #expect(received == original)
                    isFirstAfterLoss = false
                }
                lost = 0
            }
        }
        let counts = receiver.depacketizer.counts
        #expect(counts.frames > 50)
        #expect(counts.incompleteFrames > 0)
    }

    private static func bytes(
        _ codec: Codec, isKeyframe: Bool, with generator: inout SeededGenerator
    ) -> [UInt8] {
        let count = Int.random(in: 12...600, using: &generator)
        switch codec {
        case .h264 where isKeyframe: return unit(0x67, 10) + unit(0x68, 4) + unit(0x65, count)
        case .h264: return unit(0x41, count) + unit(0x06, 5)
        case .vp8:
            let head: [UInt8] = [isKeyframe ? 0x36 : 0x37, 0, 0, 0x9D, 0x01, 0x2A, 0xB2, 0x00, 0x64, 0x00]
            return head + unit(0, count)
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac: return unit(0xFC, count)
        }
    }
}
