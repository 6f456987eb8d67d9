import Bytes
import TestSupport
import Testing

@Suite("Bit reader")
struct BitReaderTests {
    /// The code numbers of ITU-T H.264 table 9-2, as bit strings.
    @Test(
        "reads unsigned Exp-Golomb codes",
        arguments: [
            ("1", 0), ("010", 1), ("011", 2), ("00100", 3), ("00101", 4), ("00110", 5), ("00111", 6), ("0001000", 7),
            ("0001001", 8), ("0001010", 9),
        ] as [(String, UInt32)])
    func unsignedExpGolomb(bits: String, expected: UInt32) throws {
        let bytes = Self.bytes(ofBits: bits)
        var reader = BitReader(bytes.span)
        #expect(try reader.readUnsignedExpGolomb() == expected)
        #expect(reader.position == bits.count)
    }

    /// The mapping of ITU-T H.264 table 9-3.
    @Test(
        "reads signed Exp-Golomb codes",
        arguments: [
            ("1", 0), ("010", 1), ("011", -1), ("00100", 2), ("00101", -2), ("00110", 3), ("00111", -3),
        ] as [(String, Int32)])
    func signedExpGolomb(bits: String, expected: Int32) throws {
        let bytes = Self.bytes(ofBits: bits)
        var reader = BitReader(bytes.span)
        #expect(try reader.readSignedExpGolomb() == expected)
    }

    @Test("reads the largest code, and refuses a longer prefix")
    func limits() throws {
        let largest = Self.bytes(ofBits: String(repeating: "0", count: 31) + String(repeating: "1", count: 32))
        var reader = BitReader(largest.span)
        #expect(try reader.readUnsignedExpGolomb() == UInt32.max - 1)
        let endless = [UInt8](repeating: 0, count: 9)
        #expect(throws: WireError.invalid("Exp-Golomb prefix", at: 4)) {
            var reader = BitReader(endless.span)
            _ = try reader.readUnsignedExpGolomb()
        }
    }

    @Test("reads across byte borders, most significant bit first")
    func bits() throws {
        let bytes: [UInt8] = [0b1010_0110, 0b0011_1111, 0xFF, 0, 0xAA]
        var reader = BitReader(bytes.span)
        #expect(try reader.readFlag())
        #expect(try !reader.readFlag())
        #expect(try reader.read(7) == 0b1001100)
        #expect(try reader.read(0) == 0)
        #expect(try reader.read(31) == 0b0111111_11111111_00000000_10101010)
        #expect(reader.remaining == 0)
    }

    @Test("refuses to read past the end, and stays where it was")
    func truncated() throws {
        let bytes: [UInt8] = [0xF0]
        var reader = BitReader(bytes.span)
        _ = try reader.read(5)
        #expect((try? reader.read(4)) == nil)
        #expect(reader.position == 5)
        #expect(reader.remaining == 3)
    }

    @Test("never traps on Exp-Golomb codes of any bytes")
    func neverTraps() {
        for bytes in mutations(of: [0, 0, 0, 1, 0xFF, 0x80, 0, 0x42]) {
            var reader = BitReader(bytes.span)
            while (try? reader.readSignedExpGolomb()) != nil {}
            #expect(reader.position <= bytes.count * 8)
        }
    }

    private static func bytes(ofBits bits: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit == "1" { bytes[index / 8] |= 0x80 >> UInt8(index % 8) }
        return bytes
    }
}
