import Bytes
import Secure
import Testing
import Units

@testable import DTLS

@Suite("The DTLS handshake")
struct HandshakeTests {
    @Test("connects two sides, and agrees on the cheapest profile")
    func connects() throws {
        var pair = try Pair()
        #expect(pair.client.state == .idle)
        #expect(pair.server.state == .idle)
        pair.client.start(at: .ms(0))
        #expect(pair.client.state == .handshaking)
        #expect(pair.client.deadline != nil)
        pair.exchange()
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
        #expect(pair.client.deadline == nil)
        #expect(pair.server.deadline == nil)
        #expect(pair.longest <= DTLSChannel.datagramByteLimit)
    }

    @Test("cuts its messages to the path, and puts the other side's together again, even if one piece is lost")
    func fragments() async throws {
        var pair = try Pair(datagramByteLimit: 300)
        try await pair.shakeHands { $0 == 3 }
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
        #expect(pair.longest <= 300)
    }

    @Test("agrees on any profile that both sides have", arguments: SRTPProfile.allCases)
    func everyProfile(_ profile: SRTPProfile) throws {
        var pair = try Pair(clientProfiles: SRTPProfile.allCases, serverProfiles: [profile])
        pair.client.start(at: .ms(0))
        pair.exchange()
        #expect(pair.client.state == .connected(profile))
        #expect(pair.server.state == .connected(profile))
        try expectMediaFlows(&pair.client, &pair.server)
        try expectMediaFlows(&pair.server, &pair.client)
    }

    @Test("the server's order of profiles decides")
    func preference() throws {
        var pair = try Pair(
            clientProfiles: [.aes128CMSHA1_80, .aeadAES256GCM, .aeadAES128GCM],
            serverProfiles: [.aeadAES128GCM, .aeadAES256GCM, .aes128CMSHA1_80])
        pair.client.start(at: .ms(0))
        pair.exchange()
        #expect(pair.server.state == .connected(.aeadAES128GCM))
    }

    @Test("fails on both sides when no profile is common")
    func noCommonProfile() throws {
        var pair = try Pair(clientProfiles: [.aeadAES128GCM], serverProfiles: [.aeadAES256GCM])
        pair.client.start(at: .ms(0))
        pair.exchange()
        #expect(pair.client.state == .failed(.noCommonProfile))
        #expect(pair.server.state == .failed(.noCommonProfile))
    }

    @Test("connects although any one of its datagrams is lost", arguments: 0..<8)
    func anyOneLost(_ lost: Int) async throws {
        var pair = try Pair()
        try await pair.shakeHands { $0 == lost }
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
    }

    @Test("connects although every other datagram is lost")
    func halfLost() async throws {
        var pair = try Pair()
        try await pair.shakeHands { $0 % 2 == 0 && $0 < 20 }
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
    }

    @Test("takes records twice and in the wrong order")
    func disorder() async throws {
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        for _ in 0..<6 {
            var (toServer, toClient): ([[UInt8]], [[UInt8]]) = ([], [])
            while let record = pair.client.nextRecord() { toServer.append(record) }
            for record in toServer.reversed() + toServer {
                pair.server.receiveRecord(PacketBuffer(record), at: .ms(0))
            }
            while let record = pair.server.nextRecord() { toClient.append(record) }
            for record in toClient.reversed() + toClient {
                pair.client.receiveRecord(PacketBuffer(record), at: .ms(0))
            }
        }
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
    }

    @Test("nothing is retransmitted before the deadline")
    func early() throws {
        var pair = try Pair(firstWait: .seconds(3))
        pair.client.start(at: .ms(0))
        let hello = pair.client.nextRecord()
        #expect(hello != nil)
        pair.client.advance(to: .ms(1))
        let again = pair.client.nextRecord()
        #expect(again == nil)
        #expect(pair.client.state == .handshaking)
    }

    @Test("the wait doubles up to three seconds")
    func backOff() {
        let retransmission = Retransmission.default
        var waits: [UInt32] = [retransmission.microseconds(after: 0)]
        for _ in 0..<5 { waits.append(retransmission.microseconds(after: waits[waits.count - 1])) }
        #expect(waits == [200_000, 400_000, 800_000, 1_600_000, 3_000_000, 3_000_000])
    }
}
