import Codecs
import Depacketize
import TestSupport
import Testing

private let keyframe: [UInt8] = [0x36, 0, 0, 0x9D, 0x01, 0x2A, 0xB2, 0x00, 0x64, 0x00, 0x47]
private let delta: [UInt8] = [0x37, 1, 2]

@Suite("VP8 from packets, RFC 7741 §4")
struct VP8DepacketizerTests {
    @Test(
        "reads past every form of descriptor",
        arguments: [
            [0x10], [0x30], [0x50], [0x90, 0], [0x90, 0x80, 1], [0x90, 0x80, 0x81, 2], [0x90, 0x40, 1],
            [0x90, 0x20, 1], [0x90, 0x10, 1], [0x90, 0x30, 1], [0x90, 0xF0, 0x81, 2, 3, 4], [0x90, 0x60, 1, 2],
        ] as [[UInt8]])
    func descriptors(_ descriptor: [UInt8]) {
        var receiver = Receiver(.vp8)
        let expected = [frame(.vp8, isKeyframe: true, keyframe)]
        #expect(receiver.push(descriptor + keyframe, marker: true) == expected)
        // Cut off anywhere inside, it is malformed.
        for count in 1...descriptor.count {
            var receiver = Receiver(.vp8)
            #expect(receiver.push(Array(descriptor[..<count]), marker: true) == [])
            #expect(receiver.depacketizer.counts.malformedPackets == 1)
        }
    }

    @Test("joins packets and partitions to a frame")
    func joins() {
        var receiver = Receiver(.vp8)
        _ = receiver.push([0x10] + keyframe, marker: true)
        #expect(receiver.push([0x10] + delta, ticks: 7) == [])
        #expect(receiver.push([0x00, 3], ticks: 7) == [])
        #expect(receiver.push([0x11, 4], ticks: 7) == [])
        #expect(receiver.push([0x01, 5], marker: true, ticks: 7) == [frame(.vp8, ticks: 7, delta + [3, 4, 5])])
    }

    @Test(
        "drops a frame that lost anything",
        arguments: [
            [([0x00, 9], 1)],
            [([0x11, 9], 1)],
            [([0x10, 9], 0), ([0x00, 9], 1)],
            [([0x10, 9], 0), ([0x10, 9], 0)],
        ] as [[([UInt8], Int)]])
    func losses(_ packets: [([UInt8], Int)]) {
        var receiver = Receiver(.vp8)
        _ = receiver.push([0x10] + keyframe, marker: true)
        for (index, packet) in packets.enumerated() {
            let isLast = index == packets.count - 1
            #expect(receiver.push(packet.0, marker: isLast, ticks: 1, lost: packet.1) == [])
        }
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
        #expect(
            receiver.push([0x10] + delta, marker: true, ticks: 2)
                == [frame(.vp8, ticks: 2, isBroken: true, delta)])
    }

    @Test("a whole frame behind lost ones is kept and says so, save a keyframe")
    func lossBetween() {
        var receiver = Receiver(.vp8)
        #expect(receiver.push([0x10] + delta, marker: true) == [frame(.vp8, isBroken: true, delta)])
        let whole = frame(.vp8, isKeyframe: true, keyframe)
        #expect(receiver.push([0x10] + keyframe, marker: true, lost: 3) == [whole])
        #expect(receiver.push([0x10] + delta, marker: true, lost: 3) == [frame(.vp8, isBroken: true, delta)])
    }

    @Test("drops a keyframe whose head is damaged")
    func damagedKeyframe() {
        var receiver = Receiver(.vp8)
        #expect(receiver.push([0x10, 0x36, 0, 0], marker: true) == [])
        #expect(receiver.depacketizer.counts.malformedPackets == 1)
    }

    @Test("never traps")
    func mutations() {
        var receiver = Receiver(.vp8)
        var ticks: Int64 = 0
        neverTraps([0x90, 0xF0, 0x81, 2, 3, 4] + keyframe) { bytes in
            ticks += 1
            _ = receiver.push(bytes, marker: ticks % 3 == 0, ticks: ticks / 2, lost: Int(ticks % 5 / 4))
        }
    }
}

@Suite("Opus from packets, RFC 7587 §4")
struct OpusDepacketizerTests {
    @Test("each packet is a frame, whatever its marker")
    func packets() {
        var receiver = Receiver(.opus)
        #expect(receiver.push([0xFC, 1], marker: true, ticks: 0) == [frame(.opus, isKeyframe: true, [0xFC, 1])])
        #expect(
            receiver.push([0xFC, 2], ticks: 960, lost: 2)
                == [frame(.opus, ticks: 960, isKeyframe: true, isBroken: true, [0xFC, 2])])
        #expect(receiver.push([], ticks: 1920) == [])
        #expect(receiver.depacketizer.counts.frames == 2)
        #expect(receiver.depacketizer.counts.keyframes == 0)
    }
}
