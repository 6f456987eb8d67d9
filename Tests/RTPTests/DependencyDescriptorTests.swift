import Bytes
import RTP
import TestSupport
import Testing

/// A keyframe's first packet, and packets behind it, as a browser sent them with three spatial and three temporal
/// layers: bytes of a traffic capture that several open projects test with.
private let captured = bytes(
    "c1017280081485214eafffaaaa863cf0430c10c302afc0aaa0063c00430010c002a000a80006000040001d954926e082b04a0941b820ac12"
        + "82503157f974000ca864330e222222eca8655304224230eca877530077004200ef008601df010d")

private func bytes(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }

/// Bits as bytes, zeros behind them.
private func bits(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, bit) in text.filter({ $0 == "0" || $0 == "1" }).enumerated() {
        if index % 8 == 0 { bytes.append(0) }
        if bit == "1" { bytes[index / 8] |= 0x80 >> UInt8(index % 8) }
    }
    return bytes
}

/// Two spatial layers, one decode target each, one chain each; 160 × 96 and 320 × 192.
///
/// Templates 5 and 6 are the lower layer of keyframes and other pictures, 7 and 8 the upper one.
private let structure =
    "1 1 0 0 0" + "000101" + "00001"
    // The same layer once more, the next spatial one twice, no more.
    + "00 10 00 11"
    // What each is to the targets.
    + "1010 1111 0011 0011"
    // References: none; one and two back; one back; two back.
    + "0 1 0001 0 1 0000 0 1 0001 0"
    // Chains: ns(3) of two, each target by its own, ns(2); then each template's distances.
    + "11 0 1" + "0000 0000 0010 0001 0001 0001 0010 0010"
    + "1" + size(160, 96) + size(320, 192) + "11"

private func size(_ width: Int, _ height: Int) -> String { binary(width - 1) + binary(height - 1) }

private func binary(_ value: Int) -> String {
    (0..<16).map { value >> (15 - $0) & 1 == 1 ? "1" : "0" }.joined()
}

@Suite("Dependency descriptors")
struct DependencyDescriptorTests {
    private func read(_ packets: [[UInt8]]) throws -> DependencyDescriptor {
        var reader = DependencyDescriptorReader()
        for packet in packets.dropLast() { _ = try read(packet, with: &reader) }
        return try read(packets[packets.count - 1], with: &reader)
    }

    @discardableResult
    private func read(
        _ packet: [UInt8], with reader: inout DependencyDescriptorReader
    ) throws -> DependencyDescriptor {
        try reader.read(packet.span)
    }

    private let key = bits("1 0 000101" + binary(7) + structure)

    @Test("bring a structure with a keyframe")
    func keyframe() throws {
        let descriptor = try read([key])
        #expect(descriptor.startsFrame && !descriptor.endsFrame && descriptor.hasStructure)
        #expect(descriptor.frameNumber == 7)
        #expect((descriptor.spatialLayer, descriptor.temporalLayer) == (0, 0))
        #expect(descriptor.differenceCount == 0)
        #expect((descriptor.width, descriptor.height) == (160, 96))
        #expect((descriptor.targetCount, descriptor.chainCount) == (2, 2))
        #expect(descriptor.activeTargets == 3)
        #expect((0..<2).map { descriptor.indication(of: $0) } == [.switching, .switching])
    }

    @Test("name a template behind it")
    func template() throws {
        let descriptor = try read([key, bits("0 1 001000" + binary(65_535))])
        #expect(!descriptor.startsFrame && descriptor.endsFrame && !descriptor.hasStructure)
        #expect(descriptor.frameNumber == 65_535)
        #expect((descriptor.spatialLayer, descriptor.temporalLayer) == (1, 0))
        #expect((descriptor.differenceCount, descriptor.differences[0]) == (1, 2))
        #expect((descriptor.chainDifferences[0], descriptor.chainDifferences[1]) == (2, 2))
        #expect((descriptor.width, descriptor.height) == (320, 192))
        #expect(descriptor.activeTargets == nil)
        #expect((0..<2).map { descriptor.indication(of: $0) } == [.notPresent, .required])
    }

    @Test("differ from their template")
    func custom() throws {
        // Active targets; indications; references of one, two and three nibbles; chains.
        let flags = "0 1 1 1 1" + "01" + "01 10" + "01 0010 10 00010000 11 111111111111 00" + "00000011 11111111"
        let descriptor = try read([key, bits("1 1 000111" + binary(9) + flags)])
        #expect(descriptor.activeTargets == 1)
        #expect((0..<2).map { descriptor.indication(of: $0) } == [.discardable, .switching])
        #expect(descriptor.differenceCount == 3)
        #expect((0..<3).map { descriptor.differences[$0] } == [3, 17, 4096])
        #expect((descriptor.chainDifferences[0], descriptor.chainDifferences[1]) == (3, 255))
        #expect(descriptor.spatialLayer == 1)
    }

    @Test("of a browser are read")
    func browser() throws {
        let first = try read([captured])
        #expect(first.startsFrame && first.endsFrame && first.hasStructure)
        #expect(first.frameNumber == 0x172)
        #expect((first.targetCount, first.chainCount, first.differenceCount) == (9, 3, 0))
        #expect((first.spatialLayer, first.temporalLayer) == (0, 0))
        var reader = DependencyDescriptorReader()
        _ = try read(captured, with: &reader)
        for (hex, layer, number) in [
            ("86017340fc", 1, 0x173), ("460173", 1, 0x173), ("c3017540fc", 0, 0x175), ("8b0174", 2, 0x174),
        ] {
            let descriptor = try read(bytes(hex), with: &reader)
            #expect(Int(descriptor.frameNumber) == number)
            #expect(descriptor.spatialLayer == layer)
            #expect(descriptor.differenceCount > 0)
        }
    }

    @Test("are refused, and the structure before them stays")
    func refused() throws {
        var reader = DependencyDescriptorReader()
        // Without a structure.
        #expect(throws: WireError.self) { try read(bytes("050007"), with: &reader) }
        _ = try read(key, with: &reader)
        // A template that there is not; too short; more references than anyone has.
        #expect(throws: WireError.self) { try read(bytes("090007"), with: &reader) }
        #expect(throws: WireError.self) { try read(bytes("0500"), with: &reader) }
        let many = bits("1 1 000101" + binary(9) + "0 0 0 1 0" + String(repeating: "01 0000", count: 9) + "00")
        #expect(throws: WireError.invalid("next_fdiff_size", at: 9)) { try read(many, with: &reader) }
        // A structure that is cut.
        #expect(throws: WireError.self) { try read(Array(key.dropLast(3)), with: &reader) }
        let descriptor = try read(bytes("060008"), with: &reader)
        #expect(descriptor.spatialLayer == 0)
        #expect(descriptor.frameNumber == 8)
    }

    @Test("never trap")
    func mutations() {
        neverTraps(captured) { bytes in
            var reader = DependencyDescriptorReader()
            _ = try? read(bytes, with: &reader)
            _ = try? read(Array(bytes.prefix(5)), with: &reader)
        }
        var reader = DependencyDescriptorReader()
        _ = try? read(captured, with: &reader)
        neverTraps(bytes("86017340fc")) { _ = try read($0, with: &reader) }
    }
}
