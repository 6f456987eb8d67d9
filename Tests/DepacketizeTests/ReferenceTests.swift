import Codecs
import Depacketize
import TestSupport
import Testing
import Units

/// The frames of an encoder with one of them lost on the way.
private func frames(_ originals: [Frame], losing lost: Set<Int>) -> [Frame] {
    var packetizer = Packetizer(originals[0].codec, maximumPayloadByteCount: 100)
    var receiver = Receiver(originals[0].codec)
    var (received, missing): ([Frame], Int) = ([], 0)
    for (index, original) in originals.enumerated() {
        for packet in packets(&packetizer, original) {
            if lost.contains(index) {
                missing += 1
                continue
            }
            received += receiver.push(packet.payload, marker: packet.marker, ticks: original.ticks, lost: missing)
            missing = 0
        }
    }
    return received
}

private func originals(_ codec: Codec, _ name: Fixture.Name) throws -> [Frame] {
    let fixture = try Fixture(name)
    let sets =
        switch fixture.format {
        case .h264(_, _, let sequence, let picture): sequence + picture
        case .h265(_, _, let video, let sequence, let picture): video + sequence + picture
        default: [[UInt8]]()
        }
    let prefix = H264.frame(ofByteStream: sets.flatMap { [0, 0, 0, 1] + $0 })
    return fixture.samples.map {
        frame(codec, ticks: $0.decodeTicks, isKeyframe: $0.isKeyframe, ($0.isKeyframe ? prefix : []) + $0.bytes)
    }
}

@Suite("Pictures that refer to others")
struct ReferenceTests {
    /// Whether no other picture refers to it.
    private static func isDisposable(_ frame: Frame) -> Bool {
        H264.nalUnits(in: frame.bytes).contains { unit in
            let header = frame.bytes[unit.lowerBound]
            guard frame.codec == .h265 else {
                return H264.NALUnitType(header: header) == .slice && H264.referenceImportance(header: header) == 0
            }
            let type = H265.NALUnitType(header: header)
            return type == .slice(isReference: false) || type == .skippedLeadingSlice(isReference: false)
        }
    }

    @Test(
        "are whole behind the loss of one that none refers to",
        arguments: [(.h264, .reordered), (.h265, .h265Reordered)] as [(Codec, Fixture.Name)])
    func disposable(_ codec: Codec, _ name: Fixture.Name) throws {
        let sent = try originals(codec, name)
        let disposable = sent.indices.filter { Self.isDisposable(sent[$0]) }
        #expect(disposable.count > 10)
        for index in disposable {
            let received = frames(sent, losing: [index])
            #expect(received.count == sent.count - 1)
            #expect(received.allSatisfy { !$0.isBroken }, "without \(index)")
        }
        // All of them at once, too.
        #expect(frames(sent, losing: Set(disposable)).allSatisfy { !$0.isBroken })
    }

    @Test(
        "are broken behind the loss of a reference, up to the next keyframe",
        arguments: [(.h264, .h264), (.h264, .reordered), (.h265, .h265), (.vp8, .vp8), (.av1, .av1)]
            as [(Codec, Fixture.Name)])
    func reference(_ codec: Codec, _ name: Fixture.Name) throws {
        let sent = try originals(codec, name)
        let lost = try #require((3..<20).first { !Self.isDisposable(sent[$0]) })
        let received = frames(sent, losing: [lost])
        #expect(received.count == sent.count - 1)
        #expect(received[..<lost].allSatisfy { !$0.isBroken })
        let keyframe = try #require(received.lastIndex { $0.isKeyframe })
        #expect(keyframe > lost)
        #expect(received[lost..<keyframe].allSatisfy { $0.isBroken })
        #expect(received[keyframe...].allSatisfy { !$0.isBroken })
    }

    @Test("of H.265 that are shown before a CRA but refer to before it are broken, those behind it are not")
    func leading() throws {
        let sent = try originals(.h265, .h265Reordered)
        let keyframe = try #require(sent.lastIndex { $0.isKeyframe })
        // Everything from the middle up to it.
        let received = frames(sent, losing: Set(10..<keyframe))
        let place = try #require(received.lastIndex { $0.isKeyframe })
        for frame in received[place...] {
            let isLeading = H265.nalUnits(in: frame.bytes).contains { unit in
                if case .skippedLeadingSlice = H265.NALUnitType(header: frame.bytes[unit.lowerBound]) { return true }
                return false
            }
            #expect(frame.isBroken == isLeading)
        }
        #expect(received[place...].contains { $0.isBroken })
    }

    @Test("are broken before the first keyframe", arguments: [.h264, .h265, .vp8, .vp9, .av1] as [Codec])
    func beforeKeyframe(_ codec: Codec) throws {
        let name: Fixture.Name =
            switch codec {
            case .h264: .h264
            case .h265: .h265
            case .vp8: .vp8
            case .vp9: .vp9
            default: .av1
            }
        let received = frames(try originals(codec, name), losing: [0])
        let keyframe = try #require(received.firstIndex { $0.isKeyframe })
        #expect(keyframe > 0)
        #expect(received[..<keyframe].allSatisfy { $0.isBroken })
    }
}

