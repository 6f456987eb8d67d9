import Codecs
import Depacketize
import TestSupport
import Testing

/// A first slice that is no IDR: its payload begins with a 1 bit, first_mb_in_slice = 0.
private let slice: [UInt8] = [0x41, 0x9A, 1]
/// A slice in the middle of a picture.
private let laterSlice: [UInt8] = [0x41, 0x5A, 1]
private let idr: [UInt8] = [0x65, 0x88, 2]
private let sps: [UInt8] = [0x67, 0x42, 0xC0]
private let pps: [UInt8] = [0x68, 0xCB]
private let aggregation: [UInt8] = [0x78, 0, 3] + sps + [0, 2] + pps

private func prefixed(_ units: [UInt8]...) -> [UInt8] {
    units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 }
}

/// A receiver that has had its keyframe, and so believes what comes without a loss.
private func begun() -> Receiver {
    var receiver = Receiver(.h264)
    _ = receiver.push(aggregation, ticks: -1)
    _ = receiver.push(idr, marker: true, ticks: -1)
    return receiver
}

private func delta(ticks: Int64 = 0, isBroken: Bool = false, _ bytes: [UInt8] = prefixed(slice)) -> Frame {
    frame(.h264, ticks: ticks, isBroken: isBroken, bytes)
}

@Suite("H.264 from packets, RFC 6184")
struct H264DepacketizerTests {
    private var receiver = begun()

    @Test("a single NAL unit with the marker is a frame")
    mutating func single() {
        #expect(receiver.push(slice, marker: true, ticks: 9, at: 5) == [frame(.h264, ticks: 9, at: 5, prefixed(slice))])
        #expect(receiver.depacketizer.counts.frames == 2)
    }

    @Test("several slices are one frame, which a new timestamp ends if no marker does")
    mutating func timestampChange() {
        #expect(receiver.push(slice) == [])
        #expect(receiver.push(laterSlice) == [])
        #expect(receiver.push(slice, ticks: 3000) == [delta(prefixed(slice, laterSlice))])
        #expect(receiver.push(slice, marker: true, ticks: 6000).count == 2)
    }

    @Test("an aggregation brings parameter sets, fragments the picture: a keyframe")
    mutating func keyframe() {
        receiver = Receiver(.h264)
        #expect(receiver.push(aggregation) == [])
        #expect(receiver.push([0x7C, 0x85, 0x88]) == [])
        #expect(receiver.push([0x7C, 0x05, 7, 8]) == [])
        let expected = frame(.h264, isKeyframe: true, at: 4, prefixed(sps, pps, [0x65, 0x88, 7, 8, 9]))
        #expect(receiver.push([0x7C, 0x45, 9], marker: true, at: 4) == [expected])
        #expect(receiver.depacketizer.counts == counts(frames: 1, keyframes: 1))
    }

    @Test("a fragment that is start and end at once is a whole unit")
    mutating func wholeFragment() {
        #expect(receiver.push([0x5C, 0xC1, 0x9A, 1], marker: true) == [delta()])
    }

    @Test("parameter sets with a marker of their own belong to the next picture")
    mutating func lonelyParameterSets() {
        #expect(receiver.push(sps, marker: true, ticks: 0) == [])
        #expect(receiver.push(pps, marker: true, ticks: 0) == [])
        let expected = frame(.h264, ticks: 3000, isKeyframe: true, prefixed(sps, pps, idr))
        #expect(receiver.push(idr, marker: true, ticks: 3000) == [expected])
    }

    @Test("what has neither picture nor parameter sets is left out")
    mutating func pictureless() {
        #expect(receiver.push([0x06, 5, 1], marker: true, ticks: 0) == [])
        #expect(receiver.push(slice, marker: true, ticks: 3000) == [delta(ticks: 3000)])
    }

    @Test("a keyframe without parameter sets gets the last ones, behind its delimiter")
    mutating func repeatedParameterSets() {
        let expected = frame(.h264, ticks: 1, isKeyframe: true, prefixed(sps, pps, idr))
        #expect(receiver.push(idr, marker: true, ticks: 1) == [expected])
        let delimiter: [UInt8] = [0x09, 0x10]
        _ = receiver.push(delimiter, ticks: 2)
        let delimited = frame(.h264, ticks: 2, isKeyframe: true, prefixed(delimiter, sps, pps, idr))
        #expect(receiver.push(idr, marker: true, ticks: 2) == [delimited])
    }

    @Test("an IDR picture is no keyframe while its parameter sets are unknown")
    mutating func unknownParameterSets() {
        receiver = Receiver(.h264)
        #expect(receiver.push(idr, marker: true) == [delta(isBroken: true, prefixed(idr))])
        receiver = Receiver(.h264, parameterSets: H264.ParameterSets(sequence: [sps], picture: [pps]))
        #expect(receiver.push(idr, marker: true) == [frame(.h264, isKeyframe: true, prefixed(sps, pps, idr))])
    }

    @Test("filler is left out")
    mutating func filler() {
        _ = receiver.push([0x0C, 0xFF, 0xFF])
        _ = receiver.push([0x1C, 0x8C, 0xFF])
        _ = receiver.push([0x1C, 0x4C, 0xFF])
        #expect(receiver.push(slice, marker: true) == [delta()])
    }

    @Test("padding belongs to no frame, even with another timestamp")
    mutating func padding() {
        _ = receiver.push(slice)
        #expect(receiver.push([], ticks: 77) == [])
        #expect(receiver.push(laterSlice, marker: true) == [delta(prefixed(slice, laterSlice))])
    }

