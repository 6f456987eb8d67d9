import Bytes
import Jitter
import RTP
import Testing
import Units

@Suite("Retransmission history, RFC 4588")
struct RetransmissionHistoryTests {
    private var history = RetransmissionHistory(capacity: 8)
    private var packet = PacketBuffer()
    private var stream: RetransmissionHistory.Stream? = .init(
        ssrc: SSRC(9), payloadType: PayloadType(97), nextSequenceNumber: 65_535)

    private mutating func keep(_ sequenceNumber: UInt16) {
        let fields = RTPFields(
            marker: true, payloadType: PayloadType(96), sequenceNumber: sequenceNumber, timestamp: RTPTimestamp(5),
            ssrc: SSRC(1))
        let payload = [UInt8(truncatingIfNeeded: sequenceNumber), 0xAA]
        history.keep(fields, payload: payload.span, at: .ms(0))
    }

    private mutating func retransmit(_ sequenceNumber: UInt16, at now: Int64) -> Bool {
        history.retransmit(
            sequenceNumber, on: &stream, roundTrip: .milliseconds(50), at: .ms(now), into: &packet)
    }

    @Test("wraps a packet for the repair stream")
    mutating func wraps() throws {
        keep(300)
        #expect(retransmit(300, at: 50))
        let header = try RTPHeader(parsing: packet.span)
        #expect(header.ssrc == SSRC(9))
        #expect(header.payloadType == PayloadType(97))
        #expect(header.sequenceNumber == 65_535)
        #expect(header.timestamp == RTPTimestamp(5))
        #expect(header.marker)
        #expect(Array(packet.bytes[header.payload]) == [1, 44, 44, 0xAA])
        #expect(stream?.nextSequenceNumber == 0)
        #expect(history.retransmittedCount == 1)
    }

    @Test("sends a packet again as it was where no repair stream was agreed")
    mutating func plain() throws {
        stream = nil
        keep(3)
        #expect(retransmit(3, at: 50))
        let header = try RTPHeader(parsing: packet.span)
        #expect(header.ssrc == SSRC(1))
        #expect(header.sequenceNumber == 3)
        #expect(Array(packet.bytes[header.payload]) == [3, 0xAA])
    }

    @Test("does not answer again within a round trip")
    mutating func patience() {
        keep(3)
        #expect(!retransmit(3, at: 49))
        #expect(retransmit(3, at: 50))
        #expect(!retransmit(3, at: 99))
        #expect(retransmit(3, at: 100))
        #expect(history.missedCount == 0)
    }

    @Test("knows only the last packets")
    mutating func oldest() {
        for sequenceNumber in 0...8 as ClosedRange<UInt16> { keep(sequenceNumber) }
        #expect(!retransmit(0, at: 100))
        #expect(retransmit(1, at: 100))
        #expect(!retransmit(9, at: 100))
        #expect(history.missedCount == 2)
    }
}
