import Codecs
import Depacketize
import TestSupport
import Testing
import Units

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

    @Test("H.265: small units share a packet under the lowest layers among them, a large one is cut")
    func h265() {
        var packetizer = Packetizer(.h265, maximumPayloadByteCount: 20)
        let bytes = unit(0x40, 3) + unit(0x44, 4) + unit(0x26, 30)
        let made = packets(&packetizer, frame(.h265, isKeyframe: true, bytes))
        #expect(made.map(\.marker) == [false, false, true])
        #expect(made[0].payload == [0x60, 0x81, 0, 3, 0x40, 0x81, 0x82, 0, 4, 0x44, 0x81, 0x82, 0x83])
        #expect(made[1].payload[..<4] == [0x62, 0x81, 0x93, 0x82])
        #expect(made[1].payload.count == 20)
        #expect(made[2].payload[..<3] == [0x62, 0x81, 0x53])
        #expect(made[2].payload.count == 14)
    }

    @Test("VP9: each packet has a picture ID, the first says start and the last end")
    func vp9() {
        var packetizer = Packetizer(.vp9, maximumPayloadByteCount: 16, firstPictureID: 6)
        let key = packets(&packetizer, frame(.vp9, isKeyframe: true, [UInt8](1...20)))
        #expect(key.map(\.payload) == [[0x88, 0x80, 7] + (1...13), [0x84, 0x80, 7] + (14...20)])
        #expect(key.map(\.marker) == [false, true])
        #expect(packets(&packetizer, frame(.vp9, [9])).map(\.payload) == [[0xCC, 0x80, 8, 9]])
    }

    @Test("AV1: units lose their sizes, and are cut where a packet ends")
    func av1() {
        var packetizer = Packetizer(.av1, maximumPayloadByteCount: 16)
        let key = frame(.av1, isKeyframe: true, [0x0A, 2, 1, 2, 0x36, 0x28, 14] + (1...14))
        let made = packets(&packetizer, key)
        #expect(
            made.map(\.payload) == [
                [0x48, 3, 0x08, 1, 2, 10, 0x34, 0x28] + (1...8), [0x80, 6] + (9...14),
            ])
        #expect(made.map(\.marker) == [false, true])
        #expect(packets(&packetizer, frame(.av1, [0x32, 1, 7])).map(\.payload) == [[0, 2, 0x30, 7]])
        #expect(packets(&packetizer, frame(.av1, [0x32, 9, 7])).map(\.payload) == [])
    }

    @Test("G.711 and G.722: the packet as it is", arguments: [.pcmu, .pcma, .g722] as [Codec])
    func telephone(_ codec: Codec) {
        var (packetizer, receiver) = (Packetizer(codec), Receiver(codec))
        let original = frame(codec, isKeyframe: true, [UInt8](repeating: 0xD5, count: 160))
        let made = packets(&packetizer, original)
        #expect(made.map(\.payload) == [original.bytes])
        #expect(receiver.push(made[0].payload) == [original])
        let late = frame(codec, ticks: 320, isKeyframe: true, isBroken: true, original.bytes)
        #expect(receiver.push(made[0].payload, ticks: 320, lost: 1) == [late])
    }
}
