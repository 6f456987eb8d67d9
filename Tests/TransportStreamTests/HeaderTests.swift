import Bytes
import TestSupport
import Testing

@testable import TransportStream

@Suite("Headers of packets and units, ISO/IEC 13818-1 §2.4.3")
struct HeaderTests {
    @Test("of a packet are read") func packet() throws {
        var bytes: [UInt8] = [0x47, 0x41, 0x00, 0x35, 0x07, 0x10, 0, 0, 0, 0, 0, 0]
        bytes += [UInt8](repeating: 7, count: 188 - bytes.count)
        var packet = try TransportPacket(parsing: bytes.span)
        #expect(packet.identifier == 0x100 && packet.beginsUnit && packet.counter == 5)
        #expect(packet.payload == 12..<188 && !packet.hasStuffing)
        bytes[4] = 0x08
        packet = try TransportPacket(parsing: bytes.span)
        #expect(packet.payload == 13..<188 && packet.hasStuffing)
        bytes[4] = 200
        #expect(throws: WireError.invalid("adaptation_field_length", at: 4)) {
            try TransportPacket(parsing: bytes.span)
        }
        #expect(throws: WireError.truncated(at: 0, needed: 188, available: 4)) {
            let short = Array(bytes[..<4])
            return try TransportPacket(parsing: short.span)
        }
    }

    @Test("of a unit are read, with both stamps") func unit() throws {
        var writer = TransportWriter()
        writer.picture([1, 2, 3], presentation: 0x1_2345_6789, decode: 0x1_2345_0000)
        let packet = try TransportPacket(parsing: writer.bytes.span)
        let header = try PESHeader(parsing: writer.bytes.span.extracting(packet.payload))
        #expect(header.presentation == 0x1_2345_6789 && header.decode == 0x1_2345_0000)
        #expect(header.payloadStart == 19 && header.payloadByteCount == nil && header.streamIdentifier == 0xE0)
        neverTraps(Array(writer.bytes[packet.payload])) { _ = try PESHeader(parsing: $0.span) }
    }

    @Test("of tables have the checksum of annex A") func checksum() {
        // The check value of this CRC in the catalogue of CRC parameters, "CRC-32/MPEG-2".
        #expect(SectionReader.checksum(Array("123456789".utf8)) == 0x0376_E6E7)
    }

    @Test("of tables are put together over packets, and refused if damaged") func sections() {
        var content: [UInt8] = [2, 0xB1, 0x2C, 0, 1, 0xC1, 0, 0, 0xE1, 0, 0xF0, 0]
        content += [UInt8](repeating: 3, count: 3 + 0x12C - 4 - content.count)
        var whole = content
        whole.append(bigEndian: SectionReader.checksum(content))
        var reader = SectionReader()
        #expect(Self.section(whole, &reader) == content)
        whole[20] ^= 1
        #expect(Self.section(whole, &reader) == nil)
    }

    /// What comes of a section in two packets.
    private static func section(_ bytes: [UInt8], _ reader: inout SectionReader) -> [UInt8]? {
        let (first, second) = ([0] + bytes[..<183], Array(bytes[183...]))
        guard reader.push(first.span, beginsUnit: true) == nil else { return [] }
        return reader.push(second.span, beginsUnit: false)
    }

    @Test("of stamps land nearest to the last") func stamps() {
        var unwrapper = StampUnwrapper()
        #expect(unwrapper.unwrap(0x1_FFFF_FFF0) == 0x1_FFFF_FFF0)
        #expect(unwrapper.unwrap(16) == 0x2_0000_0010)
        #expect(unwrapper.unwrap(0x1_FFFF_FFFF) == 0x1_FFFF_FFFF)
    }
}
