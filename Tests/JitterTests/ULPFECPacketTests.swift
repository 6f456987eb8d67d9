import Bytes
import Jitter
import TestSupport
import Testing

@Suite("ULPFEC packets, RFC 5109")
struct ULPFECPacketTests {
    /// A packet of §10.1: marker and payload type, sequence number, timestamp, payload length.
    static func media(_ markerAndType: UInt8, _ number: UInt16, _ timestamp: UInt32, _ byteCount: Int) -> [UInt8] {
        var packet: [UInt8] = [0x80, markerAndType]
        packet.append(bigEndian: number)
        packet.append(bigEndian: timestamp)
        packet.append(bigEndian: UInt32(2))
        return packet + (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(number)) }
    }

    /// Packets A to D of §10.1; it gives lengths, but no bytes.
    static let examples = [
        media(0x80 | 11, 8, 3, 200), media(18, 9, 5, 140), media(0x80 | 11, 10, 7, 100), media(18, 11, 9, 340),
    ]

    @Test("are written by this test's encoder with the fields that §10.1 gives for its four packets")
    func encoder() {
        let payload = ULPFECEncoder.protect(Self.examples)
        // Length recovery 372, protection length 340, mask 61440.
        #expect(Array(payload[..<14]).hex == "0000" + "0008" + "00000008" + "0174" + "0154" + "f000")
        #expect(payload.count == 14 + 340)
    }

    @Test("are read as §10.1 describes")
    func example() throws {
        let payload = ULPFECEncoder.protect(Self.examples)
        let packet = try ULPFECPacket(parsing: payload.span)
        #expect((packet.baseSequenceNumber, packet.mask) == (8, 0b1111))
        #expect((packet.flags, packet.markerAndType, packet.timestamp, packet.length) == (0, 0, 8, 372))
        #expect(packet.protection == 14..<354)
    }

    @Test(
        "have sixteen bits of mask or forty-eight",
        arguments: [
            ("00" + "8001", 0x8001), ("40" + "800000000001", 0x8000_0000_0001), ("40" + "400000008000", 0x1_0000_0002),
        ] as [(String, UInt64)])
    func masks(_ hex: String, _ mask: UInt64) throws {
        let first = String(hex.prefix(2))
        let payload = try #require(
            [UInt8](hex: first + "7f" + "ffff" + "00000000" + "0000" + "0001" + hex.dropFirst(2)))
        let packet = try ULPFECPacket(parsing: (payload + [0xAB, 0xCD]).span)
        #expect(packet.mask == mask)
        #expect(packet.baseSequenceNumber == 65_535)
        #expect(packet.protection == payload.count..<payload.count + 1)
    }

    @Test("are refused when they protect nothing or end before they should")
    func refuses() {
        let none = [UInt8](repeating: 0, count: 14)
        #expect(throws: WireError.invalid("mask", at: 12)) { try ULPFECPacket(parsing: none.span) }
        let short = ULPFECEncoder.protect(Self.examples).dropLast()
        #expect(throws: WireError.truncated(at: 14, needed: 340, available: 339)) {
            try ULPFECPacket(parsing: Array(short).span)
        }
    }

    @Test("never trap, whatever they hold")
    func damage() {
        let long = [Self.examples[0], Self.media(3, 40, 1, 20)]
        for payload in [ULPFECEncoder.protect([Self.media(1, 7, 1, 30)]), ULPFECEncoder.protect(long, reach: 20)] {
            neverTraps(payload) { bytes in _ = bytes[try ULPFECPacket(parsing: bytes.span).protection] }
        }
    }
}