    @Test("a frame that lost its middle is dropped, and the next one says so")
    mutating func lostMiddle() {
        _ = receiver.push([0x5C, 0x81, 0x9A])
        #expect(receiver.push([0x5C, 0x41, 1], marker: true, lost: 1) == [])
        #expect(receiver.push(slice, marker: true, ticks: 1) == [delta(ticks: 1, isBroken: true)])
        #expect(receiver.push(slice, marker: true, ticks: 2) == [delta(ticks: 2, isBroken: true)])
        #expect(receiver.depacketizer.needsKeyframe)
        #expect(receiver.depacketizer.counts == counts(frames: 3, keyframes: 1, incomplete: 1))
    }

    @Test("a frame that lost its end is dropped")
    mutating func lostEnd() {
        _ = receiver.push(slice)
        #expect(receiver.push(slice, marker: true, ticks: 1, lost: 1) == [delta(ticks: 1, isBroken: true)])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
    }

    @Test("a loss that only padding noticed still counts")
    mutating func lossBeforePadding() {
        #expect(receiver.push([], lost: 1) == [])
        #expect(receiver.push(slice, marker: true) == [delta(isBroken: true)])
    }

    @Test(
        "a frame that lost its beginning is dropped",
        arguments: [laterSlice, [0x5C, 0x41, 0x9A], [0x5C, 0x81, 0x5A]] as [[UInt8]])
    func lostBeginning(_ payload: [UInt8]) {
        var receiver = Receiver(.h264)
        _ = receiver.push(slice, marker: true)
        #expect(receiver.push(payload, marker: true, ticks: 1, lost: 1) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
    }

    @Test("a keyframe that may have lost new parameter sets is dropped")
    mutating func lostParameterSets() {
        #expect(receiver.push(idr, marker: true, ticks: 1, lost: 1) == [])
        _ = receiver.push(aggregation, ticks: 2)
        let expected = frame(.h264, ticks: 2, isKeyframe: true, prefixed(sps, pps, idr))
        #expect(receiver.push(idr, marker: true, ticks: 2) == [expected])
        #expect(!receiver.depacketizer.needsKeyframe)
    }

    @Test(
        "a packet that breaks the rules drops its frame",
        arguments: [
            [0xC1, 0x9A], [0x19, 0, 1, 0x41], [0x1D, 0x81, 1], [0x40], [0x78, 0, 9, 1], [0x78, 0, 0], [0x78, 0],
            [0x78], [0x5C, 0x81], [0x78, 0, 1, 0xC1], [0x78, 0, 1, 0x78], [0x78, 0, 1, 0x40], [0x5C, 0x9C, 1],
            [0x5C, 0x80, 1],
        ] as [[UInt8]])
    func malformed(_ payload: [UInt8]) {
        var receiver = Receiver(.h264)
        #expect(receiver.push(slice) == [])
        #expect(receiver.push(payload, marker: true) == [])
        #expect(receiver.depacketizer.counts == counts(incomplete: 1, malformed: 1))
    }

    @Test(
        "fragments out of turn drop the frame",
        arguments: [
            [[0x5C, 0x81, 0x9A], [0x5C, 0x81, 0x9A], [0x5C, 0x41, 1]],
            [[0x5C, 0x01, 0x9A], [0x5C, 0x41, 1]],
            [[0x5C, 0x81, 0x9A], slice],
            [[0x5C, 0x81, 0x9A], [0x5C, 0x01, 1]],
        ] as [[[UInt8]]])
    func fragments(_ payloads: [[UInt8]]) {
        var receiver = Receiver(.h264)
        for payload in payloads.dropLast() { #expect(receiver.push(payload) == []) }
        #expect(receiver.push(payloads[payloads.count - 1], marker: true) == [])
        #expect(receiver.depacketizer.counts == counts(incomplete: 1))
        #expect(receiver.push(slice, marker: true, ticks: 1) == [delta(ticks: 1, isBroken: true)])
    }

    @Test("a frame without end is dropped at its limit")
    mutating func endless() {
        let fragment = [0x5C, 0x01] + [UInt8](repeating: 1, count: 60_000)
        _ = receiver.push([0x5C, 0x81, 0x9A])
        for _ in 0..<200 { #expect(receiver.push(fragment) == []) }
        #expect(receiver.push([0x5C, 0x41, 1], marker: true) == [])
        #expect(receiver.push(slice, marker: true, ticks: 1) == [delta(ticks: 1, isBroken: true)])
    }

    @Test("never traps", arguments: [aggregation, [0x7C, 0xC5, 0x88, 1], idr] as [[UInt8]])
    func mutations(_ payload: [UInt8]) {
        var receiver = Receiver(.h264)
        var ticks: Int64 = 0
        neverTraps(payload) { bytes in
            ticks += 1
            for frame in receiver.push(bytes, marker: ticks % 3 == 0, ticks: ticks / 2, lost: Int(ticks % 5 / 4)) {
                #expect(H264.nalUnits(in: frame.bytes).last?.upperBound == frame.bytes.count)
                receiver.depacketizer.recycle(frame.bytes)
            }
        }
    }

    private func counts(
        frames: Int = 0, keyframes: Int = 0, incomplete: Int = 0, malformed: Int = 0
    ) -> Depacketizer.Counts {
        var counts = Depacketizer.Counts()
        (counts.frames, counts.keyframes) = (frames, keyframes)
        (counts.incompleteFrames, counts.malformedPackets) = (incomplete, malformed)
        return counts
    }
}
