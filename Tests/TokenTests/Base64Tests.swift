import Bytes
import Testing

@testable import Token

@Suite("Bytes as letters, RFC 4648 §10")
struct Base64Tests {
    @Test(
        "are read with their padding and without",
        arguments: [("", ""), ("Zg==", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("+/+/", nil)])
    func reads(text: String, expected: String?) throws {
        let bytes = try Base64.bytes(of: Array(text.utf8))
        #expect(bytes == expected.map { Array($0.utf8) } ?? [0xFB, 0xFF, 0xBF])
    }

    @Test("are no other letters, nor one alone", arguments: [("Zm-v", 2), ("Zg==Zg==", 4), ("Zm9vZ", 5), ("Z===", 4)])
    func refuses(text: String, place: Int) {
        #expect(throws: WireError.invalid("base64", at: place)) { try Base64.bytes(of: Array(text.utf8)) }
    }
}
