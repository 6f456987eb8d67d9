import Bytes
import TestSupport
import Testing

@Suite("Byte reader")
struct ByteReaderTests {
    private let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x10]

    @Test("reads integers of every width, most significant byte first")
    func integers() throws {
        var reader = ByteReader(bytes.span)
        let first: UInt8 = try reader.read()
        let second: UInt16 = try reader.read()
        let third = try reader.readUInt24()
        #expect(first == 0x01)
        #expect(second == 0x2345)
        #expect(third == 0x6789AB)
        #expect(reader.position == 6)
        #expect(reader.remaining == 3)

        var wide = ByteReader(bytes.span)
        let long: UInt64 = try wide.read()
        #expect(long == 0x0123_4567_89AB_CDEF)
    }

    @Test("reads negative integers in two's complement")
    func signed() throws {
        let bytes: [UInt8] = [0xFF, 0xFE, 0x80]
        var reader = ByteReader(bytes.span)
        #expect(try reader.read(Int16.self) == -2)
        #expect(try reader.read(Int8.self) == -128)
    }

    @Test("copies out and skips")
    func slices() throws {
        var reader = ByteReader(bytes.span)
        try reader.skip(2)
        #expect(try reader.readBytes(3) == [0x45, 0x67, 0x89])
        try reader.skip(0)
        #expect(try reader.readBytes(0) == [])
        #expect(reader.position == 5)
    }

    @Test("refuses to read past the end, and stays where it was")
    func truncated() throws {
        var reader = ByteReader(bytes.span)
        try reader.skip(7)
        #expect(throws: WireError.truncated(at: 7, needed: 4, available: 2)) { try Self.readUInt32(after: 7, bytes) }
        #expect(throws: WireError.truncated(at: 7, needed: 3, available: 2)) { try Self.readUInt24(after: 7, bytes) }
        #expect((try? reader.read(UInt32.self)) == nil)
        #expect((try? reader.readUInt24()) == nil)
        #expect((try? reader.readBytes(3)) == nil)
        #expect(reader.position == 7)
        #expect(try reader.read(UInt16.self) == 0xEF10)
    }

    @Test("finds nothing in nothing")
    func empty() {
        #expect(throws: WireError.truncated(at: 0, needed: 1, available: 0)) { try Self.readUInt8([]) }
    }

    private static func readUInt8(_ bytes: [UInt8]) throws -> UInt8 {
        var reader = ByteReader(bytes.span)
        return try reader.read()
    }

    private static func readUInt24(after count: Int, _ bytes: [UInt8]) throws -> UInt32 {
        var reader = ByteReader(bytes.span)
        try reader.skip(count)
        return try reader.readUInt24()
    }

    private static func readUInt32(after count: Int, _ bytes: [UInt8]) throws -> UInt32 {
        var reader = ByteReader(bytes.span)
        try reader.skip(count)
        return try reader.read()
    }
}
