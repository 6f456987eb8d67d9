import Bytes
import Codecs
import RTP
import SDP
import Testing
import Units

@testable import WebRTC

@Suite("Peer: asking for keyframes")
struct PeerKeyframeTests {
    private func requests(_ call: Call) -> [Instant] {
        call.moments(call.clientEvents) { $0 == .keyframeRequested(mediaIndex: 0) }
    }

    @Test("a track that begins with its keyframe is left alone")
    func unasked() throws {
        let call = try Call(seed: 1)
        call.run(for: .seconds(10))
        #expect(requests(call).isEmpty)
        #expect(call.sources[0].keyframes.count == 1)
    }

    @Test("a track that begins without a keyframe is asked for one at once")
    func lateStart() throws {
        let call = try Call(seed: 2)
        call.sources[0].wantsKeyframe = false
        call.run(for: .seconds(3))
        let first = try #require(call.sources[0].sent.first).arrival
        #expect(try #require(requests(call).first) <= first + .milliseconds(250))
        #expect(call.sources[0].keyframes.count == 1)
        #expect(call.frames(of: 0).contains { $0.isKeyframe })
    }

    @Test("after a gap beyond repair a keyframe is asked for, and the frames before it say what they follow")
    func outage() throws {
        let call = try Call(seed: 3)
        call.run(for: .seconds(3))
        // The requests for what was lost are lost as well, for longer than the gap is waited for.
        (call.up.isDead, call.down.isDead) = (true, true)
        call.run(for: .seconds(1))
        call.up.isDead = false
        call.run(for: .seconds(2))
        call.down.isDead = false
        call.run(for: .seconds(6))
        #expect(call.serverStatistics.tracks[0].keyframeRequestCount >= 1)
        let frames = call.frames(of: 0)
        let broken = try #require(frames.firstIndex { $0.isBroken })
        let mended = try #require(frames[broken...].firstIndex { $0.isKeyframe })
        #expect(frames[mended].arrival < .ms(1_000) + .seconds(9))
    }

    @Test("an outage of four seconds is repaired whole, without a keyframe")
    func repairedOutage() throws {
        let call = try Call(seed: 7)
        call.run(for: .seconds(3))
        call.up.isDead = true
        call.run(for: .seconds(4))
        call.up.isDead = false
        call.run(for: .seconds(5))
        #expect(requests(call).isEmpty)
        let (whole, sent) = call.restored(0, sentBefore: call.now - .seconds(1))
        #expect(whole == sent)
    }

    @Test("repeats a request that brings nothing, ever more slowly, and in the end in other words")
    func repeats() throws {
        let call = try Call(seed: 4, delay: 20...20)
        call.run(for: .seconds(2))
        call.server.requestKeyframe(mediaIndex: 0, at: call.now)
        call.down.isDead = true
        let start = call.now
        call.run(for: .seconds(13))
        var moments: (pictureLoss: [Int64], fullIntra: [Int64]) = ([], [])
        for (moment, packet) in call.feedback {
            switch packet {
            case .pictureLossIndication: moments.pictureLoss.append(start.duration(to: moment).wholeMilliseconds)
            case .fullIntraRequest: moments.fullIntra.append(start.duration(to: moment).wholeMilliseconds)
            default: continue
            }
        }
        #expect(moments.pictureLoss == [0, 190, 570])
        #expect(moments.fullIntra == [1_330, 2_850, 5_890, 9_890])
    }

    @Test("asks for no other keyframe while one is coming that lacks a packet", arguments: [Codec.h264, .vp8])
    func coming(_ codec: Codec) throws {
        let call = try Call([codec], seed: 8, delay: 75...75)
        call.run(for: .seconds(3))
        let keyframes = call.sources[0].keyframes.count
        let wish = call.now
        var keyframePacketCount = 0
        call.up.swallows = { [unowned call] datagram in
            guard Self.mediaNumber(datagram) != nil, call.sources[0].keyframes.count > keyframes else { return false }
            keyframePacketCount += 1
            return keyframePacketCount == 4
        }
        call.server.requestKeyframe(mediaIndex: 0, at: wish)
        call.run(for: .seconds(3))
        // It is whole two round trips after the wish, when another would have been asked for.
        let whole = try #require(
            call.serverEvents.first { moment, event in
                guard moment > wish, case .frame(_, let frame) = event else { return false }
                return frame.isKeyframe
            })
        #expect(whole.moment > wish + .milliseconds(150) + KeyframeRequests.margin)
        #expect(requests(call).count == 1)
    }

    @Test("leaves one hopeless gap at a time: a keyframe behind it that lacks a packet may come after a later one")
    func gapByGap() throws {
        let call = try Call([.h264], seed: 10, delay: 75...75)
        call.run(for: .seconds(3))
        let before = call.sources[0].keyframes.count
        // One packet never comes, and one of the keyframe that makes up for it only when it is sent for the sixth time.
        var (never, late, lateCount): (UInt16?, UInt16?, Int) = (nil, nil, 0)
        var keyframePacketCount = 0
        call.up.swallows = { [unowned call] datagram in
            guard let number = Self.mediaNumber(datagram) else { return false }
            if never == nil { never = number }
            if call.sources[0].keyframes.count == before + 1 {
                keyframePacketCount += 1
                if keyframePacketCount == 4 { late = number }
            }
            if number == late { lateCount += 1 }
            return number == never || number == late && lateCount < 6
        }
        call.run(for: .seconds(4))
        let keyframes = call.sources[0].keyframes[before...]
        #expect(keyframes.count == 2)
        let range = try #require(keyframes.first)..<(try #require(keyframes.last))
        let sent = call.sources[0].sent.filter { range.contains($0.arrival) }
        #expect(sent.count > 10)
        #expect(call.cleanFrames.count { range.contains($0.sent) } == sent.count)
    }

    /// The sequence number of the first section's packet that a datagram carries, for the first time or again.
    private static func mediaNumber(_ datagram: [UInt8]) -> UInt16? {
        let packet = PacketBuffer(datagram)
        guard PacketKind(packet.span) == .rtp, let header = try? RTPHeader(parsing: packet.span) else { return nil }
        if header.ssrc == SSRC(100) { return header.sequenceNumber }
        guard header.ssrc == SSRC(200), header.payload.count >= 2 else { return nil }
        let place = header.payload.lowerBound
        return UInt16(datagram[place]) << 8 | UInt16(datagram[place + 1])
    }

    @Test("many requests from downstream become one")
    func throttled() throws {
        let call = try Call(seed: 5)
        call.run(for: .seconds(2))
        for _ in 0..<10 {
            call.server.requestKeyframe(mediaIndex: 0, at: call.now)
            call.server.requestKeyframe(mediaIndex: 1, at: call.now)
            call.run(for: .milliseconds(20))
        }
        call.run(for: .milliseconds(200))
        #expect(requests(call).count == 1)
    }

    @Test("asks with what the sender understands")
    func fullIntraRequest() throws {
        let call = try Call([.vp8], seed: 6) { offer in
            offer.media[0].attributes.removeAll { attribute in
                if case .feedback(let feedback) = attribute { feedback.kind == "nack pli" } else { false }
            }
        }
        call.run(for: .seconds(2))
        call.server.requestKeyframe(mediaIndex: 0, at: call.now)
        call.run(for: .seconds(1))
        #expect(requests(call).count == 1)
        #expect(call.feedback.contains { if case .fullIntraRequest = $0.packet { true } else { false } })
        #expect(!call.feedback.contains { if case .pictureLossIndication = $0.packet { true } else { false } })
    }
}
