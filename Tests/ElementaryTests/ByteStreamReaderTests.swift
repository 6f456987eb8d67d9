import TestSupport
import Testing

@testable import Elementary

@Suite("NAL units of a byte stream, ITU-T H.264 annex B")
struct ByteStreamReaderTests {
    private static func units(_ stream: [UInt8], pieces: Int) -> [ByteStreamUnit] {
        var reader = ByteStreamReader()
        var units: [ByteStreamUnit] = []
        for start in stride(from: 0, to: stream.count, by: pieces) {
            reader.push(stream[start..<min(stream.count, start + pieces)])
            while let unit = reader.next() { units.append(unit) }
        }
        reader.finish()
        while let unit = reader.next() { units.append(unit) }
        return units
    }

    @Test("are the same however the stream comes in pieces", arguments: [1, 2, 3, 5, 64])
    func pieces(size: Int) {
        let stream: [UInt8] = [9, 9, 0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 0, 0, 3, 1, 0, 0, 0, 0, 1, 0x65, 7, 0, 0]
        let expected = [
            ByteStreamUnit(offset: 6, bytes: [0x67, 1]), ByteStreamUnit(offset: 11, bytes: [0x68, 0, 0, 3, 1]),
            ByteStreamUnit(offset: 21, bytes: [0x65, 7]),
        ]
        #expect(Self.units(stream, pieces: size) == expected)
    }

    @Test(
        "are none where there is no start code",
        arguments: [[], [0], [0, 0], [0, 0, 1], [1, 2, 3, 4], [0, 0, 1, 0, 0]])
    func none(_ stream: [UInt8]) { #expect(Self.units(stream, pieces: 1).isEmpty) }

    @Test("that are too large to be any are passed over")
    func tooLarge() {
        var reader = ByteStreamReader()
        reader.push([0, 0, 1, 0x65])
        for _ in 0..<9 {
            reader.push([UInt8](repeating: 0x77, count: 1 << 20))
            #expect(reader.next() == nil)
        }
        reader.push([0, 0, 1, 0x41, 2, 0, 0, 1])
        #expect(reader.next()?.bytes == [0x41, 2])
        #expect(reader.skippedByteCount > 8 << 20)
    }

    @Test("never trap") func damage() {
        let stream: [UInt8] = [0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 1, 0x68, 4, 0, 0, 1, 0x65, 1, 2]
        neverTraps(stream) { _ = Self.units($0, pieces: 4) }
    }
}
