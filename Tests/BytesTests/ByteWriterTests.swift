import Bytes
import Testing

@Suite("Writing bytes")
struct ByteWriterTests {
    @Test("appends integers of every width, most significant byte first")
    func appending() {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt16(0x0123))
        bytes.append(bigEndian: Int32(-2))
        bytes.append(bigEndian24: 0xAB45_6789)
        bytes.append(bigEndian: UInt64(1))
        #expect(bytes == [0x01, 0x23, 0xFF, 0xFF, 0xFF, 0xFE, 0x45, 0x67, 0x89, 0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test("overwrites in place")
    func overwriting() {
        var bytes: [UInt8] = [1, 2, 3, 4, 5, 6]
        bytes.overwrite(bigEndian: UInt32(0xAABB_CCDD), at: 1)
        #expect(bytes == [1, 0xAA, 0xBB, 0xCC, 0xDD, 6])
        bytes.overwrite(bigEndian: Int16(-1), at: 4)
        #expect(bytes == [1, 0xAA, 0xBB, 0xCC, 0xFF, 0xFF])
    }

    @Test("copies borrowed bytes, all or some")
    func copying() {
        let source: [UInt8] = [1, 2, 3, 4]
        var bytes: [UInt8] = [0]
        bytes.append(copying: source.span)
        bytes.append(copying: source.span, in: 1..<3)
        bytes.append(copying: source.span, in: 4..<4)
        #expect(bytes == [0, 1, 2, 3, 4, 2, 3])
    }

    @Test("grows by doubling, so that many small copies stay cheap")
    func growth() {
        let source: [UInt8] = [1, 2, 3]
        var bytes: [UInt8] = []
        var capacities: Set<Int> = []
        for _ in 0..<10_000 {
            bytes.append(copying: source.span)
            capacities.insert(bytes.capacity)
        }
        #expect(bytes.count == 30_000)
        #expect(capacities.count < 30)
    }
}
