import Bytes
import Secure
import Testing
import Units

@testable import DTLS

/// A packet of each kind goes from one side to the other and arrives as it was.
func expectMediaFlows(_ from: inout DTLSChannel, _ to: inout DTLSChannel) throws {
    let media: [UInt8] = [0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2] + Array(repeating: 0xAB, count: 100)
    let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 2]
    var (packet, control) = (PacketBuffer(media), PacketBuffer(report))
    try from.sealRTP(&packet)
    try from.sealRTCP(&control)
    #expect(packet.bytes != media)
    try to.openRTP(&packet)
    try to.openRTCP(&control)
    #expect(packet.bytes == media)
    #expect(control.bytes == report)
}

@Suite("A DTLS channel")
struct DTLSChannelTests {
    private static let stranger = Fingerprint(algorithm: .sha256, digest: Array(repeating: 7, count: 32))

    @Test("the server refuses a client whose certificate was not promised, and says so")
    func wrongClient() throws {
        var pair = try Pair(serverExpects: Self.stranger)
        pair.client.start(at: .ms(0))
        pair.exchange()
        #expect(pair.server.state == .failed(.fingerprintMismatch))
        guard case .failed(.handshake(let reason)) = pair.client.state else {
            Issue.record("the client stands at \(pair.client.state)")
            return
        }
        #expect(reason.contains("bad certificate"))
    }

    @Test("the client refuses a server whose certificate was not promised")
    func wrongServer() throws {
        var pair = try Pair(clientExpects: Self.stranger)
        pair.client.start(at: .ms(0))
        pair.exchange()
        #expect(pair.client.state == .failed(.fingerprintMismatch))
        #expect(pair.client.deadline == nil)
    }

    @Test(
        "a certificate is checked by whichever hash was promised", arguments: [Fingerprint.Algorithm.sha384, .sha512])
    func otherHash(_ algorithm: Fingerprint.Algorithm) throws {
        let (client, server) = (try Certificate(), try Certificate())
        let promised = try #require(client.fingerprint(by: algorithm))
        #expect(promised.digest.count == algorithm.byteCount)
        var first = try DTLSChannel(role: .client, certificate: client, expecting: server.fingerprint)
        var second = try DTLSChannel(role: .server, certificate: server, expecting: promised)
        first.start(at: .ms(0))
        for _ in 0..<4 {
            while let record = first.nextRecord() { second.receiveRecord(PacketBuffer(record), at: .ms(0)) }
            while let record = second.nextRecord() { first.receiveRecord(PacketBuffer(record), at: .ms(0)) }
        }
        #expect(second.state == .connected(.aeadAES128GCM))
    }

    @Test("every certificate is another one")
    func fresh() throws {
        #expect(try Certificate().fingerprint != Certificate().fingerprint)
        #expect(try Certificate().fingerprint.digest.count == 32)
    }

    @Test("carries no media before it is connected")
    func notConnected() throws {
        var pair = try Pair()
        var packet = PacketBuffer([0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2])
        #expect(throws: SecureError.notConnected) { try pair.client.sealRTP(&packet) }
        #expect(throws: SecureError.notConnected) { try pair.client.sealRTCP(&packet) }
        #expect(throws: SecureError.notConnected) { try pair.server.openRTP(&packet) }
        #expect(throws: SecureError.notConnected) { try pair.server.openRTCP(&packet) }
    }

    @Test("refuses forged and repeated packets, each by its name")
    func forgedAndRepeated() throws {
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        pair.exchange()
        var packet = PacketBuffer([0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4])
        try pair.client.sealRTP(&packet)
        var (forged, again) = (packet, packet)
        forged.storage[14] ^= 1
        #expect(throws: SecureError.forged) { try pair.server.openRTP(&forged) }
        try pair.server.openRTP(&packet)
        #expect(throws: SecureError.replayed) { try pair.server.openRTP(&again) }
    }

    @Test("closing tells the other side, and ends both for good")
    func close() throws {
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        pair.exchange()
        pair.client.close()
        #expect(pair.client.state == .closed)
        pair.exchange()
        #expect(pair.server.state == .closed)
        var packet = PacketBuffer([0x80, 96, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2])
        #expect(throws: SecureError.notConnected) { try pair.client.sealRTP(&packet) }
        #expect(throws: SecureError.notConnected) { try pair.server.sealRTP(&packet) }
        pair.client.start(at: .ms(1))
        #expect(pair.client.state == .closed)
        let record = pair.client.nextRecord()
        #expect(record == nil)
    }

    @Test("closing before the handshake is over is silent and final")
    func closeEarly() throws {
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        pair.client.close()
        #expect(pair.client.state == .closed)
        #expect(pair.client.deadline == nil)
    }

    @Test("garbage between the records of a handshake does not harm it", arguments: 0..<16 as Range<UInt64>)
    func garbage(_ seed: UInt64) throws {
        var generator = Xorshift(state: seed + 1)
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        for _ in 0..<6 {
            while let record = pair.client.nextRecord() {
                for bytes in generator.garbage(like: record) {
                    pair.server.receiveRecord(PacketBuffer(bytes), at: .ms(0))
                }
                pair.server.receiveRecord(PacketBuffer(record), at: .ms(0))
            }
            while let record = pair.server.nextRecord() {
                for bytes in generator.garbage(like: record) {
                    pair.client.receiveRecord(PacketBuffer(bytes), at: .ms(0))
                }
                pair.client.receiveRecord(PacketBuffer(record), at: .ms(0))
            }
        }
        #expect(pair.client.state == .connected(.aeadAES128GCM))
        #expect(pair.server.state == .connected(.aeadAES128GCM))
    }

    @Test("what is flipped or cut in a connected channel's records is dropped")
    func garbageWhenConnected() throws {
        var pair = try Pair()
        pair.client.start(at: .ms(0))
        pair.exchange()
        pair.client.close()
        let record = pair.client.nextRecord()
        let goodbye = try #require(record)
        // Byte 2 is the minor version, which RFC 6347 §4.1 lets differ, and which is not the content's.
        for bit in 0..<goodbye.count * 8 where bit / 8 != 2 {
            var flipped = goodbye
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            pair.server.receiveRecord(PacketBuffer(flipped), at: .ms(0))
        }
        for count in 0..<goodbye.count {
            pair.server.receiveRecord(PacketBuffer(goodbye[..<count]), at: .ms(0))
        }
        #expect(pair.server.state == .connected(.aeadAES128GCM))
        pair.server.receiveRecord(PacketBuffer(goodbye), at: .ms(0))
        #expect(pair.server.state == .closed)
    }
}

/// A small repeatable source of randomness (Marsaglia's xorshift64).
struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Noise as long as the datagram, the datagram cut off, and its first record in an epoch that never comes.
    mutating func garbage(like record: [UInt8]) -> [[UInt8]] {
        var noise = record.map { _ in UInt8.random(in: 0...255, using: &self) }
        noise[0] = UInt8.random(in: 20...63, using: &self)
        let cut = record[..<Int.random(in: 0..<13, using: &self)]
        var later = Array(record[..<(13 + Int(record[11]) << 8 + Int(record[12]))])
        later[3] = 9
        return [noise, Array(cut), later]
    }
}
