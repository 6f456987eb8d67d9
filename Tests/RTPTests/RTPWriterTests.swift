import Bytes
import RTP
import Testing
import Units

@Suite("RTP writer")
struct RTPWriterTests {
    private let fields = RTPFields(
        marker: true, payloadType: PayloadType(102), sequenceNumber: 65_535, timestamp: RTPTimestamp(0xFFFF_FFF0),
        ssrc: SSRC(0xCAFE_F00D))

    @Test("writes what the parser reads", arguments: 0...5)
    func roundTrip(_ extensionByteCount: Int) throws {
        let extensions =
            extensionByteCount == 0
            ? []
            : [RTPExtension(id: 3, number: 0xBEEF), RTPExtension(id: 4, bytes: .init(1...UInt8(extensionByteCount)))]
        var packet = PacketBuffer()
        let payload: [UInt8] = [1, 2, 3]
        RTPWriter.write(fields, extensions: extensions, payload: payload.span, into: &packet)
        let header = try RTPHeader(parsing: packet.span)
        #expect(header.marker)
        #expect(header.payloadType == fields.payloadType)
        #expect(header.sequenceNumber == fields.sequenceNumber)
        #expect(header.timestamp == fields.timestamp)
        #expect(header.ssrc == fields.ssrc)
        #expect(Array(packet.bytes[header.payload]) == payload)
        #expect(header.payload.lowerBound % 4 == 0)
        for element in extensions {
            let range = header.extensionElement(id: element.id, in: packet.span)
            #expect(range.map { Array(packet.bytes[$0]) } == element.bytes)
        }
    }

    @Test("writes exactly these bytes")
    func vector() {
        var packet = PacketBuffer([9, 9, 9])
        let payload: [UInt8] = [0xAB]
        RTPWriter.write(
            fields, extensions: [RTPExtension(id: 5, bytes: [0x30])], payload: payload.span, into: &packet)
        #expect(packet.bytes.hex == "90e6fffffffffff0cafef00d" + "bede0001" + "50300000" + "ab")
    }

    @Test("wraps a payload for retransmission as the header unwraps it")
    func retransmission() throws {
        var packet = PacketBuffer()
        let payload: [UInt8] = [1, 2, 3]
        RTPWriter.write(fields, originalSequenceNumber: 7, payload: payload.span, into: &packet)
        let header = try RTPHeader(parsing: packet.span)
        let original = header.unwrappingRetransmission(
            payloadType: PayloadType(96), ssrc: SSRC(1), in: packet.span)
        #expect(original?.sequenceNumber == 7)
        #expect(original.map { Array(packet.bytes[$0.payload]) } == payload)
    }
}
