import Bytes
import Secure
import Testing

@Suite("SHA-1")
struct SHA1Tests {
    /// RFC 3174 §7.3's tests 1, 2 and 4, and the empty message of FIPS 180.
    static let vectors: [(String, String)] = [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (String(repeating: "01234567", count: 80), "dea356a2cddd90c7a7ecedc5ebb563934f460452"),
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ]

    @Test("digests the messages of RFC 3174 §7.3", arguments: vectors)
    func digest(message: String, digest: String) { #expect(SHA1.digest(Array(message.utf8)).hex == digest) }

    @Test("digests a million letters, RFC 3174 §7.3's third test")
    func million() {
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA1.digest(message).hex == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    }

    /// The padding needs a block of its own from 56 bytes on.
    @Test("tells messages of every length around a block's end apart")
    func padding() {
        let digests = (50...130).map { SHA1.digest([UInt8](repeating: 0, count: $0)) }
        #expect(Set(digests).count == digests.count)
    }
}

@Suite("HMAC-SHA1")
struct HMACSHA1Tests {
    struct Vector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    /// RFC 2202 §3, all seven.
    static let vectors = [
        Vector(
            key: repeating(0x0B, 20), message: Array("Hi There".utf8),
            code: "b617318655057264e28bc0b6fb378c8ef146be00"),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        Vector(
            key: repeating(0xAA, 20), message: repeating(0xDD, 50),
            code: "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        Vector(
            key: Array(0x01...0x19), message: repeating(0xCD, 50),
            code: "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        Vector(
            key: repeating(0x0C, 20), message: Array("Test With Truncation".utf8),
            code: "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        Vector(
            key: repeating(0xAA, 80), message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
        Vector(
            key: repeating(0xAA, 80),
            message: Array("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data".utf8),
            code: "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"),
    ]

    @Test("makes the codes of RFC 2202 §3", arguments: vectors)
    func code(vector: Vector) { #expect(HMACSHA1.code(for: vector.message, key: vector.key).hex == vector.code) }

    @Test("compares codes whole")
    func comparing() {
        let code = HMACSHA1.code(for: [1], key: [2])
        #expect(HMACSHA1.areEqual(code, code))
        #expect(!HMACSHA1.areEqual(code, code.dropLast()))
        for index in code.indices {
            var other = code
            other[index] ^= 1
            #expect(!HMACSHA1.areEqual(code, other))
        }
    }

    private static func repeating(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
}
