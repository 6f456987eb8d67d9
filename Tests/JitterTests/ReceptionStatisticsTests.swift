import Jitter
import RTP
import Testing
import Units

@Suite("Reception statistics, RFC 3550 §6.4.1")
struct ReceptionStatisticsTests {
    private var statistics = ReceptionStatistics(source: SSRC(7), clockRate: .video)

    private mutating func receive(_ place: Int64, ticks: UInt32 = 0, at arrival: Instant = .ms(0)) {
        statistics.received(place: place, timestamp: RTPTimestamp(ticks), payloadByteCount: 100, at: arrival)
    }

    @Test("before the first packet there is nothing to tell")
    mutating func empty() {
        #expect(statistics.makeReport(at: .ms(0)) == ReportBlock(source: SSRC(7)))
    }

    @Test("tells the share lost since the last report, and the sum since the first")
    mutating func loss() {
        for place in [10, 11, 13] as [Int64] { receive(place) }
        var expected = ReportBlock(
            source: SSRC(7), fractionLost: 64, cumulativeLost: 1, highestSequenceNumber: 13)
        #expect(statistics.makeReport(at: .ms(0)) == expected)
        for place in [14, 15] as [Int64] { receive(place) }
        expected.fractionLost = 0
        expected.highestSequenceNumber = 15
        #expect(statistics.makeReport(at: .ms(0)) == expected)
        #expect(statistics.packetCount == 5)
        #expect(statistics.byteCount == 500)
        #expect(statistics.expectedCount == 6)
        #expect(statistics.lostCount == 1)
    }

    @Test("duplicates make the loss negative, never the share")
    mutating func duplicates() {
        for place in [1, 1, 1] as [Int64] { receive(place) }
        let report = statistics.makeReport(at: .ms(0))
        #expect(report.cumulativeLost == -2)
        #expect(report.fractionLost == 0)
    }

    @Test("cuts the loss to 24 bits, and counts the cycles of the sequence number")
    mutating func limits() {
        receive(0)
        receive(65_536 * 300)
        let report = statistics.makeReport(at: .ms(0))
        #expect(report.cumulativeLost == 0x7F_FFFF)
        #expect(report.fractionLost == 255)
        #expect(report.highestSequenceNumber == 300 << 16)
    }

    @Test("packets that keep their distance have no jitter")
    mutating func steady() {
        for index in 0..<100 as Range<Int64> {
            receive(index, ticks: UInt32(index) &* 1800 &- 3600, at: .ms(index * 20))
        }
        #expect(statistics.jitterTicks == 0)
        #expect(statistics.jitter == .zero)
    }

    @Test("jitter approaches the mean deviation, a sixteenth a packet")
    mutating func jitter() {
        receive(0, ticks: 0, at: .ms(0))
        receive(1, ticks: 1800, at: .ms(30))
        // 10 ms are 900 ticks, of which a sixteenth counts.
        #expect(statistics.jitterTicks == 56)
        for index in 2..<400 as Range<Int64> {
            receive(index, ticks: UInt32(index) * 1800, at: .ms(index * 20 + index % 2 * 10))
        }
        #expect((890...900).contains(statistics.jitterTicks))
        #expect(statistics.jitter > .milliseconds(9))
    }

    @Test("a clock that jumps does no harm")
    mutating func jump() {
        receive(0, ticks: 0, at: .ms(0))
        receive(1, ticks: 1 << 31, at: Instant(nanoseconds: .max / 2))
        receive(2, ticks: 5, at: .ms(1))
        #expect(statistics.makeReport(at: .ms(2)).jitter > 0)
    }

    @Test("answers the last sender report with its middle and the delay since")
    mutating func senderReport() {
        let report = SenderReport(
            sender: SSRC(7), ntp: NTPTime(0x1111_2222_3333_4444), timestamp: RTPTimestamp(0), packetCount: 0,
            byteCount: 0)
        statistics.received(report, at: .ms(1000))
        let block = statistics.makeReport(at: .ms(2500))
        #expect(block.lastSenderReport == 0x2222_3333)
        #expect(block.delaySinceLastSenderReport == 0x1_8000)
    }
}
