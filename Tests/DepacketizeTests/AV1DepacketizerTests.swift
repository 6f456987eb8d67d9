import Codecs
import Depacketize
import TestSupport
import Testing

/// The sequence header of the fixture, with its size: 160 × 96.
private let sequenceHeader: [UInt8] = [
    0x0A, 13, 0, 0, 0, 3, 0xB4, 0xFD, 0xF3, 0x6B, 0xE4, 0x40, 0x40, 0x40, 0x41,
]
/// As packets carry it: without size.
private let bareSequenceHeader: [UInt8] = [0x08] + sequenceHeader[2...]
/// Frame OBUs without size: a key frame that is shown, and an inter frame; their heads are all that is read.
private let key: [UInt8] = [0x30, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
private let inter: [UInt8] = [0x30, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

/// The same OBU with its size.
private func sized(_ unit: [UInt8]) -> [UInt8] {
    let headerByteCount = unit[0] & 4 != 0 ? 2 : 1
    return [unit[0] | 2] + unit[1..<headerByteCount] + [UInt8(unit.count - headerByteCount)] + unit[headerByteCount...]
}

/// The OBU within a spatial layer.
private func layered(_ unit: [UInt8], _ layer: UInt8) -> [UInt8] { [unit[0] | 4, layer << 3] + unit[1...] }

private func elements(_ header: UInt8, _ units: [UInt8]...) -> [UInt8] {
    [header] + units.flatMap { [UInt8($0.count)] + $0 }
}

private func begun() -> Receiver {
    var receiver = Receiver(.av1)
    _ = receiver.push(elements(0x08, bareSequenceHeader, key), marker: true, ticks: -1)
    return receiver
}

private func delta(ticks: Int64 = 0, isBroken: Bool = false, _ units: [UInt8]...) -> Frame {
    frame(.av1, ticks: ticks, isBroken: isBroken, units.flatMap { sized($0) })
}

private func dependencies(
    _ number: UInt16, layer: Int, _ distances: [UInt16], starts: Bool = true, ends: Bool = true
) -> FrameDependencies {
    var told = FrameDependencies(frameNumber: number, spatialLayer: layer, startsFrame: starts, endsFrame: ends)
    for distance in distances { _ = told.append(distance: distance) }
    return told
}

@Suite("AV1 from packets")
struct AV1DepacketizerTests {
    private var receiver = begun()

    @Test("units get their sizes, however packets count them")
    mutating func aggregation() {
        let metadata: [UInt8] = [0x28, 4, 5]
        let expected = frame(.av1, isKeyframe: true, sequenceHeader + sized(metadata) + sized(key))
        // W is 0, then 3: the last has no size in the packet.
        receiver = Receiver(.av1)
        #expect(receiver.push(elements(0x08, bareSequenceHeader, metadata, key), marker: true) == [expected])
        receiver = Receiver(.av1)
        let counted = elements(0x38, bareSequenceHeader, metadata) + key
        #expect(receiver.push(counted, marker: true) == [expected])
        // Sizes within the units do no harm.
        receiver = Receiver(.av1)
        let inner = elements(0x08, sequenceHeader, sized(metadata), sized(key))
        #expect(receiver.push(inner, marker: true) == [expected])
        #expect(receiver.depacketizer.counts.keyframes == 1)
    }

    @Test("temporal delimiters, tile lists and padding are left out")
    mutating func leftOut() {
        let payload = elements(0, [0x10], [0x40, 1], inter, [0x78, 1, 2, 0x80])
        #expect(receiver.push(payload, marker: true) == [delta(inter)])
        #expect(receiver.push(elements(0, [0x10]), marker: true, ticks: 1) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 0)
    }

    @Test("fragments are joined, wherever they are cut", arguments: 1..<11)
    func fragments(_ cut: Int) {
        var receiver = begun()
        let (first, second) = (Array(inter[..<cut]), Array(inter[cut...]))
        #expect(receiver.push([0x50] + first) == [])
        #expect(receiver.push([0x90] + second, marker: true) == [delta(inter)])
        // With a size of its own, and another unit before and behind.
        let metadata: [UInt8] = [0x28, 4, 5]
        let unit = sized(inter)
        #expect(receiver.push(elements(0x40, metadata, Array(unit[..<cut])), ticks: 1) == [])
        #expect(
            receiver.push(elements(0x80, Array(unit[cut...]), metadata), marker: true, ticks: 1)
                == [delta(ticks: 1, metadata, inter, metadata)])
    }

    @Test("a unit of any size is joined", arguments: [126, 127, 128, 129, 16_382, 16_383, 16_384, 70_000])
    func sizes(_ count: Int) throws {
        var receiver = begun()
        let unit = inter + [UInt8](repeating: 7, count: count - inter.count + 1)
        var (position, frames): (Int, [Frame]) = (0, [])
        while position < unit.count {
            let end = min(unit.count, position + 1100)
            let header: UInt8 = 0x10 | (position > 0 ? 0x80 : 0) | (end < unit.count ? 0x40 : 0)
            frames += receiver.push([header] + unit[position..<end], marker: end == unit.count)
            position = end
        }
        let bytes = try #require(frames.first?.bytes)
        #expect(AV1.units(in: bytes).map(\.payload.count) == [count])
        #expect(bytes.suffix(count) == unit[1...])
        #expect(bytes.count == 1 + AV1.leb128ByteCount(count) + count)
    }

    @Test("a keyframe without sequence header gets the last one")
    mutating func repeatedHeader() {
        let expected = frame(.av1, isKeyframe: true, sequenceHeader + sized(key))
        #expect(receiver.push(elements(0, key), marker: true) == [expected])
        receiver = Receiver(.av1)
        #expect(receiver.push(elements(0, key), marker: true) == [delta(isBroken: true, key)])
    }

    @Test(
        "a packet that breaks the rules drops its frame",
        arguments: [
            [0x00], [0x00, 9, 1], [0x30, 1, 0x30], [0x00, 0x80], [0x10, 0x80, 1], [0x00, 3, 0x32, 5, 1],
            [0x00, 4, 0x32, 1, 1, 1], [0x00, 0],
        ] as [[UInt8]])
    func malformed(_ payload: [UInt8]) {
        var receiver = begun()
        #expect(receiver.push(elements(0, [0x28, 1])) == [])
        #expect(receiver.push(payload, marker: true) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
        #expect(receiver.depacketizer.counts.malformedPackets == 1)
    }

    @Test("fragments out of turn drop the frame")
    mutating func outOfTurn() {
        #expect(receiver.push([0x90, 1, 2], marker: true) == [])
        #expect(receiver.push([0x50] + inter, ticks: 1) == [])
        #expect(receiver.push([0x10] + inter, marker: true, ticks: 1) == [])
        #expect(receiver.push([0x50] + inter, marker: true, ticks: 2) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 3)
        #expect(receiver.push([0x10] + inter, marker: true, ticks: 3) == [delta(ticks: 3, isBroken: true, inter)])
        #expect(receiver.depacketizer.needsKeyframe)
    }

    @Test("layers below one that is missing stay")
    mutating func layers() {
        let (lower, upper) = (layered(inter, 0), layered(inter, 1))
        #expect(receiver.push([0x10] + lower) == [])
        #expect(receiver.push([0x10] + upper, marker: true) == [delta(lower, upper)])
        // The upper one lacks its end: the packet that began it tells that the lower one is whole.
        #expect(receiver.push([0x10] + lower, ticks: 1) == [])
        #expect(receiver.push([0x50] + upper, ticks: 1) == [])
        #expect(receiver.push([0x90, 1], marker: true, ticks: 1, lost: 1) == [delta(ticks: 1, lower)])
        #expect(receiver.depacketizer.needsKeyframe)
    }

    @Test("layers that a dependency descriptor tells apart are judged each for itself")
    mutating func descriptors() {
        receiver = Receiver(.av1)
        let (lower, upper) = (layered(inter, 0), layered(inter, 1))
        func push(_ payload: [UInt8], _ told: FrameDependencies, ticks: Int64, lost: Int = 0) -> [Frame] {
            let isLast = told.spatialLayer == 1 && told.endsFrame
            return receiver.push(payload, marker: isLast, ticks: ticks, lost: lost, dependencies: told)
        }
        _ = push(elements(0x08, bareSequenceHeader, layered(key, 0)), dependencies(0, layer: 0, []), ticks: 0)
        let keyframe = push([0x10] + upper, dependencies(1, layer: 1, [1]), ticks: 0)
        #expect(keyframe.map(\.isKeyframe) == [true])
        // Each refers to its own layer alone: the loss of the lower does not touch the upper, and the other way round.
        #expect(push([0x10] + upper, dependencies(3, layer: 1, [2]), ticks: 1, lost: 1) == [delta(ticks: 1, upper)])
        #expect(push([0x10] + lower, dependencies(4, layer: 0, [2]), ticks: 2) == [])
        #expect(push([0x10] + upper, dependencies(5, layer: 1, [2]), ticks: 2) == [delta(ticks: 2, upper)])
        #expect(receiver.depacketizer.needsKeyframe)
        // The lower one refers to the keyframe again, and is whole; the upper one loses its end.
        #expect(push([0x10] + lower, dependencies(6, layer: 0, [6]), ticks: 3) == [])
        #expect(push([0x50] + upper, dependencies(7, layer: 1, [2], ends: false), ticks: 3) == [])
        let end = dependencies(7, layer: 1, [], starts: false)
        #expect(push([0x90, 1], end, ticks: 3, lost: 1) == [delta(ticks: 3, lower)])
        // What refers to that is broken, and left out as long as there is anything else.
        #expect(push([0x10] + lower, dependencies(8, layer: 0, [2]), ticks: 4) == [])
        #expect(push([0x10] + upper, dependencies(9, layer: 1, [2]), ticks: 4) == [delta(ticks: 4, lower)])
        #expect(
            push([0x10] + upper, dependencies(11, layer: 1, [2]), ticks: 5, lost: 1)
                == [delta(ticks: 5, isBroken: true, upper)])
    }

    @Test("what continues a frame whose beginning is missing is no frame")
    mutating func headless() {
        let tiles: [UInt8] = [0x20, 1, 2, 3]
        let told = dependencies(5, layer: 0, [], starts: false)
        #expect(receiver.push([0x10] + tiles, marker: true, lost: 1, dependencies: told) == [])
        #expect(receiver.depacketizer.counts.incompleteFrames == 1)
        receiver = begun()
        #expect(receiver.push([0x10] + tiles, marker: true, lost: 1) == [delta(isBroken: true, tiles)])
    }

    @Test("never traps")
    func mutations() {
        var receiver = begun()
        var ticks: Int64 = 0
        neverTraps(elements(0x48, bareSequenceHeader, layered(key, 1))) { bytes in
            ticks += 1
            for frame in receiver.push(bytes, marker: ticks % 3 == 0, ticks: ticks / 2, lost: Int(ticks % 5 / 4)) {
                #expect(AV1.units(in: frame.bytes).last?.range.upperBound == frame.bytes.count)
                receiver.depacketizer.recycle(frame.bytes)
            }
        }
    }
}
