import SRTP
import Secure
import Testing

@Suite("Keying material, RFC 5764 §4.2")
struct SRTPKeyTests {
    @Test("is cut into keys first and salts after, the client's before the server's")
    func cut() throws {
        let material = (0..<UInt8(56)).map { $0 }
        let pair = try #require(SRTPKeyPair(cutting: material, for: .aeadAES128GCM))
        #expect(pair.client == SRTPKey(masterKey: Array(0..<16), masterSalt: Array(32..<44)))
        #expect(pair.server == SRTPKey(masterKey: Array(16..<32), masterSalt: Array(44..<56)))
    }

    @Test("of another length is refused", arguments: SRTPProfile.allCases)
    func wrongLength(_ profile: SRTPProfile) {
        let count = profile.keyingMaterialByteCount
        #expect(SRTPKeyPair(cutting: [UInt8](repeating: 0, count: count), for: profile) != nil)
        #expect(SRTPKeyPair(cutting: [UInt8](repeating: 0, count: count - 1), for: profile) == nil)
        #expect(SRTPKeyPair(cutting: [UInt8](repeating: 0, count: count + 1), for: profile) == nil)
    }
}
