import Bytes
import Testing

@testable import Token

@Suite("Taking compression off, RFC 1950 and 1951")
struct InflaterTests {
    private static let letters =
        "aaacabaaababbcbdbdaacaaabbababbaaaabbcbaaaababdadbbaaaccabbbbbbacdcaaabcbadaacca"
        + "acabcababcadaaaabbdaabaabbcaabaacacabaabaaabaaacaabbcabdaabdaaabaacaabaabababaaa"

    @Test("reads blocks with codes of their own, with the fixed ones, and stored ones")
    func blocks() throws {
        let own =
            "eNotjYsRACAIQmfls/8MAdZdafhAAAKBXFI0XSFfTsFaXUWG"
            + "nqZ4diCPDuHJTWtgHp/ZdTZkVbfuNm5VJ4OMTxzAAQ84/D0W"
        #expect(try Self.text(own) == Self.letters)
        let fixed = "eNoryc9OzVMoQSIrRgHRAADh2JNk"
        #expect(try Self.text(fixed) == String(repeating: "token ", count: 3) + String(repeating: "x", count: 300))
        #expect(
            try Inflater.bytes(of: [0x78, 1, 1, 2, 0, 0xFD, 0xFF, 65, 66, 0, 0xC6, 0, 0x84], limit: 9) == [65, 66])
    }

    @Test("stops at the limit, at the end, and at what the checksum does not fit")
    func refused() throws {
        let stored: [UInt8] = [0x78, 1, 1, 2, 0, 0xFD, 0xFF, 65, 66, 0, 0xC6, 0, 0x84]
        #expect(throws: WireError.invalid("length of what is compressed", at: 9)) {
            try Inflater.bytes(of: stored, limit: 1)
        }
        #expect(throws: WireError.truncated(at: 8, needed: 1, available: 0)) {
            try Inflater.bytes(of: Array(stored[..<8]), limit: 9)
        }
        #expect(throws: WireError.invalid("checksum", at: 13)) {
            try Inflater.bytes(of: Array(stored.dropLast()) + [0x85], limit: 9)
        }
        #expect(throws: WireError.invalid("zlib header", at: 0)) { try Inflater.bytes(of: [0x78, 2], limit: 9) }
        // A block of the third kind, of which there is none.
        #expect(throws: WireError.invalid("deflate block", at: 3)) { try Inflater.bytes(of: [0x78, 1, 7], limit: 9) }
    }

    private static func text(_ packed: String) throws -> String {
        String(decoding: try Inflater.bytes(of: try Base64.bytes(of: Array(packed.utf8)), limit: 1_000), as: UTF8.self)
    }
}
