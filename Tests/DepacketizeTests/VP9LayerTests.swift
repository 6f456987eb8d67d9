import Codecs
import Depacketize
import TestSupport
import Testing
import Units

/// A layer of a picture as its packets say it.
struct LayerPacket: Sendable {
    var payload: [UInt8]
    var marker: Bool
    var ticks: Int64
    var spatialLayer: Int
    var temporalLayer: Int
}

/// A real stream of two spatial and two temporal layers, in packets of a layer or half of one.
struct LayeredStream: Sendable {
    var packets: [LayerPacket] = []
    /// The pictures as superframes of their encoder, both layers shown.
    var pictures: [Frame] = []

    /// With references told from picture to picture, or by the pattern that keyframes bring.
    init(_ name: Fixture.Name, isFlexible: Bool) throws {
        for (index, sample) in try Fixture(name).samples.enumerated() {
            pictures.append(frame(.vp9, ticks: sample.decodeTicks, isKeyframe: sample.isKeyframe, sample.bytes))
            let (inGroup, temporal) = (index % 20, index % 2)
            // Layer 1 refers to layer 0 of its picture in keyframes only, or in all.
            let interLayer = inGroup == 0 || name == .vp9EqualLayers
            for (layer, range) in VP9.frames(in: sample.bytes).enumerated() {
                let middle = (range.lowerBound + range.upperBound) / 2
                for (part, piece) in [range.lowerBound..<middle, middle..<range.upperBound].enumerated() {
                    var flags: UInt8 = 0xA0 | (part == 0 ? 0x08 : 0x04)
                    if inGroup > 0 { flags |= 0x40 }
                    if isFlexible { flags |= 0x10 }
                    let hasStructure = !isFlexible && inGroup == 0 && layer == 0 && part == 0
                    if hasStructure { flags |= 0x02 }
                    var payload = [flags, 0x80 | UInt8(index >> 8), UInt8(index)]
                    let isDependent = layer == 1 && interLayer
                    payload.append(UInt8(temporal << 5 | layer << 1) | (isDependent ? 1 : 0))
                    // To the last picture of the lowest temporal layer: one back, or two.
                    if !isFlexible { payload.append(UInt8(index / 2)) }
                    if isFlexible, inGroup > 0 { payload.append(UInt8(temporal == 1 ? 1 : 2) << 1) }
                    if hasStructure { payload += [0x28, 2, 0x04, 2, 0x24, 1] }
                    packets.append(
                        LayerPacket(
                            payload: payload + sample.bytes[piece], marker: layer == 1 && part == 1,
                            ticks: sample.decodeTicks, spatialLayer: layer, temporalLayer: temporal))
                }
            }
        }
    }

    /// What comes out if these packets are lost.
    func frames(losing isLost: (LayerPacket) -> Bool) -> (frames: [Frame], depacketizer: Depacketizer) {
        var receiver = Receiver(.vp9)
        var (frames, lost): ([Frame], Int) = ([], 0)
        for packet in packets {
            if isLost(packet) {
                lost += 1
                continue
            }
            frames += receiver.push(packet.payload, marker: packet.marker, ticks: packet.ticks, lost: lost)
            lost = 0
        }
        return (frames, receiver.depacketizer)
    }
}

@Suite("VP9 with spatial and temporal layers, RFC 9628", .enabled(if: SecondOpinion.isAvailable))
struct VP9LayerTests {
    static let streams: [(Fixture.Name, Bool)] = [
        (.vp9Layers, true), (.vp9Layers, false), (.vp9EqualLayers, true), (.vp9EqualLayers, false),
    ]
    private static let largePicture = 160 * 96 * 3 / 2

