import Bytes
import Secure
import Testing

@testable import SRTP

@Suite("Session keys of SRTP")
struct KeyDerivationTests {
    /// RFC 3711, appendix B.3.
    @Test("are those of RFC 3711's example")
    func example() throws {
        let key = SRTPKey(
            masterKey: try #require([UInt8](hex: "E1F97A0D3E018BE0D64FA32C06DE4139")),
            masterSalt: try #require([UInt8](hex: "0EC675AD498AFEEBB6960B3AABE6")))
        let keys = try SessionKeys(.rtp, from: key, profile: .aes128CMSHA1_80)
        #expect(keys.encryption == [UInt8](hex: "C61E7A93744F39EE10734AFE3FF7A087"))
        #expect(keys.salt == [UInt8](hex: "30CBBC08863D8C85D49DB34A9AE1"))
        #expect(keys.authentication == [UInt8](hex: "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"))
    }

    /// RFC 3711, appendix B.2: the first two blocks.
    @Test("come of the key stream of RFC 3711's example")
    func keyStream() throws {
        let stream = try KeyStream(key: try #require([UInt8](hex: "2B7E151628AED2A6ABF7158809CF4F3C")))
        let block = try #require([UInt8](hex: "F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"))
        let expected = "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB"
        #expect(stream.bytes(32, from: block) == [UInt8](hex: expected))
    }

    @Test("differ in everything between media and control packets", arguments: SRTPProfile.allCases)
    func uses(_ profile: SRTPProfile) throws {
        let media = try SessionKeys(.rtp, from: key(profile), profile: profile)
        let control = try SessionKeys(.rtcp, from: key(profile), profile: profile)
        #expect(media.encryption != control.encryption)
        #expect(media.salt != control.salt)
        #expect(media.authentication.isEmpty || media.authentication != control.authentication)
        #expect(media.encryption.count == profile.keyByteCount)
        #expect(media.salt.count == profile.saltByteCount)
    }
}

@Suite("HMAC-SHA1 with a prepared key")
struct MessageAuthenticatorTests {
    /// RFC 2202 §3, test cases 1 and 2.
    @Test(
        "gives the digests of RFC 2202",
        arguments: [
            (String(repeating: "0b", count: 20), "4869205468657265", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (
                "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
            ),
        ])
    func vectors(_ key: String, _ message: String, _ digest: String) throws {
        let authenticator = MessageAuthenticator(key: try #require([UInt8](hex: key)))
        let message = try #require([UInt8](hex: message))
        #expect(Self.digest(authenticator, message, nil) == [UInt8](hex: digest))
        // The last four bytes may as well come apart from the rest.
        let suffix = message.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        #expect(Self.digest(authenticator, message.dropLast(4), suffix) == [UInt8](hex: digest))
    }

    private static func digest(
        _ authenticator: MessageAuthenticator, _ message: some Sequence<UInt8>, _ suffix: UInt32?
    ) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: MessageAuthenticator.digestByteCount)
        unsafe Array(message).withUnsafeBytes { message in
            unsafe digest.withUnsafeMutableBytes { unsafe authenticator.digest(of: message, and: suffix, into: $0) }
        }
        return digest
    }
}
