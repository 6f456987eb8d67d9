import Codecs
import Depacketize
import TestSupport
import Testing

/// The head of a keyframe of 64 × 48 pixels, shown, and of an inter frame from slot 0 of the same size.
private let key: [UInt8] = [0x82, 0x49, 0x83, 0x42, 0, 0x03, 0xF0, 0x02, 0xF0, 0]
private let inter: [UInt8] = [0x86, 0x01, 0, 0x02, 0, 0]

@Suite("VP9 from packets, RFC 9628 §4.2")
struct VP9DepacketizerTests {
    @Test(
        "reads past every form of descriptor",
        arguments: [
            [0x0C], [0x8C, 1], [0x8C, 0x81, 2], [0x2C, 0, 1], [0xAC, 1, 0, 1], [0x9C, 1], [0xBC, 1, 0],
            [0x0E, 0], [0x0E, 0x10, 0, 64, 0, 48], [0x0E, 0x08, 1, 0x04, 1], [0x0E, 0x08, 2, 0x0C, 1, 2, 3, 0],
            [0xAE, 0x81, 2, 0, 9, 0x38, 0, 64, 0, 48, 0, 64, 0, 48, 1, 0x24, 1],
        ] as [[UInt8]])
    func descriptors(_ descriptor: [UInt8]) {
        var receiver = Receiver(.vp9)
        #expect(receiver.push(descriptor + key, marker: true) == [frame(.vp9, isKeyframe: true, key)])
        // Cut off anywhere inside, or right behind, it is malformed.
        for count in 1...descriptor.count {
            var receiver = Receiver(.vp9)
            #expect(receiver.push(Array(descriptor[..<count]), marker: true) == [])
            #expect(receiver.depacketizer.counts.malformedPackets == 1)
        }
    }

    @Test(
        "refuses references without a picture ID, to nothing, too many, and a lowest layer with one below",
        arguments: [[0x5C, 2], [0xDC, 1, 0], [0xDC, 1, 3, 3, 3, 2], [0x2C, 1, 1], [0xBC, 1, 1]] as [[UInt8]])
    func refused(_ descriptor: [UInt8]) {
        var receiver = Receiver(.vp9)
        #expect(receiver.push(descriptor + inter, marker: true) == [])
        #expect(receiver.depacketizer.counts.malformedPackets == 1)
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
    }

    @Test("joins packets to a frame, which a marker ends or a new time")
    func joins() {
        var receiver = Receiver(.vp9)
        #expect(receiver.push([0x88, 1] + key[..<4]) == [])
        #expect(receiver.push([0x80, 1] + key[4..<7]) == [])
        #expect(receiver.push([0x84, 1] + key[7...], marker: true) == [frame(.vp9, isKeyframe: true, key)])
        // GStreamer's older payloaders set no end.
        #expect(receiver.push([0xC8, 2] + inter, ticks: 1) == [])
        #expect(receiver.push([0xCC, 3] + inter, ticks: 2) == [frame(.vp9, ticks: 1, inter)])
    }

    @Test(
        "drops a frame that lost anything",
        arguments: [
            [([0xC0, 9], 1)], [([0xC4, 9], 0)], [([0xC8, 9], 0), ([0xC4, 9], 1)],
        ] as [[([UInt8], Int)]])
    func losses(_ packets: [([UInt8], Int)]) {
        var receiver = Receiver(.vp9)
        _ = receiver.push([0x8C, 1] + key, marker: true)
        for (index, packet) in packets.enumerated() {
            let isLast = index == packets.count - 1
            #expect(receiver.push(packet.0 + inter, marker: isLast, ticks: 1, lost: packet.1) == [])
        }
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
        #expect(receiver.push([0xCC, 11] + inter, marker: true, ticks: 2).map(\.isBroken) == [true])
        #expect(receiver.depacketizer.needsKeyframe)
        #expect(receiver.push([0x8C, 12] + key, marker: true, ticks: 3).map(\.isBroken) == [false])
        #expect(receiver.push([0xCC, 13] + inter, marker: true, ticks: 4).map(\.isBroken) == [false])
        #expect(!receiver.depacketizer.needsKeyframe)
    }

    @Test("tells in flexible mode what is clean, whatever else is lost")
    func flexible() {
        var receiver = Receiver(.vp9)
        var ticks: Int64 = 0
        /// A picture that refers to one so far back; whether it is broken.
        func push(_ number: UInt8, _ distance: UInt8, lost: Int = 0) -> Bool? {
            ticks += 1
            return receiver.push([0xDC, number, distance << 1] + inter, marker: true, ticks: ticks, lost: lost)
                .first?.isBroken
        }
        _ = receiver.push([0x9C, 126] + key, marker: true)
        #expect(push(127, 1) == false)
        // 0 is lost.
        #expect(push(1, 1, lost: 2) == true)
        #expect(push(2, 3) == false)
        #expect(push(3, 2) == true)
        #expect(push(4, 2) == false)
        #expect(push(5, 7) == false)
    }

    @Test("hides a frame by a bit or two, and nothing else of it changes")
    func hiding() throws {
        let size = PictureSize(width: 64, height: 48)
        var hidden: [UInt8] = []
        #expect(VP9.appendHidden(key.span, size: size, to: &hidden))
        #expect(hidden == [0x80] + key[1...])
        hidden = []
        let fixture = try Fixture(.vp9Layers)
        for sample in fixture.samples {
            let range = try #require(VP9.frames(in: sample.bytes).first)
            let frame = sample.bytes.span.extracting(range)
            hidden = []
            #expect(VP9.appendHidden(frame, size: PictureSize(width: 80, height: 48), to: &hidden))
            var expected = try VP9.FrameHeader(parsing: frame)
            expected.isShown = false
            #expect(try VP9.FrameHeader(parsing: hidden.span) == expected)
            #expect(hidden.count - range.count <= 1)
            // Once more, it stays as it is.
            var again: [UInt8] = []
            #expect(VP9.appendHidden(hidden.span, size: size, to: &again))
            #expect(again == hidden)
        }
        #expect(!VP9.appendHidden([0x88].span, size: size, to: &hidden))
        #expect(!VP9.appendHidden([0x86, 1].span, size: size, to: &hidden))
    }

    @Test("never traps")
    func mutations() {
        var receiver = Receiver(.vp9)
        var ticks: Int64 = 0
        neverTraps([0xAE, 0x81, 2, 0, 9, 0x38, 0, 64, 0, 48, 0, 64, 0, 48, 1, 0x24, 1] + key) { bytes in
            ticks += 1
            for frame in receiver.push(bytes, marker: ticks % 3 == 0, ticks: ticks / 2, lost: Int(ticks % 5 / 4)) {
                receiver.depacketizer.recycle(frame.bytes)
            }
        }
    }
}
