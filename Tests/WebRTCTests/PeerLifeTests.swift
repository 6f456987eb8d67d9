import Codecs
import Secure
import TestSupport
import Testing
import Units

@testable import WebRTC

@Suite("Peer: beginnings, changes and ends")
struct PeerLifeTests {
    @Test("a vanished peer is noticed within 15 s, on both sides")
    func consentTimeout() throws {
        let call = try Call(seed: 1)
        call.run(for: .seconds(5))
        (call.up.isDead, call.down.isDead) = (true, true)
        let vanished = call.now
        call.run(for: .seconds(20))
        #expect(call.ends == (.timeout, .timeout))
        for events in [call.serverEvents, call.clientEvents] {
            let moment = try #require(events.last?.moment)
            #expect(moment <= vanished + .milliseconds(15_100))
            #expect(moment >= vanished + .seconds(11))
        }
    }

    @Test("a silent but living peer stays")
    func silence() throws {
        let call = try Call(seed: 2, loss: 0.1)
        call.run(for: .seconds(5))
        call.sendsMedia = false
        call.run(for: .seconds(300))
        #expect(call.ends == (nil, nil))
        #expect(call.isConnected.server && call.isConnected.client)
    }

    @Test("is in a hurry while it shakes hands, and while packets are missing that may still come")
    func hurry() throws {
        let call = try Call(seed: 22, delay: 20...20)
        #expect(call.isServerInHurry)
        call.run(for: .seconds(3))
        #expect(!call.isServerInHurry)
        call.up.isDead = true
        call.run(for: .milliseconds(100))
        call.up.isDead = false
        #expect(!call.isServerInHurry)
        call.run(for: .milliseconds(60))
        #expect(call.isServerInHurry)
        call.run(for: .seconds(3))
        #expect(!call.isServerInHurry)
    }

    @Test("a peer that never gets through ends after 30 s")
    func neverConnected() throws {
        let call = try Call(seed: 3)
        call.up.isDead = true
        call.run(for: .seconds(40))
        #expect(call.ends == (.neverConnected, .neverConnected))
    }

    @Test("a handshake that fails ends the peer with its cause")
    func handshakeFailure() throws {
        let call = try Call(seed: 4, failure: .fingerprintMismatch)
        call.run(for: .seconds(1))
        #expect(call.ends.server == .handshakeFailed(.fingerprintMismatch))
    }