/// A VP8 frame in one packet, with picture ID, count of the lowest layer, layer and whether it refers to that alone.
private func vp8(
    _ number: UInt8, base: UInt8, layer: UInt8, isSynchronised: Bool = false, isDisposable: Bool = false,
    isKeyframe: Bool = false
) -> [UInt8] {
    let keyframe: [UInt8] = [0x36, 0, 0, 0x9D, 0x01, 0x2A, 0xB2, 0x00, 0x64, 0x00, 0x47]
    return [isDisposable ? 0xB0 : 0x90, 0xE0, number, base, layer << 6 | (isSynchronised ? 0x20 : 0)]
        + (isKeyframe ? keyframe : [0x37, 1, 2])
}

@Suite("VP8 frames that refer to others, RFC 7741 §4.2")
struct VP8ReferenceTests {
    private var receiver = Receiver(.vp8)
    private var ticks: Int64 = 0

    init() { _ = push(vp8(0, base: 0, layer: 0, isKeyframe: true)) }

    /// Whether the frame in the packet comes out broken.
    private mutating func push(_ payload: [UInt8], lost: Int = 0) -> Bool? {
        ticks += 1
        return receiver.push(payload, marker: true, ticks: ticks, lost: lost).first?.isBroken
    }

    @Test("go on in the lowest temporal layer when a higher one loses a frame")
    mutating func higherLayer() {
        #expect(push(vp8(1, base: 0, layer: 1, isSynchronised: true)) == false)
        #expect(push(vp8(2, base: 1, layer: 0)) == false)
        // 3, of layer 1, is lost.
        #expect(push(vp8(4, base: 2, layer: 0), lost: 1) == false)
        #expect(push(vp8(5, base: 2, layer: 1)) == true)
        #expect(push(vp8(6, base: 3, layer: 0)) == false)
        #expect(push(vp8(7, base: 3, layer: 1, isSynchronised: true)) == false)
        #expect(push(vp8(8, base: 4, layer: 0)) == false)
        #expect(push(vp8(9, base: 4, layer: 1)) == false)
    }

    @Test("are broken in all layers when the lowest loses a frame")
    mutating func lowestLayer() {
        #expect(push(vp8(1, base: 0, layer: 1, isSynchronised: true)) == false)
        // 2, of layer 0, is lost: 3 tells by its count.
        #expect(push(vp8(3, base: 1, layer: 1, isSynchronised: true), lost: 1) == true)
        #expect(push(vp8(4, base: 2, layer: 0)) == true)
        #expect(push(vp8(5, base: 2, layer: 1, isSynchronised: true)) == true)
        #expect(push(vp8(6, base: 3, layer: 0, isKeyframe: true)) == false)
        #expect(push(vp8(7, base: 3, layer: 1)) == false)
    }

    @Test("are whole when the packets that were lost held no frame")
    mutating func padding() {
        #expect(push([0x90, 0x80, 1, 0x37, 1], lost: 3) == false)
        #expect(push([0x90, 0x80, 2, 0x37, 1]) == false)
    }

    @Test("are whole behind a damaged one that none refers to")
    mutating func disposable() {
        ticks += 1
        // Begun and not ended, by its descriptor disposable; then the end of another frame is lost.
        #expect(receiver.push([0xB0, 0x80, 1, 0x37, 1], ticks: ticks) == [])
        #expect(push([0x90, 0x80, 2, 0x37, 1], lost: 1) == false)
        ticks += 1
        #expect(receiver.push([0x90, 0x80, 3, 0x37, 1], ticks: ticks) == [])
        #expect(push([0x90, 0x80, 4, 0x37, 1], lost: 1) == true)
        #expect(push([0x90, 0x80, 5, 0x37, 1]) == true)
    }

    @Test("are as clean as a dependency descriptor proves")
    mutating func descriptor() {
        receiver = Receiver(.vp8)
        func push(_ number: UInt16, _ distances: UInt16..., lost: Int = 0, isKeyframe: Bool = false) -> Bool? {
            var told = FrameDependencies(frameNumber: number)
            for distance in distances { _ = told.append(distance: distance) }
            ticks += 1
            let payload = vp8(0, base: 0, layer: 0, isKeyframe: isKeyframe)[5...]
            return receiver.push([0x10] + payload, marker: true, ticks: ticks, lost: lost, dependencies: told).first?
                .isBroken
        }
        #expect(push(65_535, isKeyframe: true) == false)
        #expect(push(0, 1) == false)
        // 1 is lost; 2 refers to it, 3 to the one before.
        #expect(push(2, 1, lost: 1) == true)
        #expect(push(3, 3) == false)
        #expect(push(4, 1, 2) == true)
        #expect(push(5, 2, 5) == false)
    }
}
