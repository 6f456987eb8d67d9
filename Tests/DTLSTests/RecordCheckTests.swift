import Testing

@testable import DTLS

@Suite("Records that cannot have been sealed")
struct RecordCheckTests {
    /// A record of content type 23 with so many bytes of content.
    private static func record(epoch: UInt8, byteCount: Int) -> [UInt8] {
        [23, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 1, UInt8(byteCount >> 8), UInt8(byteCount & 255)]
            + [UInt8](repeating: 7, count: byteCount)
    }

    @Test("are those shorter than what sealing adds", arguments: 0...30)
    func length(_ byteCount: Int) {
        let (plain, sealed) = (Self.record(epoch: 0, byteCount: byteCount), Self.record(epoch: 1, byteCount: byteCount))
        #expect(RecordCheck.isPlausible(plain[...], sealByteCount: 24))
        #expect(RecordCheck.isPlausible(sealed[...], sealByteCount: 24) == (byteCount >= 24))
        #expect(RecordCheck.isPlausible((plain + sealed)[...], sealByteCount: 24) == (byteCount >= 24))
        #expect(RecordCheck.isPlausible((sealed + plain)[...], sealByteCount: 16) == (byteCount >= 16))
    }

    @Test("are not looked for in what is cut off", arguments: 0..<37)
    func cut(_ count: Int) {
        #expect(RecordCheck.isPlausible(Self.record(epoch: 1, byteCount: 24)[..<count], sealByteCount: 24))
    }
}
