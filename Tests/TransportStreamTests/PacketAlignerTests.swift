import TestSupport
import Testing

@testable import TransportStream

@Suite("Finding the packets of a transport stream")
struct PacketAlignerTests {
    /// Packets that say their number behind the sync byte.
    private static func stream(_ count: Int, before: Int = 0, behind: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in 0..<count {
            bytes += [UInt8](repeating: 0xAA, count: before)
            bytes.append(0x47)
            bytes += [UInt8](repeating: UInt8(number), count: 187)
            bytes += [UInt8](repeating: 0xBB, count: behind)
        }
        return bytes
    }

    private static func numbers(_ bytes: [UInt8]) -> [UInt8] {
        var aligner = PacketAligner()
        aligner.push(bytes)
        aligner.finish()
        var numbers: [UInt8] = []
        while let place = aligner.next() { numbers.append(aligner.withPacket(at: place) { $0[1] }) }
        return numbers
    }

    @Test("works at every distance", arguments: [(0, 0), (4, 0), (0, 16)])
    func strides(before: Int, behind: Int) {
        #expect(Self.numbers(Self.stream(20, before: before, behind: behind)) == Array(0..<20))
    }

    @Test("passes over junk in front and between") func junk() {
        let junk: [UInt8] = [1, 0x47, 2, 0x47, 0x47]
        let bytes = junk + Self.stream(10) + junk + Self.stream(10)
        let found = Self.numbers(bytes)
        #expect(found.prefix(9) == [0, 1, 2, 3, 4, 5, 6, 7, 8] && found.suffix(9) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    }

    @Test("keeps the distance over a damaged sync byte") func damagedSync() {
        var bytes = Self.stream(10)
        bytes[188 * 4] = 0x46
        #expect(Self.numbers(bytes) == Array(0..<10))
    }

    @Test("finds none in what is no stream", arguments: [[], [0x47], [UInt8](repeating: 0, count: 4_000)])
    func none(_ bytes: [UInt8]) { #expect(Self.numbers(bytes).isEmpty) }
}
