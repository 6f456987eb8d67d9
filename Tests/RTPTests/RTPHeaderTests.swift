import Bytes
import RTP
import TestSupport
import Testing
import Units

/// Version 2, no extras; marker, type 96, sequence 0x1234, timestamp 0x89ABCDEF, SSRC 0x01020304; three bytes of payload.
private let fixed: [UInt8] = [0x80, 0xE0, 0x12, 0x34, 0x89, 0xAB, 0xCD, 0xEF, 1, 2, 3, 4, 7, 8, 9]

private let withEverything: [UInt8] =
    [0xB1, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0xBE, 0xDE, 0, 2]
    + [0x10, 0x61, 0x00, 0x32, 0xAA, 0xBB, 0xCC, 0x00] + [5, 6, 0, 0, 3]

private func element(_ id: UInt8, of datagram: [UInt8]) throws -> Range<Int>? {
    try RTPHeader(parsing: datagram.span).extensionElement(id: id, in: datagram.span)
}

@Suite("RTP header, RFC 3550 §5.1")
struct RTPHeaderTests {
    @Test("reads the fixed header")
    func parsesFixed() throws {
        let header = try RTPHeader(parsing: fixed.span)
        #expect(header.marker)
        #expect(header.payloadType == PayloadType(96))
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == RTPTimestamp(0x89AB_CDEF))
        #expect(header.ssrc == SSRC(0x0102_0304))
        #expect(header.payload == 12..<15)
        #expect(header.extensionBlock.isEmpty)
        #expect(header.extensionProfile == 0)
    }

    @Test("reads contributors, an extension and padding")
    func parsesEverything() throws {
        let header = try RTPHeader(parsing: withEverything.span)
        #expect(!header.marker)
        #expect(header.extensionProfile == 0xBEDE)
        #expect(header.extensionBlock == 20..<28)
        #expect(header.payload == 28..<30)
    }

    @Test(
        "refuses",
        arguments: [
            ([], .truncated(at: 0, needed: 12, available: 0)),
            (Array(fixed[..<11]), .truncated(at: 0, needed: 12, available: 11)),
            ([0x40] + fixed.dropFirst(), .invalid("version", at: 0)),
            ([0xA0] + fixed.dropFirst().dropLast() + [9], .invalid("padding", at: 14)),
            ([0xA0] + fixed.dropFirst().dropLast() + [0], .invalid("padding", at: 14)),
            ([0x81] + fixed.dropFirst(), .truncated(at: 16, needed: 0, available: 0)),
            ([0x90] + fixed.dropFirst(), .truncated(at: 12, needed: 4, available: 3)),
            ([0x90] + fixed[1..<12] + [0xBE, 0xDE, 0, 1, 1], .truncated(at: 20, needed: 0, available: 0)),
        ] as [([UInt8], WireError)])
    func refuses(_ bytes: [UInt8], _ error: WireError) {
        #expect(throws: error) { try RTPHeader(parsing: bytes.span) }
    }

    @Test("takes a packet that is all padding, as bandwidth probes are")
    func padding() throws {
        let header = try RTPHeader(parsing: ([0xA0] + fixed[1..<12] + [0, 0, 0, 4]).span)
        #expect(header.payload == 12..<12)
    }

    @Test("finds one-byte elements behind padding", arguments: [(6, 22..<24), (3, 25..<28), (1, nil)])
    func oneByteElements(_ id: UInt8, _ range: Range<Int>?) throws {
        var bytes = withEverything
        bytes.replaceSubrange(20..<28, with: [0, 0x61, 0xA, 0xB, 0x32, 1, 2, 3])
        #expect(try element(id, of: bytes) == range)
    }

    @Test("looks no further than the element that ends the list, or than one that is cut off")
    func oneByteElementsEnd() throws {
        var bytes = withEverything
        bytes.replaceSubrange(20..<28, with: [0xF0, 0x60, 1, 0, 0, 0, 0, 0])
        #expect(try element(6, of: bytes) == nil)
        bytes.replaceSubrange(20..<28, with: [0, 0, 0, 0, 0, 0x62, 1, 2])
        #expect(try element(6, of: bytes) == nil)
    }

    @Test("finds two-byte elements, empty ones too", arguments: [(16, 22..<22), (200, 25..<28), (7, nil)])
    func twoByteElements(_ id: UInt8, _ range: Range<Int>?) throws {
        var bytes = withEverything
        bytes.replaceSubrange(16..<28, with: [0x10, 0, 0, 2, 16, 0, 0, 200, 3, 1, 2, 3])
        #expect(try element(id, of: bytes) == range)
    }

    @Test("never traps")
    func mutations() {
        neverTraps(withEverything) { bytes in
            let header = try RTPHeader(parsing: bytes.span)
            for id in UInt8.min...UInt8.max { _ = header.extensionElement(id: id, in: bytes.span) }
            _ = header.unwrappingRetransmission(payloadType: PayloadType(1), ssrc: SSRC(1), in: bytes.span)
        }
    }

    @Test("unwraps a retransmission, RFC 4588 §4")
    func retransmission() throws {
        let header = try RTPHeader(parsing: fixed.span)
        let original = header.unwrappingRetransmission(payloadType: PayloadType(100), ssrc: SSRC(9), in: fixed.span)
        var expected = header
        expected.payloadType = PayloadType(100)
        expected.ssrc = SSRC(9)
        expected.sequenceNumber = 0x0708
        expected.payload = 14..<15
        #expect(original == expected)
    }

    @Test("takes padding on the retransmission stream for what it is")
    func emptyRetransmission() throws {
        let bytes = Array(fixed[..<13])
        let header = try RTPHeader(parsing: bytes.span)
        let original = header.unwrappingRetransmission(payloadType: PayloadType(1), ssrc: SSRC(9), in: bytes.span)
        #expect(original == nil)
    }
}
