import Bytes
import RTP
import TestSupport
import Testing
import Units

@Suite("RED payloads, RFC 2198")
struct REDPacketTests {
    /// §7's shape: one redundant block of payload type 5, offset 160 ticks, and a primary of payload type 7.
    static let sample = [UInt8](hex: "85028002" + "07" + "a1a2" + "b1b2b3") ?? []

    static func blocks(of payload: [UInt8]) throws -> [REDBlock] {
        var blocks = try REDPacket(parsing: payload.span).blocks
        var all: [REDBlock] = []
        while let block = blocks.next(in: payload.span) { all.append(block) }
        #expect(blocks.next(in: payload.span) == nil)
        return all
    }

    @Test("give their blocks, the oldest first")
    func parses() throws {
        let expected = [
            REDBlock(payloadType: PayloadType(5), timestampOffset: 160, distance: 1, payload: 5..<7),
            REDBlock(payloadType: PayloadType(7), timestampOffset: 0, distance: 0, payload: 7..<10),
        ]
        #expect(try Self.blocks(of: Self.sample) == expected)
        let packet = try REDPacket(parsing: Self.sample.span)
        #expect(packet.blockCount == 2)
        #expect(packet.primary == expected[1])
        #expect(packet.primary.isPrimary)
    }

    @Test("may hold nothing but the packet's own block, even an empty one", arguments: [[0x6F], [0x6F, 1, 2]])
    func alone(_ payload: [UInt8]) throws {
        let block = REDBlock(
            payloadType: PayloadType(111), timestampOffset: 0, distance: 0, payload: 1..<payload.count)
        #expect(try Self.blocks(of: payload) == [block])
    }

    @Test("take fourteen bits of offset and ten of length to their ends")
    func extremes() throws {
        let payload = [UInt8](hex: "efffffff" + "6f") ?? []
        let body = [UInt8](repeating: 9, count: 1_023)
        let block = try #require(try Self.blocks(of: payload + body + [1]).first)
        #expect(block.timestampOffset == 16_383)
        #expect(block.payload == 5..<1_028)
    }

    @Test(
        "are refused when they end too early or have too many blocks",
        arguments: [
            ([], .truncated(at: 0, needed: 1, available: 0)),
            ([0x80, 0, 0], .truncated(at: 0, needed: 4, available: 3)),
            ([0x80, 0, 0, 1], .truncated(at: 4, needed: 1, available: 0)),
            ([0x80, 0, 0, 2, 0, 7], .truncated(at: 5, needed: 2, available: 1)),
            ([UInt8](repeating: 0x80, count: 80), .invalid("block count", at: 64)),
        ] as [([UInt8], WireError)])
    func refuses(_ payload: [UInt8], _ error: WireError) {
        #expect(throws: error) { try REDPacket(parsing: payload.span) }
    }

    @Test("never trap, whatever they hold")
    func damage() {
        neverTraps(Self.sample) { bytes in
            for block in try Self.blocks(of: bytes) { _ = bytes[block.payload] }
        }
    }
}
