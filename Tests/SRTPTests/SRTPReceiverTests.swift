import Bytes
import Secure
import Testing

@testable import SRTP

@Suite("Opening what a peer sealed")
struct SRTPReceiverTests {
    @Test("opens what was sealed, in place, RTP and RTCP", arguments: SRTPProfile.allCases)
    func roundTrip(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        for sequenceNumber in [65_534, 65_535, 0, 1] as [UInt16] {
            var packet = rtpPacket(sequenceNumber)
            try sender.sealRTP(&packet)
            #expect(packet.count > rtpPacket(sequenceNumber).count)
            try receiver.openRTP(&packet)
            #expect(packet.bytes == rtpPacket(sequenceNumber).bytes)
        }
        var report = receiverReport()
        try sender.sealRTCP(&report)
        try receiver.openRTCP(&report)
        #expect(report.bytes == receiverReport().bytes)
    }

    @Test("refuses a packet that came before", arguments: SRTPProfile.allCases)
    func replay(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var sealed = rtpPacket(7)
        try sender.sealRTP(&sealed)
        var report = receiverReport()
        try sender.sealRTCP(&report)
        var (first, second, control, controlAgain) = (sealed, sealed, report, report)
        try receiver.openRTP(&first)
        try receiver.openRTCP(&control)
        let rtpError = #expect(throws: SecureError.self) { try receiver.openRTP(&second) }
        let rtcpError = #expect(throws: SecureError.self) { try receiver.openRTCP(&controlAgain) }
        #expect(rtpError == .replayed)
        #expect(rtcpError == .replayed)
    }

    @Test("takes a late packet as long as the window reaches, and no longer")
    func window() throws {
        let profile = SRTPProfile.aeadAES128GCM
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        let last = UInt16(ReplayWindow.packetCount) + 10
        var sealed: [PacketBuffer] = []
        for sequenceNumber in 1...last {
            var packet = rtpPacket(sequenceNumber)
            try sender.sealRTP(&packet)
            sealed.append(packet)
        }
        for index in [0, Int(last) - 1, 20] { try receiver.openRTP(&sealed[index]) }
        let error = #expect(throws: SecureError.self) { try receiver.openRTP(&sealed[1]) }
        #expect(error == .replayed)
    }

    @Test("refuses a packet with any bit flipped, and then still opens the true one", arguments: SRTPProfile.allCases)
    func forged(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var sealed = rtpPacket(7, payloadByteCount: 9)
        try sender.sealRTP(&sealed)
        for bit in 0..<sealed.count * 8 {
            var flipped = sealed
            flipped.storage[bit / 8] ^= 1 << UInt8(bit % 8)
            let error = #expect(throws: SecureError.self, "bit \(bit)") { try receiver.openRTP(&flipped) }
            #expect(error == .forged || bit < 16 && error == .malformed, "bit \(bit)")
        }
        try receiver.openRTP(&sealed)
    }

    @Test("refuses a control packet with any bit flipped", arguments: SRTPProfile.allCases)
    func forgedControl(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var sealed = receiverReport()
        try sender.sealRTCP(&sealed)
        for bit in 0..<sealed.count * 8 {
            var flipped = sealed
            flipped.storage[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SecureError.self, "bit \(bit)") { try receiver.openRTCP(&flipped) }
        }
        try receiver.openRTCP(&sealed)
    }

    @Test("refuses every beginning of a packet", arguments: SRTPProfile.allCases)
    func prefixes(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var (sealed, report) = (rtpPacket(7), receiverReport())
        try sender.sealRTP(&sealed)
        try sender.sealRTCP(&report)
        for count in 0..<sealed.count {
            var cut = sealed
            cut.count = count
            #expect(throws: SecureError.self, "RTP, \(count) bytes") { try receiver.openRTP(&cut) }
        }
        for count in 0..<report.count {
            var cut = report
            cut.count = count
            #expect(throws: SecureError.self, "RTCP, \(count) bytes") { try receiver.openRTCP(&cut) }
        }
    }

    @Test("refuses what was sealed with another key")
    func wrongKey() throws {
        var sender = try SRTPSender(profile: .aeadAES256GCM, key: key(.aeadAES256GCM))
        var receiver = try SRTPReceiver(profile: .aeadAES256GCM, key: key(.aeadAES256GCM, from: 1))
        var packet = rtpPacket(1)
        try sender.sealRTP(&packet)
        let error = #expect(throws: SecureError.self) { try receiver.openRTP(&packet) }
        #expect(error == .forged)
    }

    @Test("takes packets of so many SSRCs and no more, and goes on with those it knows")
    func ssrcLimit() throws {
        let profile = SRTPProfile.aes128CMSHA1_80
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        for ssrc in 1...UInt32(SRTPReceiver.ssrcLimit) {
            var packet = rtpPacket(1, ssrc: ssrc)
            try sender.sealRTP(&packet)
            try receiver.openRTP(&packet)
        }
        var (surplus, known) = (rtpPacket(1, ssrc: 0xFFFF), rtpPacket(2, ssrc: 1))
        try sender.sealRTP(&surplus)
        try sender.sealRTP(&known)
        let error = #expect(throws: SecureError.self) { try receiver.openRTP(&surplus) }
        #expect(error == .malformed)
        try receiver.openRTP(&known)
    }

    @Test("opens packets on both sides of a sequence number's wrap, some of them late", arguments: SRTPProfile.allCases)
    func wrap(_ profile: SRTPProfile) throws {
        var sender = try SRTPSender(profile: profile, key: key(profile))
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var sealed: [PacketBuffer] = []
        for number in [65_533, 65_534, 65_535, 0, 1, 2] as [UInt16] {
            var packet = rtpPacket(number)
            try sender.sealRTP(&packet)
            sealed.append(packet)
        }
        for index in [0, 3, 1, 5, 2, 4] { try receiver.openRTP(&sealed[index]) }
        #expect(sealed[5].bytes == rtpPacket(2).bytes)
    }

    /// An authenticated control packet whose encryption bit is clear (RFC 3711 §3.4).
    @Test("a control packet may be in the clear, but not unauthenticated")
    func clearControl() throws {
        let profile = SRTPProfile.aes128CMSHA1_80
        let keys = try SessionKeys(.rtcp, from: key(profile), profile: profile)
        let mode = try CounterMode(keys, tagByteCount: 10)
        var packet = receiverReport()
        for byte in [0, 0, 0, 1] as [UInt8] {
            packet.storage[packet.count] = byte
            packet.count += 1
        }
        mode.appendTag(to: &packet, suffix: nil)
        var receiver = try SRTPReceiver(profile: profile, key: key(profile))
        var forged = packet
        forged.storage[4] ^= 1
        #expect(throws: SecureError.forged) { try receiver.openRTCP(&forged) }
        try receiver.openRTCP(&packet)
        #expect(packet.bytes == receiverReport().bytes)
    }

    @Test("a key of the wrong length is refused", arguments: SRTPProfile.allCases)
    func wrongLength(_ profile: SRTPProfile) {
        var short = key(profile)
        short.masterSalt.removeLast()
        #expect(throws: SRTPSetupError.self) { _ = try SRTPReceiver(profile: profile, key: short) }
    }
}
