import Bytes
import Codecs
import RTP
import Testing
import Units

@testable import WebRTC

/// Packets made by hand, given to the server of a call whose own client is silent.
@Suite("Peer: streams of packets made by hand")
struct PeerStreamTests {
    private struct Packet {
        var payloadType: UInt8 = 96
        var sequenceNumber: UInt16
        var timestamp: UInt32
        var ssrc: UInt32 = 100
        var marker = true
        var extensions: [RTPExtension] = []
        var payload: [UInt8]

        var sealed: [UInt8] {
            var packet = PacketBuffer()
            RTPWriter.write(
                RTPFields(
                    marker: marker, payloadType: PayloadType(payloadType), sequenceNumber: sequenceNumber,
                    timestamp: RTPTimestamp(timestamp), ssrc: SSRC(ssrc)),
                extensions: extensions, payload: payload.span, into: &packet)
            return FakeChannel.sealed(packet.bytes)
        }
    }

    /// A VP8 frame in one packet: a descriptor that begins a partition, then the frame (RFC 7741 §4.2).
    private static func picture(_ number: UInt16, isKeyframe: Bool = false) -> Packet {
        let head: [UInt8] = isKeyframe ? [0x10, 0, 0, 0x9D, 1, 0x2A, 0x80, 2, 0xE0, 1] : [0x11, 0, 0]
        return Packet(
            sequenceNumber: number, timestamp: UInt32(number) * 3_000, payload: [0x10] + head + [UInt8(number & 0xFF)])
    }

    private func connected(_ codecs: [Codec] = [.vp8, .opus], seed: UInt64) throws -> Call {
        let call = try Call(codecs, seed: seed)
        call.sendsMedia = false
        call.run(for: .seconds(1))
        return call
    }

    private func strike(_ call: Call, _ packets: Packet...) {
        for packet in packets { call.strike(packet.sealed) }
    }

    private func lastBytes(_ call: Call, _ mediaIndex: Int = 0) -> [UInt8] {
        call.frames(of: mediaIndex).compactMap(\.bytes.last)
    }

    @Test("padding moves the sequence on without ending a frame")
    func padding() throws {
        let call = try connected(seed: 1)
        strike(call, Self.picture(10, isKeyframe: true))
        call.run(for: .milliseconds(60))
        var padding = Self.picture(11)
        padding.payload = []
        padding.timestamp = 10 * 3_000
        strike(call, padding, Self.picture(12))
        #expect(lastBytes(call) == [10, 12])
        #expect(!call.frames(of: 0).contains { $0.isBroken })
        call.run(for: .seconds(2))
        #expect(call.serverStatistics.tracks[0].lostCount == 0)
        #expect(call.serverStatistics.tracks[0].nackCount == 0)
    }

    @Test("probes on the retransmission stream are told of in congestion feedback, and are no frames")
    func probes() throws {
        let call = try connected(seed: 2)
        strike(call, Self.picture(10, isKeyframe: true))
        call.run(for: .milliseconds(60))
        for number in UInt16(0)..<5 {
            let probe = Packet(
                payloadType: 97, sequenceNumber: number, timestamp: 0, ssrc: 200,
                extensions: [RTPExtension(id: 2, number: 700 + number)], payload: [])
            strike(call, probe)
        }
        call.run(for: .milliseconds(200))
        let told = call.feedback.reduce(0) { sum, entry in
            guard case .transportFeedback(let feedback) = entry.packet else { return sum }
            return sum + feedback.receivedCount
        }
        #expect(told == 5)
        #expect(call.serverStatistics.drops.total == 0)
        #expect(lastBytes(call) == [10])
    }

    @Test("a retransmission fills its gap; one of a byte is refused")
    func retransmission() throws {
        let call = try connected(seed: 3)
        strike(call, Self.picture(10, isKeyframe: true))
        call.run(for: .milliseconds(60))
        strike(call, Self.picture(12))
        var repair = Self.picture(11)
        repair.payload = [0, 11] + repair.payload
        (repair.payloadType, repair.ssrc, repair.sequenceNumber) = (97, 200, 5)
        strike(call, repair)
        repair.payload = [0]
        strike(call, repair)
        #expect(lastBytes(call) == [10, 11, 12])
        #expect(call.serverStatistics.tracks[0].repairedCount == 1)
        #expect(call.serverStatistics.drops[.malformedRetransmission] == 1)
    }

