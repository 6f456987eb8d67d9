import Bytes
import SRTP
import Secure
import Testing

@Suite("Sealing what goes to a peer")
struct SRTPSenderTests {
    @Test("sealing the same packet again gives the same bytes, for retransmission", arguments: SRTPProfile.allCases)
    func repeats(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var (first, between, again) = (rtpPacket(7), rtpPacket(8), rtpPacket(7))
        try sender.sealRTP(&first)
        try sender.sealRTP(&between)
        try sender.sealRTP(&again)
        #expect(again.bytes == first.bytes)
    }

    @Test("refuses a packet that leaves no room for the tag, and leaves it as it was")
    func tooLong() throws {
        var sender = try SRTPSender(profile: .aeadAES128GCM, key: key(.aeadAES128GCM))
        let payload = PacketBuffer.capacity - 12 - SRTPSender.trailerLimit
        var (fits, tooLong) = (rtpPacket(1, payloadByteCount: payload), rtpPacket(2, payloadByteCount: payload + 1))
        try sender.sealRTP(&fits)
        let error = #expect(throws: SecureError.self) { try sender.sealRTP(&tooLong) }
        #expect(error == .tooLong)
        #expect(tooLong.bytes == rtpPacket(2, payloadByteCount: payload + 1).bytes)
    }

    /// Nothing, less than a header, a list of contributors and an extension that reach past the end.
    static let notPackets: [[UInt8]] = [
        [], [0x80], [0x8F] + [UInt8](repeating: 0, count: 40), [0x90] + [UInt8](repeating: 0xFF, count: 40),
    ]

    @Test("refuses what is no RTP packet", arguments: notPackets)
    func malformed(_ bytes: [UInt8]) throws {
        var sender = try SRTPSender(profile: .aeadAES128GCM, key: key(.aeadAES128GCM))
        var packet = PacketBuffer(bytes)
        let error = #expect(throws: SecureError.self) { try sender.sealRTP(&packet) }
        #expect(error == .malformed)
    }
}
