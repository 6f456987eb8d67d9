import Codecs
import RTP
import SDP
import Secure
import TestSupport
import Testing
import Units

@testable import WebRTC

@Suite("Peer: a call over a simulated network")
struct PeerTests {
    @Test(
        "restores what a lossy network drops",
        arguments: [Codec.h264, .vp8],
        [(loss: 0.0, share: 1.0), (loss: 0.03, share: 0.999), (loss: 0.1, share: 0.99)])
    func restores(_ codec: Codec, _ network: (loss: Double, share: Double)) throws {
        let seed: UInt64 = 20
        let call = try Call([codec, .opus], seed: seed, loss: network.loss)
        call.run(for: .seconds(42))
        for index in 0..<2 {
            let (whole, sent) = call.restored(index, sentBefore: call.now - .seconds(2))
            #expect(sent > 1000)
            let isEnough = Double(whole) >= Double(sent) * network.share
            #expect(isEnough, "seed \(seed), track \(index): \(whole) of \(sent)")
            let ticks = call.frames(of: index).map(\.ticks)
            #expect(ticks == ticks.sorted())
        }
    }

    @Test("both sides connect, with the channel's profile, in three round trips")
    func connects() throws {
        let call = try Call(seed: 1, delay: 20...20)
        call.run(for: .milliseconds(200))
        #expect(call.serverEvents.first?.event == .connected(.aeadAES128GCM))
        #expect(call.clientEvents.first?.event == .connected(.aeadAES128GCM))
        let moment = try #require(call.clientEvents.first?.moment)
        #expect(moment <= .ms(1_120))
    }

    @Test("the same seed gives the same call again")
    func repeatable() throws {
        let calls = try (0..<2).map { _ in try Call(seed: 7, loss: 0.1) }
        for call in calls { call.run(for: .seconds(5)) }
        #expect(calls[0].serverEvents.map(\.event) == calls[1].serverEvents.map(\.event))
        #expect(calls[0].serverStatistics == calls[1].serverStatistics)
    }

    @Test("sender reports tie each track's ticks to one wall clock")
    func senderReports() throws {
        let call = try Call(seed: 2)
        call.run(for: .seconds(10))
        for index in 0..<2 {
            let source = call.sources[index]
            let first = try #require(source.sent.first)
            var count = 0
            for case .senderReport(let track, let ntp, let ticks, _) in call.serverEvents.map(\.event)
            where track.mediaIndex == index {
                count += 1
                let elapsed = ntp.nanoseconds - Call.wallClock.nanoseconds - (first.arrival.nanoseconds - 1_000_000_000)
                let received = try #require(call.frames(of: index).first { $0.bytes == first.bytes }).ticks
                let expected = received + elapsed * Int64(source.codec.clockRate.ticksPerSecond) / 1_000_000_000
                #expect(abs(ticks - expected) <= 2)
            }
            #expect(count >= 8)
        }
    }

    @Test("the sender learns the round trip from reports, which name the retransmission stream as well")
    func reports() throws {
        let call = try Call(seed: 3, loss: 0.05, delay: 30...30)
        call.run(for: .seconds(10))
        let trip = try #require(call.clientStatistics.roundTrip)
        #expect((Duration.milliseconds(55)...(.milliseconds(65))).contains(trip))
        var sources: Set<SSRC> = []
        for case .receiverReport(let report) in call.feedback.map(\.packet) {
            sources.formUnion(report.blocks.map(\.source))
        }
        #expect(sources == [SSRC(100), SSRC(101), SSRC(200)])
    }

    @Test("each stream is reported on soon after it began, and again soon after its sender reported first")
    func firstReports() throws {
        let call = try Call(seed: 9, delay: 30...30)
        // The picture begins when the sound's reports have long been regular.
        let beginning = Instant.ms(3_050)
        call.sources[0].nextFrame = beginning
        call.run(for: .seconds(4))
        let blocks = call.feedback.compactMap { moment, packet -> (moment: Instant, block: ReportBlock)? in
            guard case .receiverReport(let report) = packet else { return nil }
            return report.blocks.first { $0.source == SSRC(100) }.map { (moment, $0) }
        }
        #expect(try #require(blocks.first).moment <= beginning + .milliseconds(30) + ReportSchedule.firstDelay)
        let answer = try #require(blocks.first { $0.block.lastSenderReport != 0 })
        #expect(answer.moment <= beginning + .milliseconds(60) + ReportSchedule.firstDelay * 2)
    }

    @Test("congestion feedback tells of every packet that came, at most 100 ms later")
    func transportFeedback() throws {
        let call = try Call([.vp8], seed: 4, loss: 0.05)
        call.run(for: .seconds(10))
        call.sendsMedia = false
        call.run(for: .seconds(1))
        var told = 0
        var moments: [Instant] = []
        for case (let moment, .transportFeedback(let feedback)) in call.feedback {
            told += feedback.receivedCount
            moments.append(moment)
        }
        // A packet that comes after its neighbours were told of is told of with them once more.
        #expect(told >= call.mediaPacketCount)
        let gaps = zip(moments, moments.dropFirst()).map { $0.duration(to: $1) }
        #expect(try #require(gaps.max()) <= .milliseconds(150))
    }

    @Test("sound without retransmission waits for late packets only as long as they may be late")
    func soundWithoutNACK() throws {
        let call = try Call([.opus], seed: 5, loss: 0.1) { offer in
            offer.media[0].attributes.removeAll { attribute in
                if case .feedback(let feedback) = attribute { feedback.kind == "nack" } else { false }
            }
        }
        call.run(for: .seconds(10))
        #expect(!call.feedback.contains { if case .nack = $0.packet { true } else { false } })
        var latest = Duration.zero
        for (moment, event) in call.serverEvents {
            guard case .frame(_, let frame) = event else { continue }
            latest = max(latest, frame.arrival.duration(to: moment))
        }
        #expect(latest <= TrackReceiver.reorderPatience)
        let (whole, sent) = call.restored(0, sentBefore: call.now - .seconds(1))
        #expect(Double(whole) > Double(sent) * 0.85 && whole < sent)
        #expect(call.serverStatistics.tracks[0].lostCount > 0)
    }

    @Test("counts what each side did")
    func statistics() throws {
        let call = try Call(seed: 6, loss: 0.05)
        call.run(for: .seconds(10))
        let (server, client) = (call.serverStatistics, call.clientStatistics)
        #expect(server.tracks.map(\.codec) == [.h264, .opus])
        #expect(server.tracks[0].frameCount == call.frames(of: 0).count)
        #expect(server.tracks[0].repairedCount > 10)
        #expect(server.tracks[1].repairedCount > 10)
        #expect(server.tracks[0].keyframeCount >= 1)
        #expect(server.roundTrip != nil)
        #expect(client.tracks[0].frameCount == call.sources[0].sent.count)
        #expect(client.tracks[0].packetCount >= server.tracks[0].packetCount)
        #expect(client.sentDatagramCount > server.receivedDatagramCount)
        #expect(client.unsealedCount == 0)
    }
}