    @Test("a stream that was not announced is known by its mid, and by its payload type")
    func unannounced() throws {
        for hasMid in [true, false] {
            let call = try connected(seed: 4)
            var packet = Self.picture(10, isKeyframe: true)
            packet.ssrc = 999
            if hasMid { packet.extensions = [RTPExtension(id: 1, bytes: Array("0".utf8))] }
            strike(call, packet)
            call.run(for: .milliseconds(60))
            #expect(
                call.serverEvents.contains { _, event in
                    if case .frame(let track, _) = event {
                        track == TrackID(mediaIndex: 0, ssrc: SSRC(999))
                    } else {
                        false
                    }
                })
        }
    }

    @Test("what belongs to no section is counted and dropped")
    func unknownStream() throws {
        let call = try connected(seed: 5)
        var packet = Self.picture(10, isKeyframe: true)
        (packet.ssrc, packet.payloadType) = (999, 55)
        strike(call, packet)
        packet.extensions = [RTPExtension(id: 1, bytes: Array("0".utf8))]
        strike(call, packet)
        packet.ssrc = 100
        strike(call, packet)
        #expect(call.serverStatistics.drops[.unknownStream] == 3)
    }

    @Test("another stream takes a section's place once the first is silent, and not before")
    func replacement() throws {
        let call = try connected(seed: 6)
        strike(call, Self.picture(10, isKeyframe: true))
        call.run(for: .milliseconds(500))
        var packet = Self.picture(77, isKeyframe: true)
        packet.ssrc = 999
        strike(call, packet)
        #expect(call.serverStatistics.drops[.unknownStream] == 1)
        call.run(for: .seconds(1))
        strike(call, packet)
        call.run(for: .milliseconds(60))
        #expect(lastBytes(call) == [10, 77])
        let ended = call.moments(call.serverEvents) { $0 == .trackEnded(TrackID(mediaIndex: 0, ssrc: SSRC(100))) }
        #expect(ended.count == 1)
        #expect(call.serverStatistics.tracks.map(\.track.ssrc) == [SSRC(100), SSRC(999)])
    }

    @Test("a track may come back after its goodbye, but not by stragglers")
    func comeback() throws {
        let call = try connected(seed: 7)
        strike(call, Self.picture(10, isKeyframe: true))
        call.run(for: .milliseconds(60))
        var goodbye: [UInt8] = []
        RTCPPacket.bye([SSRC(100)]).append(to: &goodbye)
        call.strike(FakeChannel.sealed(goodbye))
        strike(call, Self.picture(11))
        call.run(for: .seconds(1))
        #expect(lastBytes(call) == [10])
        strike(call, Self.picture(40, isKeyframe: true))
        call.run(for: .milliseconds(60))
        #expect(lastBytes(call) == [10, 40])
    }

    @Test("a sender that starts its sequence over on the same stream is followed, and asked for a keyframe")
    func startOver() throws {
        let call = try connected(seed: 8)
        for number in UInt16(30_000)..<30_010 {
            strike(call, Self.picture(number, isKeyframe: number == 30_000))
            call.run(for: .milliseconds(30))
        }
        for number in UInt16(10_000)..<10_100 {
            strike(call, Self.picture(number))
            call.run(for: .milliseconds(30))
        }
        #expect(call.frames(of: 0).count == 10 + 100 - TrackReceiver.lateRunLimit)
        #expect(call.frames(of: 0)[10].isBroken)
        #expect(call.serverStatistics.drops[.late] == TrackReceiver.lateRunLimit)
        #expect(call.serverStatistics.tracks[0].keyframeRequestCount > 0)
    }

    @Test("sequence numbers and timestamps wrap without a seam")
    func wrapping() throws {
        let call = try connected(seed: 9)
        var packet = Self.picture(65_530, isKeyframe: true)
        packet.timestamp = UInt32.max - 9_000
        for _ in 0..<20 {
            strike(call, packet)
            call.run(for: .milliseconds(60))
            packet.sequenceNumber &+= 1
            packet.timestamp &+= 3_000
        }
        let ticks = call.frames(of: 0).map(\.ticks)
        #expect(ticks.count == 20)
        #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $1 - $0 == 3_000 })
    }

    @Test("frames are put together in the bytes that were given back")
    func recycling() throws {
        let call = try connected(seed: 10)
        var frames: [Frame] = []
        for number in UInt16(1)...5 {
            strike(call, Self.picture(number, isKeyframe: number == 1))
            call.run(for: .milliseconds(60))
            frames = call.frames(of: 0)
            call.server.recycle([UInt8](repeating: 9, count: 500), of: TrackID(mediaIndex: 0, ssrc: SSRC(100)))
            call.server.recycle([], of: TrackID(mediaIndex: 9, ssrc: SSRC(100)))
        }
        #expect(frames.compactMap(\.bytes.last) == [1, 2, 3, 4, 5])
    }
}
