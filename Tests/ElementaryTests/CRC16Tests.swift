import Testing

@testable import Elementary

@Suite("The checksum of MP3 files")
struct CRC16Tests {
    @Test("is that of the usual example, in one piece or in several")
    func example() {
        // The check value that catalogues of checksums give for CRC-16/ARC.
        let digits = Array("123456789".utf8)
        for split in 0...9 {
            var checksum = CRC16()
            let (first, second) = (digits[..<split], digits[split...])
            checksum.add(first.span)
            checksum.add(second.span)
            #expect(checksum.value == 0xBB3D)
        }
        #expect(CRC16().value == 0)
    }
}
