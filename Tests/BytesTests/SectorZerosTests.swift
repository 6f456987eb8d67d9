import Testing

@testable import Bytes

@Suite("Sectors of zeros")
struct SectorZerosTests {
    // The test macros cannot carry spans.
    private func zeros(of bytes: [UInt8], at offset: Int) -> SectorZeros { SectorZeros(of: bytes.span, at: offset) }
    private func decoded(_ bytes: [UInt8]) -> SectorZeros? { SectorZeros(encoded: bytes.span) }

    @Test("are told where the stretch has zeros of its own, by the sectors of its file")
    func parts() {
        var bytes = [UInt8](repeating: 1, count: 1500)
        #expect(zeros(of: bytes, at: 100).isEmpty)
        // The file's sectors end at 412, 924 and 1436 of the stretch.
        for index in 412..<924 { bytes[index] = 0 }
        #expect(zeros(of: bytes, at: 100).parts == [412])
        #expect(zeros(of: bytes, at: 101).isEmpty)
        for index in 1436..<1500 { bytes[index] = 0 }
        #expect(zeros(of: bytes, at: 100).parts == [412, 1436])
        #expect(zeros(of: [], at: 7).isEmpty)
    }

    @Test("come through their encoded form", arguments: [0, 1, 16, 17, 40])
    func encoding(count: Int) throws {
        let bytes = [UInt8](repeating: 0, count: count * 512)
        let found = zeros(of: bytes, at: 0)
        #expect(found.encoded.count == SectorZeros.encodedByteCount)
        #expect(found.areTooMany == (count > 16))
        #expect(decoded(found.encoded) == found)
    }

    @Test("are not read from anything else")
    func strangers() {
        #expect(decoded([UInt8](repeating: 0, count: SectorZeros.encodedByteCount)) == nil)
        #expect(decoded(SectorZeros().encoded.dropLast()) == nil)
    }

    @Test("that nobody told of were lost")
    func losses() {
        var file = [UInt8](repeating: 1, count: 4096)
        for index in 1024..<1536 { file[index] = 0 }
        let stretch = 700..<4000
        let told = zeros(of: Array(file[stretch]), at: stretch.lowerBound)
        #expect(told.firstLoss(in: stretch, of: file) == nil)
        #expect(SectorZeros().firstLoss(in: stretch, of: file) == 1024)
        for index in 3584..<4000 { file[index] = 0 }
        #expect(told.firstLoss(in: stretch, of: file) == 3584)
        // The first part is the stretch's share of its first sector.
        for index in 700..<1024 { file[index] = 0 }
        #expect(told.firstLoss(in: stretch, of: file) == 700)
    }

    @Test("say nothing of a stretch that is full of them")
    func tooMany() {
        let file = [UInt8](repeating: 0, count: 1 << 16)
        #expect(zeros(of: file, at: 0).firstLoss(in: 0..<file.count, of: file) == nil)
    }

    @Test("a prefix hides what is behind it")
    func prefix() {
        let prefix = SourcePrefix([1, 2, 3, 4] as [UInt8], upTo: 3)
        #expect(prefix.byteCount == 3)
        #expect(prefix.read(at: 1, count: 9) == [2, 3])
        #expect(prefix.read(at: 3, count: 1) == [])
        #expect(SourcePrefix([1] as [UInt8], upTo: 3).byteCount == 1)
    }
}
