import Bytes
import Codecs
import RTP
import Testing
import Units

@testable import WebRTC

@Suite("Stream table, RFC 9143 §9.2 and RFC 8852 §4")
struct StreamTableTests {
    private func packet(
        _ ssrc: UInt32, _ payloadType: UInt8, mid: String? = nil, rid: String? = nil, repairs: String? = nil
    ) -> PacketBuffer {
        var packet = PacketBuffer()
        let fields = RTPFields(
            marker: false, payloadType: PayloadType(payloadType), sequenceNumber: 1, timestamp: RTPTimestamp(0),
            ssrc: SSRC(ssrc))
        let extensions = [(4, mid), (5, rid), (6, repairs)].compactMap { id, name in
            name.map { RTPExtension(id: UInt8(id), bytes: Array($0.utf8)) }
        }
        let payload: [UInt8] = [1]
        RTPWriter.write(fields, extensions: extensions, payload: payload.span, into: &packet)
        return packet
    }

    private func find(_ table: inout StreamTable, _ packet: PacketBuffer) throws -> StreamTable.Finding? {
        table.find(try RTPHeader(parsing: packet.span), in: packet.span)
    }

    // The test macros cannot carry an inout argument.
    private func expect(_ isTrue: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isTrue, sourceLocation: location)
    }

    private static func plan(_ mid: String, rids: [String] = []) -> MediaPlan {
        let format = MediaPlan.Format(
            codec: .vp8, payloadType: PayloadType(96), retransmissionPayloadType: PayloadType(97))
        let encodings = rids.map { MediaPlan.Encoding(rid: Array($0.utf8)) }
        return MediaPlan(
            formats: [format], encodings: encodings.isEmpty ? [.init()] : encodings,
            extensions: MediaPlan.Extensions(mid: 4, rid: 5, repairedRID: 6), mid: Array(mid.utf8))
    }

    private func binding(_ ssrc: UInt32, _ slot: Int, isRepair: Bool = false) -> StreamTable.Binding {
        StreamTable.Binding(ssrc: SSRC(ssrc), slot: slot, isRepair: isRepair)
    }

    @Test("a payload type that two sections share needs a mid, which then binds the stream")
    func sharedPayloadType() throws {
        var table = StreamTable(["a", "b"].map { Self.plan($0) })
        expect(try find(&table, packet(5, 96)) == nil)
        expect(try find(&table, packet(5, 96, mid: "c")) == nil)
        expect(try find(&table, packet(5, 96, mid: "b")) == .named(binding(5, 1)))
        expect(try find(&table, packet(5, 96)) == .known(binding(5, 1)))
        expect(try find(&table, packet(6, 97, mid: "a")) == .named(binding(6, 0, isRepair: true)))
        #expect(table.binding(of: SSRC(6)) == binding(6, 0, isRepair: true))
    }

    @Test("a payload type that one section has binds a stream that names nothing")
    func onlySection() throws {
        var table = StreamTable([Self.plan("a")])
        expect(try find(&table, packet(5, 96)) == .guessed(binding(5, 0)))
        expect(try find(&table, packet(6, 55)) == nil)
        expect(try find(&table, packet(7, 55, mid: "a")) == nil)
    }

    @Test("encodings are told by their names, retransmissions by the names of what they repair")
    func encodings() throws {
        var table = StreamTable([Self.plan("a"), Self.plan("b", rids: ["q", "h", "f"]), Self.plan("c")])
        expect(try find(&table, packet(1, 96, mid: "b")) == nil)
        expect(try find(&table, packet(1, 96, mid: "b", rid: "x")) == nil)
        expect(try find(&table, packet(1, 96, mid: "b", rid: "f")) == .named(binding(1, 3)))
        expect(try find(&table, packet(2, 96, mid: "b", rid: "q")) == .named(binding(2, 1)))
        expect(try find(&table, packet(3, 97, mid: "b", rid: "h")) == nil)
        expect(try find(&table, packet(3, 97, mid: "b", repairs: "h")) == .named(binding(3, 2, isRepair: true)))
        expect(try find(&table, packet(4, 96, mid: "c")) == .named(binding(4, 4)))
    }

    @Test("encodings that were announced by SSRC need no name")
    func announcedEncodings() throws {
        let format = MediaPlan.Format(codec: .vp8, payloadType: PayloadType(96))
        let encodings = (1...2).map { MediaPlan.Encoding(ssrc: SSRC($0), retransmissionSSRC: SSRC($0 + 10)) }
        var table = StreamTable([MediaPlan(formats: [format], encodings: encodings)])
        expect(try find(&table, packet(2, 96)) == .known(binding(2, 1)))
        expect(try find(&table, packet(11, 97)) == .known(binding(11, 0, isRepair: true)))
        expect(try find(&table, packet(3, 96)) == nil)
    }

    @Test("remembers no more streams than its limit")
    func limit() throws {
        var table = StreamTable([Self.plan("a")])
        for ssrc in UInt32(0)..<200 { expect(try find(&table, packet(ssrc, 96)) != nil) }
        #expect(table.binding(of: SSRC(0)) == nil)
        #expect(table.binding(of: SSRC(199)) != nil)
    }
}
