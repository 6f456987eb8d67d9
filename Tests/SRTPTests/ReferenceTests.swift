import Bytes
import SRTP
import Secure
import Testing

/// Packets that libsrtp checks itself against (its `test/srtp_driver.c`), one plain and one protected.
private struct Reference: Sendable, CustomTestStringConvertible {
    var profile: SRTPProfile
    var key: String
    var salt: String
    var rtp: String
    var rtcp: String

    var testDescription: String { "\(profile)" }

    var keys: SRTPKey {
        get throws {
            SRTPKey(
                masterKey: try #require([UInt8](hex: key)), masterSalt: try #require([UInt8](hex: salt)))
        }
    }

    static let plainRTP = "800f1234 decafbad cafebabe abababab abababab abababab abababab"
    static let plainRTCP = "81c8000b cafebabe abababab abababab abababab abababab"

    static let all = [
        Reference(
            profile: .aes128CMSHA1_80, key: "e1f97a0d3e018be0d64fa32c06de4139", salt: "0ec675ad498afeebb6960b3aabe6",
            rtp: "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb",
            rtcp: "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd 54d6c123 0798"),
        Reference(
            profile: .aeadAES128GCM, key: "000102030405060708090a0b0c0d0e0f", salt: "a0a1a2a3a4a5a6a7a8a9aaab",
            rtp: "800f1234 decafbad cafebabe c5002ede 04cfdd2e b91159e0 880aa06e d2976826 f796b201 df3131a1 27e8a392",
            rtcp: "81c8000b cafebabe c98b8b5d f0392a55 852b6c21 ac8e7025 c52c6fbe a2b3b446 ea31123b a88ce61e 80000001"),
    ]
}

@Suite("SRTP reference packets")
struct ReferenceTests {
    @Test("seals to the reference bytes, and opens them again", arguments: Reference.all)
    fileprivate func rtp(_ reference: Reference) throws {
        let plain = try #require([UInt8](hex: Reference.plainRTP))
        let sealed = try #require([UInt8](hex: reference.rtp))
        var sender = try SRTPSender(profile: reference.profile, key: reference.keys)
        var packet = PacketBuffer(plain)
        try sender.sealRTP(&packet)
        #expect(packet.bytes == sealed)

        var receiver = try SRTPReceiver(profile: reference.profile, key: reference.keys)
        try receiver.openRTP(&packet)
        #expect(packet.bytes == plain)
    }

    @Test("seals control packets to the reference bytes, and opens them again", arguments: Reference.all)
    fileprivate func rtcp(_ reference: Reference) throws {
        let plain = try #require([UInt8](hex: Reference.plainRTCP))
        let sealed = try #require([UInt8](hex: reference.rtcp))
        var sender = try SRTPSender(profile: reference.profile, key: reference.keys)
        var packet = PacketBuffer(plain)
        try sender.sealRTCP(&packet)
        #expect(packet.bytes == sealed)

        var receiver = try SRTPReceiver(profile: reference.profile, key: reference.keys)
        try receiver.openRTCP(&packet)
        #expect(packet.bytes == plain)
    }
}
