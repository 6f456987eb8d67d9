import Codecs
import Depacketize
import TestSupport
import Testing

private let video: [UInt8] = [0x40, 0x01, 7]
private let sequence: [UInt8] = [0x42, 0x01, 8]
private let picture: [UInt8] = [0x44, 0x01, 9]
/// First slices: their payload begins with a 1 bit.
private let idr: [UInt8] = [0x26, 0x01, 0xAF, 2]
private let slice: [UInt8] = [0x02, 0x01, 0xD0, 1]
/// A slice in the middle of a picture.
private let laterSlice: [UInt8] = [0x02, 0x01, 0x50, 1]
/// All parameter sets in one packet (RFC 7798 §4.4.2).
private let aggregation: [UInt8] = [0x60, 0x01, 0, 3] + video + [0, 3] + sequence + [0, 3] + picture

private func prefixed(_ units: [UInt8]...) -> [UInt8] {
    units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 }
}

private func begun() -> Receiver {
    var receiver = Receiver(.h265)
    _ = receiver.push(aggregation, ticks: -1)
    _ = receiver.push(idr, marker: true, ticks: -1)
    return receiver
}

private func delta(ticks: Int64 = 0, isBroken: Bool = false, _ bytes: [UInt8] = prefixed(slice)) -> Frame {
    frame(.h265, ticks: ticks, isBroken: isBroken, bytes)
}

@Suite("H.265 from packets, RFC 7798")
struct H265DepacketizerTests {
    private var receiver = begun()

    @Test("a single NAL unit with the marker is a frame; several are one until the time changes")
    mutating func units() {
        #expect(receiver.push(slice, marker: true) == [delta()])
        #expect(receiver.push(slice, ticks: 1) == [])
        #expect(receiver.push(laterSlice, ticks: 1) == [])
        #expect(receiver.push(slice, ticks: 2) == [delta(ticks: 1, prefixed(slice, laterSlice))])
    }

    @Test("an aggregation brings parameter sets, fragments the picture: a keyframe")
    mutating func keyframe() {
        receiver = Receiver(.h265)
        #expect(receiver.push(aggregation) == [])
        #expect(receiver.push([0x62, 0x01, 0x93, 0xAF]) == [])
        #expect(receiver.push([0x62, 0x01, 0x13, 7, 8]) == [])
        let bytes = prefixed(video, sequence, picture, [0x26, 0x01, 0xAF, 7, 8, 9])
        #expect(receiver.push([0x62, 0x01, 0x53, 9], marker: true) == [frame(.h265, isKeyframe: true, bytes)])
        #expect(receiver.depacketizer.counts.keyframes == 1)
    }

    @Test("a keyframe without parameter sets gets the last ones, behind its delimiter")
    mutating func repeatedParameterSets() {
        let sets = prefixed(video, sequence, picture)
        #expect(receiver.push(idr, marker: true) == [frame(.h265, isKeyframe: true, sets + prefixed(idr))])
        let delimiter: [UInt8] = [0x46, 0x01, 0x50]
        _ = receiver.push(delimiter, ticks: 1)
        let expected = frame(.h265, ticks: 1, isKeyframe: true, prefixed(delimiter) + sets + prefixed(idr))
        #expect(receiver.push(idr, marker: true, ticks: 1) == [expected])
        // New ones may have gone down with what was lost.
        #expect(receiver.push(idr, marker: true, ticks: 2, lost: 1) == [])
    }

    @Test("parameter sets come in packets and with markers of their own, or with the session")
    mutating func lonelyParameterSets() {
        receiver = Receiver(.h265)
        for set in [video, sequence, picture] { #expect(receiver.push(set, marker: true) == []) }
        let expected = frame(.h265, ticks: 5, isKeyframe: true, prefixed(video, sequence, picture, idr))
        #expect(receiver.push(idr, marker: true, ticks: 5) == [expected])
        receiver = Receiver(
            .h265,
            h265ParameterSets: H265.ParameterSets(video: [video], sequence: [sequence], picture: [picture]))
        #expect(receiver.push(idr, marker: true, ticks: 5) == [expected])
        receiver = Receiver(.h265)
        #expect(receiver.push(idr, marker: true) == [delta(isBroken: true, prefixed(idr))])
    }

    @Test("filler is left out, and what has no picture")
    mutating func filler() {
        _ = receiver.push([0x4C, 0x01, 0xFF])
        _ = receiver.push([0x62, 0x01, 0xE6, 0xFF])
        #expect(receiver.push(slice, marker: true) == [delta()])
        #expect(receiver.push([0x4E, 0x01, 5, 1], marker: true, ticks: 1) == [])
        #expect(receiver.push(slice, marker: true, ticks: 2) == [delta(ticks: 2)])
    }

    @Test(
        "a packet that breaks the rules drops its frame",
        arguments: [
            [0x02], [0x82, 0x01, 1], [0x02, 0x00, 1], [0x64, 0x01, 1], [0x60, 0x01, 0], [0x60, 0x01, 0, 9, 1],
            [0x60, 0x01, 0, 1, 2], [0x60, 0x01, 0, 2, 0x60, 0x01], [0x62, 0x01, 0x93], [0x62, 0x01, 0xB0, 1],
        ] as [[UInt8]])
    func malformed(_ payload: [UInt8]) {
        var receiver = begun()
        #expect(receiver.push(slice) == [])
        #expect(receiver.push(payload, marker: true) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
        #expect(receiver.depacketizer.counts.malformedPackets == 1)
    }

    @Test(
        "fragments out of turn, or without a beginning, drop the frame",
        arguments: [
            [[0x62, 0x01, 0x81, 0xD0], [0x62, 0x01, 0x81, 0xD0], [0x62, 0x01, 0x41, 1]],
            [[0x62, 0x01, 0x01, 0xD0]], [[0x62, 0x01, 0x81, 0xD0], slice], [[0x62, 0x01, 0x81, 0xD0]],
        ] as [[[UInt8]]])
    func fragments(_ payloads: [[UInt8]]) {
        var receiver = begun()
        for payload in payloads.dropLast() { #expect(receiver.push(payload) == []) }
        #expect(receiver.push(payloads[payloads.count - 1], marker: true) == [])
        #expect(receiver.push(slice, marker: true, ticks: 1) == [delta(ticks: 1, isBroken: true)])
    }

    @Test(
        "a frame that lost its beginning is dropped", arguments: [laterSlice, [0x62, 0x01, 0x41, 0xD0]] as [[UInt8]])
    func lostBeginning(_ payload: [UInt8]) {
        var receiver = begun()
        #expect(receiver.push(payload, marker: true, lost: 1) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
    }

    @Test("never traps", arguments: [aggregation, [0x62, 0x01, 0xD3, 0xAF, 1], idr] as [[UInt8]])
    func mutations(_ payload: [UInt8]) {
        var receiver = Receiver(.h265)
        var ticks: Int64 = 0
        neverTraps(payload) { bytes in
            ticks += 1
            for frame in receiver.push(bytes, marker: ticks % 3 == 0, ticks: ticks / 2, lost: Int(ticks % 5 / 4)) {
                #expect(H264.nalUnits(in: frame.bytes).last?.upperBound == frame.bytes.count)
                receiver.depacketizer.recycle(frame.bytes)
            }
        }
    }
}
