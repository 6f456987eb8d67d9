import Bytes
import Codecs
import RTP
import Testing
import Units

@testable import WebRTC

@Suite("Repair timer")
struct RepairTimerTests {
    @Test("measures the time from a request to its answer, and smooths it")
    func measures() {
        var timer = RepairTimer()
        #expect(timer.roundTrip == RepairTimer.initialRoundTrip)
        timer.asked(for: [7, 8], at: .ms(0))
        timer.repaired(7, at: .ms(40))
        #expect(timer.measured == .milliseconds(40))
        timer.repaired(8, at: .ms(120))
        #expect(timer.measured == .milliseconds(50))
    }

    @Test("learns nothing from a packet that was asked for twice, nor from one that nobody asked for")
    func ambiguous() {
        var timer = RepairTimer()
        timer.asked(for: [7], at: .ms(0))
        timer.asked(for: [7], at: .ms(50))
        timer.repaired(7, at: .ms(60))
        timer.repaired(9, at: .ms(60))
        #expect(timer.measured == nil)
    }

    @Test("forgets the oldest requests beyond its limit")
    func bounded() {
        var timer = RepairTimer()
        timer.asked(for: Array(0..<65), at: .ms(0))
        timer.repaired(0, at: .ms(10))
        #expect(timer.measured == nil)
        timer.repaired(64, at: .ms(10))
        #expect(timer.measured == .milliseconds(10))
    }
}

@Suite("Overture")
struct OvertureTests {
    private func header(_ number: UInt16) throws -> RTPHeader {
        var packet = PacketBuffer()
        let fields = RTPFields(
            marker: true, payloadType: PayloadType(96), sequenceNumber: number, timestamp: RTPTimestamp(0),
            ssrc: SSRC(1))
        let payload: [UInt8] = [1]
        RTPWriter.write(fields, payload: payload.span, into: &packet)
        return try RTPHeader(parsing: packet.span)
    }

    @Test("gives the first packets out in the order of sending, once, after its patience")
    func order() throws {
        var overture = Overture()
        #expect(overture.deadline == nil)
        for number: UInt16 in [12, 10, 11] {
            let payload = [UInt8(number)]
            overture.hold(try header(number), place: Int64(number), payload: payload.span, at: .ms(5))
        }
        #expect(overture.deadline == .ms(55))
        let early = overture.take(at: .ms(54))
        #expect(early.isEmpty && !overture.isOver)
        let items = overture.take(at: .ms(55))
        #expect(items.map(\.payload) == [[10], [11], [12]])
        #expect(overture.isOver && overture.deadline == nil)
        let again = overture.take(at: .ms(99))
        #expect(again.isEmpty)
    }

    @Test("is over early when it is full")
    func full() throws {
        var overture = Overture()
        let payload: [UInt8] = []
        for number in 0..<Overture.limit {
            overture.hold(try header(1), place: Int64(number), payload: payload.span, at: .ms(0))
        }
        let items = overture.take(at: .ms(1))
        #expect(items.count == Overture.limit)
    }
}

@Suite("Queues")
struct QueueTests {
    @Test("what goes in first comes out first, however in and out are mixed")
    func order() {
        var queue = Queue<Int>()
        var (next, expected) = (0, 0)
        for round in 0..<2_000 {
            for _ in 0..<(round % 7) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) {
                guard let taken = queue.popFirst() else { break }
                #expect(taken == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
        }
        while let taken = queue.popFirst() {
            #expect(taken == expected)
            expected += 1
        }
        #expect(expected == next && queue.isEmpty)
        queue.append(1)
        queue.removeAll()
        let nothing = queue.popFirst()
        #expect(nothing == nil)
    }

    @Test("packets keep their order while their queue grows")
    func packets() {
        var queue = PacketQueue()
        var buffer = PacketBuffer()
        var (next, expected) = (0, 0)
        for round in 0..<200 {
            for _ in 0..<(round % 9) {
                queue.reserve()
                queue.next.storage[0] = UInt8(next & 0xFF)
                queue.next.count = 1
                queue.commit()
                next += 1
            }
            for _ in 0..<(round % 7) {
                let isTaken = queue.popFirst(into: &buffer)
                #expect(isTaken == (expected < next))
                guard isTaken else { break }
                #expect(buffer.bytes == [UInt8(expected & 0xFF)])
                expected += 1
            }
        }
        #expect(queue.count == next - expected)
    }

    @Test("the pacer lets a burst pass, and then one packet each interval")
    func pacer() {
        var pacer = Pacer()
        let now = Instant.ms(1_000)
        var count = 0
        while pacer.nextSend <= now {
            pacer.sent(at: now)
            count += 1
        }
        #expect(count == Pacer.burst + 1)
        #expect(pacer.nextSend == now + Pacer.interval)
    }
}

@Suite("Stream table, RFC 9143 §9.2")
struct StreamTableTests {
    private func packet(_ ssrc: UInt32, _ payloadType: UInt8, mid: String? = nil) -> PacketBuffer {
        var packet = PacketBuffer()
        let fields = RTPFields(
            marker: false, payloadType: PayloadType(payloadType), sequenceNumber: 1, timestamp: RTPTimestamp(0),
            ssrc: SSRC(ssrc))
        let extensions = mid.map { [RTPExtension(id: 4, bytes: Array($0.utf8))] } ?? []
        let payload: [UInt8] = [1]
        RTPWriter.write(fields, extensions: extensions, payload: payload.span, into: &packet)
        return packet
    }

    private func binding(_ table: inout StreamTable, _ packet: PacketBuffer) throws -> StreamTable.Binding? {
        table.binding(of: try RTPHeader(parsing: packet.span), in: packet.span)
    }

    // The test macros cannot carry an inout argument.
    private func expect(_ isTrue: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isTrue, sourceLocation: location)
    }

    private static let media = ["a", "b"].map { mid in
        MediaPlan(
            codec: .vp8, payloadType: PayloadType(96), retransmissionPayloadType: PayloadType(97),
            mid: Array(mid.utf8), midExtension: 4)
    }

    @Test("a payload type that two sections share needs a mid, which then binds the stream")
    func sharedPayloadType() throws {
        var table = StreamTable(Self.media)
        expect(try binding(&table, packet(5, 96)) == nil)
        expect(try binding(&table, packet(5, 96, mid: "c")) == nil)
        let bound = StreamTable.Binding(ssrc: SSRC(5), mediaIndex: 1, isRepair: false)
        expect(try binding(&table, packet(5, 96, mid: "b")) == bound)
        expect(try binding(&table, packet(5, 96)) == bound)
        let repair = StreamTable.Binding(ssrc: SSRC(6), mediaIndex: 0, isRepair: true)
        expect(try binding(&table, packet(6, 97, mid: "a")) == repair)
        #expect(table.binding(of: SSRC(6)) == repair)
    }

    @Test("remembers no more streams than its limit")
    func limit() throws {
        var table = StreamTable([Self.media[0]])
        for ssrc in UInt32(0)..<200 { expect(try binding(&table, packet(ssrc, 96)) != nil) }
        #expect(table.binding(of: SSRC(0)) == nil)
        #expect(table.binding(of: SSRC(199)) != nil)
    }
}