    @Test("shows the highest layer of each picture, once, in every decoder", arguments: streams)
    func whole(_ name: Fixture.Name, _ isFlexible: Bool) throws {
        let stream = try LayeredStream(name, isFlexible: isFlexible)
        let frames = stream.frames { _ in false }.frames
        #expect(frames.map(\.ticks) == stream.pictures.map(\.ticks))
        #expect(frames.map(\.isKeyframe) == stream.pictures.map(\.isKeyframe))
        #expect(frames.allSatisfy { !$0.isBroken })
        // libvpx shows one picture of a superframe, the last; ffmpeg's decoder all that are meant to be shown.
        let expected = try Decoded.pictures(of: stream.pictures, decoder: "libvpx-vp9")
        #expect(expected.checksums.count == frames.count)
        for decoder in ["vp9", "libvpx-vp9"] {
            let shown = try Decoded.pictures(of: frames, decoder: decoder)
            #expect(shown.errors == "")
            #expect(shown.checksums == expected.checksums, "\(decoder)")
        }
        #expect(
            TrackFormat(startingWith: frames[0])?.pictureSize == PictureSize(width: 160, height: 96))
    }

    @Test("loses a temporal layer, and nothing of what is left is broken", arguments: streams)
    func temporalLayer(_ name: Fixture.Name, _ isFlexible: Bool) throws {
        let stream = try LayeredStream(name, isFlexible: isFlexible)
        let (frames, depacketizer) = stream.frames { $0.temporalLayer == 1 }
        #expect(frames.count == (stream.pictures.count + 1) / 2)
        #expect(frames.allSatisfy { !$0.isBroken })
        #expect(!depacketizer.needsKeyframe)
        let shown = try Decoded.pictures(of: frames, decoder: "vp9")
        #expect(shown.errors == "")
        #expect(shown.checksums.count == frames.count)
        #expect(shown.byteCounts == [Self.largePicture])
    }

    @Test("loses the upper layer, and shows the lower one", arguments: streams)
    func upperLayer(_ name: Fixture.Name, _ isFlexible: Bool) throws {
        let stream = try LayeredStream(name, isFlexible: isFlexible)
        // From the fifth picture on, either packet of the layer or both.
        let (frames, depacketizer) = stream.frames {
            $0.spatialLayer == 1 && $0.ticks >= 15_000 && ($0.ticks / 3000 % 3 == 0 || !$0.marker)
        }
        #expect(frames.map(\.ticks) == stream.pictures.map(\.ticks))
        #expect(frames.allSatisfy { !$0.isBroken })
        #expect(depacketizer.needsKeyframe)
        #expect(frames[..<5].allSatisfy { VP9.frames(in: $0.bytes).count == 2 })
        #expect(frames[5...].allSatisfy { VP9.frames(in: $0.bytes).count == 1 })
        let shown = try Decoded.pictures(of: frames, decoder: "vp9")
        #expect(shown.errors == "")
        #expect(shown.checksums.count == frames.count)
    }

    @Test("loses the lower layer once, and what does not need it goes on")
    func lowerLayer() throws {
        let stream = try LayeredStream(.vp9Layers, isFlexible: true)
        let (frames, depacketizer) = stream.frames { $0.spatialLayer == 0 && $0.ticks == 12_000 }
        #expect(frames.map(\.ticks) == stream.pictures.map(\.ticks))
        #expect(frames.allSatisfy { !$0.isBroken })
        // Until the keyframe, layer 1 alone; then both again.
        #expect(frames[4..<20].allSatisfy { VP9.frames(in: $0.bytes).count == 1 })
        #expect(frames[20...].allSatisfy { VP9.frames(in: $0.bytes).count == 2 })
        #expect(!depacketizer.needsKeyframe)
        let expected = try Decoded.pictures(of: stream.pictures, decoder: "libvpx-vp9")
        let shown = try Decoded.pictures(of: frames, decoder: "vp9")
        #expect(shown.checksums == expected.checksums)
    }

    @Test("loses packets at random, and what is not called broken decodes", arguments: streams, 1...6)
    func random(_ stream: (Fixture.Name, Bool), _ seed: UInt64) throws {
        let stream = try LayeredStream(stream.0, isFlexible: stream.1)
        var generator = SeededGenerator(seed: seed)
        let (frames, _) = stream.frames { _ in Int.random(in: 0..<100, using: &generator) < 4 }
        let clean = frames.filter { !$0.isBroken }
        #expect(!clean.isEmpty)
        guard clean.first?.isKeyframe == true else { return }
        let shown = try Decoded.pictures(of: clean, decoder: "vp9", isScaled: true)
        #expect(shown.errors == "", "seed \(seed)")
        #expect(shown.checksums.count == clean.count, "seed \(seed)")
        // Whatever layer it is that shows, it is as its encoder made it.
        let expected = Set(try Decoded.pictures(of: stream.pictures, decoder: "vp9", isScaled: true).checksums)
        #expect(shown.checksums.allSatisfy { expected.contains($0) }, "seed \(seed)")
    }
}