    @Test("a client's goodbye ends its tracks and then the peer, after every frame that was on its way")
    func clientCloses() throws {
        let call = try Call(seed: 5, delay: 20...20)
        call.run(for: .seconds(3))
        call.sendsMedia = false
        call.run(for: .milliseconds(5))
        call.client.close(at: call.now)
        call.run(for: .seconds(1))
        #expect(call.ends == (.closedByRemote, .closed))
        let tail = call.serverEvents.suffix(3).map(\.event)
        #expect(tail[0] == .trackEnded(TrackID(mediaIndex: 0, ssrc: SSRC(100))))
        #expect(tail[1] == .trackEnded(TrackID(mediaIndex: 1, ssrc: SSRC(101))))
        for index in 0..<2 { #expect(call.frames(of: index).count == call.sources[index].sent.count) }
        #expect(call.serverStatistics.tracks.map(\.frameCount) == call.sources.map(\.sent.count))
    }

    @Test("a server's goodbye reaches the client, and closing twice is closing once")
    func serverCloses() throws {
        let call = try Call(seed: 6)
        call.run(for: .seconds(1))
        call.server.close(at: call.now)
        call.server.close(at: call.now)
        call.run(for: .seconds(1))
        #expect(call.ends == (.closed, .closedByRemote))
        #expect(call.moments(call.serverEvents) { $0 == .closed(.closed) }.count == 1)
        #expect(call.serverStatistics.drops[.notConnected] > 0)
    }

    @Test("media goes on through an ICE restart", arguments: [0.0, 0.1])
    func restart(_ loss: Double) throws {
        let call = try Call(seed: 7, loss: loss)
        call.run(for: .seconds(3))
        let server = ICECredentials(fragment: "new1", password: "the server's password 2")
        let client = ICECredentials(fragment: "new2", password: "the client's password 2")
        call.server.restartICE(local: server, remote: client, at: call.now)
        call.run(for: .milliseconds(100))
        let candidate = RemoteCandidate(address: Call.serverAddress, priority: 1)
        call.client.restartICE(local: client, remote: server, candidates: [candidate], at: call.now)
        call.run(for: .seconds(30))
        #expect(call.ends == (nil, nil))
        for index in 0..<2 {
            let (whole, sent) = call.restored(index, sentBefore: call.now - .seconds(2))
            #expect(Double(whole) >= Double(sent) * 0.99)
        }
    }

    @Test("when a router gives the client another port, the server follows and media goes on")
    func addressChange() throws {
        let call = try Call(seed: 8)
        call.run(for: .seconds(3))
        let moved = TransportAddress(ip: Call.clientAddress.ip, port: 7777)
        call.up.translates = { $0 == Call.clientAddress ? moved : $0 }
        // Nothing reaches the old port any more; consent is asked for along the new one within 3 s.
        let changed = call.now
        call.run(for: .seconds(10))
        let path = Path(local: Call.serverAddress, remote: moved)
        let moments = call.moments(call.serverEvents) { $0 == .addressChanged(path) }
        #expect(moments.count == 1)
        #expect(try #require(moments.first) <= changed + .milliseconds(3_200))
        #expect(call.serverStatistics.drops[.unvalidatedAddress] > 0)
        #expect(try #require(call.frames(of: 0).last).arrival > call.now - .milliseconds(200))
        // What the stranger's packets lacked was only a proof: they are asked for again.
        let (whole, sent) = call.restored(0, sentBefore: call.now - .seconds(1))
        #expect(Double(whole) >= Double(sent) * 0.99)
    }

    @Test("records and media are taken only along a path that a check has proved")
    func unvalidatedAddress() throws {
        let call = try Call(seed: 9)
        let stranger = TransportAddress(ip: .v4(0x0A00_0099), port: 1)
        call.strike([22, 1], from: stranger)
        #expect(call.serverStatistics.drops[.unvalidatedAddress] == 1)
        #expect(!call.isConnected.server)
        call.run(for: .seconds(1))
        let packet = FakeChannel.sealed([0x80, 102, 0, 1] + [UInt8](repeating: 0, count: 20))
        call.strike(packet, from: stranger)
        #expect(call.serverStatistics.drops[.unvalidatedAddress] == 2)
        #expect(call.serverStatistics.drops[.forged] == 0)
    }

    @Test("frames are refused before the connection and after the end")
    func refusedFrames() throws {
        let call = try Call([.opus], seed: 10)
        let frame = Frame(codec: .opus, ticks: 0, isKeyframe: true, bytes: [0x78, 1], arrival: call.now)
        #expect(!call.send(frame))
        call.run(for: .seconds(1))
        #expect(call.send(frame))
        call.client.close(at: call.now)
        #expect(!call.send(frame))
    }

    @Test("garbage never traps, and is counted")
    func garbage() throws {
        let call = try Call(seed: 11, loss: 0.1)
        call.run(for: .seconds(2))
        var generator = SeededGenerator(seed: 11)
        let heads: [[UInt8]] = [
            [0, 1], [1, 1], [22, 0xFE], [0x80, 102], [0x90, 102], [0x80, 103], [0xB0, 111], [0x80, 200], [0x81, 205],
            [0x8F, 205], [0x81, 206], [0xA1, 203], [0xFF, 0xFF], [],
        ]
        for _ in 0..<4_000 {
            let head = heads.randomElement(using: &generator) ?? []
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = head + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let isSealed = Bool.random(using: &generator)
            call.strike(isSealed ? FakeChannel.sealed(bytes) : bytes)
        }
        #expect(call.serverStatistics.drops.total > 2_000)
        call.run(for: .seconds(5))
        #expect(call.isConnected.server)
        #expect(try #require(call.frames(of: 0).last).arrival > call.now - .seconds(2))
    }
}
