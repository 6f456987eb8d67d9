import Bytes
import RTP
import TestSupport
import Testing
import Units

private let block = ReportBlock(
    source: SSRC(0x1111_2222), fractionLost: 12, cumulativeLost: -3, highestSequenceNumber: 0x0001_FFFF, jitter: 77,
    lastSenderReport: 0x5566_7788, delaySinceLastSenderReport: 0x1_0000)

private let packets: [RTCPPacket] = [
    .senderReport(
        SenderReport(
            sender: SSRC(1), ntp: NTPTime(0xE000_0000_8000_0000), timestamp: RTPTimestamp(90_000), packetCount: 10,
            byteCount: 9999, blocks: [block, block])),
    .receiverReport(ReceiverReport(sender: SSRC(1), blocks: [block])),
    .receiverReport(ReceiverReport(sender: SSRC(1), blocks: [])),
    .sourceDescription(SourceDescription(source: SSRC(1), canonicalName: "")),
    .sourceDescription(SourceDescription(source: SSRC(1), canonicalName: "ab")),
    .sourceDescription(
        SourceDescription(chunks: [
            .init(source: SSRC(1), items: [.canonicalName("abc"), .init(type: 15, text: [0x30])]),
            .init(source: SSRC(2), items: []),
        ])),
    .bye([SSRC(1), SSRC(2)]),
    .nack(GenericNACK(sender: SSRC(1), media: SSRC(2), sequenceNumbers: [10, 11, 26, 27, 44])),
    .pictureLossIndication(PictureLossIndication(sender: SSRC(1), media: SSRC(2))),
    .fullIntraRequest(FullIntraRequest(sender: SSRC(1), entries: [.init(media: SSRC(2), sequenceNumber: 255)])),
    .transportFeedback(
        TransportFeedback(
            sender: SSRC(1), media: SSRC(2), baseSequenceNumber: 65_530, referenceTime: -2, feedbackCount: 3,
            deltas: [0, nil, 255, 256, -1, nil, nil, 3])),
    .receiverEstimatedBitrate(
        ReceiverEstimatedBitrate(sender: SSRC(1), bitsPerSecond: 0x3FFFF << 10, streams: [SSRC(2), SSRC(3)])),
    .unknown(type: 207, count: 5, body: [1, 2, 3, 4]),
]

private func bytes(of packets: [RTCPPacket]) -> [UInt8] {
    var datagram: [UInt8] = []
    for packet in packets { packet.append(to: &datagram) }
    return datagram
}

func parse(_ datagram: [UInt8]) throws(WireError) -> [RTCPPacket] {
    try RTCPPacket.parseCompound(datagram.span)
}

@Suite("RTCP, RFC 3550 §6, RFC 4585, RFC 5104")
struct RTCPPacketTests {
    @Test("reads what it writes, alone", arguments: packets)
    func roundTrip(_ packet: RTCPPacket) throws {
        let datagram = bytes(of: [packet])
        #expect(datagram.count % 4 == 0)
        #expect(try parse(datagram) == [packet])
    }

    @Test("reads what it writes, compound")
    func compound() throws {
        #expect(try parse(bytes(of: packets)) == packets)
    }

    @Test(
        "writes exactly these bytes",
        arguments: [
            (
                .receiverReport(ReceiverReport(sender: SSRC(1), blocks: [block])),
                "81c90007" + "00000001" + "11112222" + "0cfffffd" + "0001ffff" + "0000004d" + "55667788" + "00010000"
            ),
            (
                .sourceDescription(SourceDescription(source: SSRC(1), canonicalName: "ab")),
                "81ca0003" + "00000001" + "01026162" + "00000000"
            ),
            (
                .nack(GenericNACK(sender: SSRC(1), media: SSRC(2), sequenceNumbers: [65_535, 0, 15, 16])),
                "81cd0004" + "00000001" + "00000002" + "ffff8001" + "00100000"
            ),
            (
                .pictureLossIndication(PictureLossIndication(sender: SSRC(1), media: SSRC(2))),
                "81ce0002" + "00000001" + "00000002"
            ),
            (
                .receiverEstimatedBitrate(
                    ReceiverEstimatedBitrate(sender: SSRC(1), bitsPerSecond: 1_000_000, streams: [SSRC(2)])),
                "8fce0005" + "00000001" + "00000000" + "52454d42" + "010bd090" + "00000002"
            ),
        ] as [(RTCPPacket, String)])
    func vectors(_ packet: RTCPPacket, _ hex: String) {
        #expect(bytes(of: [packet]).hex == hex)
    }

    @Test(
        "refuses",
        arguments: [
            ("", .truncated(at: 0, needed: 4, available: 0)),
            ("80c9", .truncated(at: 0, needed: 4, available: 2)),
            ("40c90001" + "00000001", .invalid("version", at: 0)),
            ("80c90002" + "00000001", .truncated(at: 0, needed: 12, available: 8)),
            ("81c90001" + "00000001", .truncated(at: 8, needed: 24, available: 0)),
            ("a0c90001" + "00000005", .invalid("padding", at: 7)),
            ("81cb0000", .truncated(at: 4, needed: 4, available: 0)),
            ("81ca0002" + "00000001" + "01036162", .truncated(at: 10, needed: 3, available: 2)),
        ] as [(String, WireError)])
    func refuses(_ hex: String, _ error: WireError) throws {
        let datagram = try #require([UInt8](hex: hex))
        #expect(throws: error) { try parse(datagram) }
    }

    @Test("cuts padding off the packet that has it")
    func padding() throws {
        let datagram = try #require([UInt8](hex: "a0c90002" + "00000001" + "00000004"))
        let report = RTCPPacket.receiverReport(ReceiverReport(sender: SSRC(1), blocks: []))
        #expect(try parse(datagram) == [report])
    }

    @Test("cuts a bitrate beyond 64 bits to the largest")
    func hugeBitrate() throws {
        let datagram = try #require(
            [UInt8](hex: "8fce0004" + "00000001" + "00000000" + "52454d42" + "00fc0004"))
        let bitrate = ReceiverEstimatedBitrate(sender: SSRC(1), bitsPerSecond: .max, streams: [])
        #expect(try parse(datagram) == [.receiverEstimatedBitrate(bitrate)])
    }

    @Test("never traps", arguments: packets + [.bye([])])
    func mutations(_ packet: RTCPPacket) {
        neverTraps(bytes(of: [packet])) { _ = try parse($0) }
    }

    @Test(
        "a report tells the round trip, unless it is nonsense",
        arguments: [
            (NTPTime(0x0000_5568_7788_0000), Duration.seconds(1)),
            (NTPTime(0x0000_5566_7788_0000), nil),
        ])
    func roundTrip(_ now: NTPTime, _ expected: Duration?) {
        #expect(block.roundTrip(at: now) == expected)
    }
}
