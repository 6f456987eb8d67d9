import Capture
import Codecs
import Testing
import Units

@Suite("The Opus timeline")
struct OpusTimelineTests {
    /// A packet of 20 ms in two channels.
    static let packet: [UInt8] = [0xFC, 1, 2, 3]

    @Test("runs packets directly after each other though their times tremble")
    func contiguous() {
        var timeline = OpusTimeline(channelCount: 2)
        for number in 0..<100 {
            let tremble = Int64(number % 3 - 1) * 4
            timeline.push(Self.packet, at: .ms(1_000 + Int64(number) * 20 + (number == 0 ? 0 : tremble)))
        }
        let packets = drain(&timeline)
        #expect(packets.map(\.position) == (0..<100).map { 48_000 + $0 * 960 })
        #expect(packets.allSatisfy { $0.bytes == Self.packet })
    }

    @Test("fills a gap with silence in packets of 20 ms")
    func gap() {
        var timeline = OpusTimeline(channelCount: 1)
        timeline.push(Self.packet, at: .ms(0))
        timeline.push(Self.packet, at: .ms(100))
        let packets = drain(&timeline)
        #expect(packets.map(\.position) == [0, 960, 1_920, 2_880, 3_840, 4_800])
        #expect(packets[1...4].allSatisfy { $0.bytes == Opus.silence(channelCount: 1) })
    }

    @Test("stays within 20 ms of a drifting clock by single packets", arguments: [-150e-6, 150e-6])
    func drift(drift: Double) {
        var timeline = OpusTimeline(channelCount: 2)
        var worst = 0.0
        for number in 0..<20_000 {
            let time = ChannelTime(nanoseconds: Int64(Double(number) * 20e6 * (1 + drift)))
            timeline.push(Self.packet, at: time)
            for packet in drain(&timeline) where packet.bytes == Self.packet {
                worst = max(worst, abs(Double(packet.position) / 48_000 - Double(time.nanoseconds) / 1e9))
            }
        }
        #expect(worst <= 0.020)
        #expect(timeline.silentPacketCount + timeline.cutSampleCount / 960 + timeline.malformedPacketCount <= 10)
    }

    @Test("makes silence when what may be repaired has not come, and covers the end")
    func end() {
        var timeline = OpusTimeline(channelCount: 2)
        timeline.push(Self.packet, at: .ms(0))
        timeline.advance(to: .ms(1_219))
        #expect(drain(&timeline).count == 1)
        timeline.advance(to: .ms(1_320))
        #expect(drain(&timeline).last?.position == 48_000)
        timeline.finish(at: .ms(1_130))
        let last = drain(&timeline).last
        #expect(last.map { $0.position + Int64($0.sampleCount) } == 54_720)
    }

    @Test("drops packets that are malformed, whose place is taken, or that lie absurdly far ahead")
    func drops() {
        var timeline = OpusTimeline(channelCount: 2)
        timeline.push(Self.packet, at: .ms(100))
        timeline.push([], at: .ms(120))
        timeline.push([0xFF], at: .ms(120))
        timeline.push(Self.packet, at: .ms(100))
        timeline.push(Self.packet, at: .ms(3_600_000))
        #expect(timeline.malformedPacketCount == 2)
        #expect(timeline.cutSampleCount == 2 * 960)
        #expect(drain(&timeline).count == 1)
    }

    private func drain(_ timeline: inout OpusTimeline) -> [AudioPacket] {
        var packets: [AudioPacket] = []
        while let packet = timeline.nextPacket() { packets.append(packet) }
        return packets
    }
}
