import Bytes
import Jitter
import RTP
import TestSupport
import Testing
import Units

@Suite("The ULPFEC receiver")
struct ULPFECReceiverTests {
    private var receiver = ULPFECReceiver(ssrc: SSRC(2))

    private mutating func receive(_ packet: [UInt8], at place: Int64? = nil) throws {
        let header = try RTPHeader(parsing: packet.span)
        receiver.receivedMedia(place: place ?? Int64(header.sequenceNumber), header: header, in: packet.span)
    }

    private mutating func recovered() -> [Int64: [UInt8]] {
        var (all, packet) = ([Int64: [UInt8]](), PacketBuffer())
        while let place = receiver.nextRecovered(into: &packet) { all[place] = packet.bytes }
        return all
    }

    @Test("gives back whichever of §10.1's packets is lost", arguments: 0..<4, [0, 2, 4])
    mutating func example(lost: Int, place: Int) throws {
        let examples = ULPFECPacketTests.examples
        let fec = ULPFECEncoder.protect(examples)
        // The FEC packet comes before, among or behind the packets it protects.
        for turn in 0...4 {
            if turn == place { receiver.receivedFEC(place: 12, payload: fec.span) }
            if turn < 4, turn != lost { try receive(examples[turn]) }
        }
        #expect(recovered() == [Int64(8 + lost): examples[lost]])
        #expect(receiver.recoveredCount == 1)
    }

    @Test("gives nothing back when nothing or too much is lost", arguments: [[], [0, 2]])
    mutating func none(lost: [Int]) throws {
        for index in 0..<4 where !lost.contains(index) { try receive(ULPFECPacketTests.examples[index]) }
        receiver.receivedFEC(place: 12, payload: ULPFECEncoder.protect(ULPFECPacketTests.examples).span)
        #expect(recovered().isEmpty)
        // A retransmission of one gives the other.
        guard let late = lost.first else { return }
        try receive(ULPFECPacketTests.examples[late])
        #expect(Array(recovered().keys) == [Int64(8 + lost[1])])
    }

    @Test("uses what one FEC packet gave for the next")
    mutating func chain() throws {
        let packets = (0..<6).map { ULPFECPacketTests.media(96, 65_533 &+ UInt16($0), UInt32($0), 50 + $0 * 7) }
        // 1, 2 and 4 are lost; only the last FEC packet lacks just one at first.
        let groups = [[0, 1, 2], [2, 3, 4], [4, 5]]
        for index in [0, 3, 5] { try receive(packets[index], at: 65_533 + Int64(index)) }
        for (turn, group) in groups.enumerated() {
            let fec = ULPFECEncoder.protect(group.map { packets[$0] })
            receiver.receivedFEC(place: 65_539 + Int64(turn), payload: fec.span)
        }
        #expect(recovered() == [65_534: packets[1], 65_535: packets[2], 65_537: packets[4]])
    }

    @Test("gives back contributors, extensions and padding, with zeros where senders fill in later")
    mutating func headers() throws {
        receiver = ULPFECReceiver(ssrc: SSRC(2), mutableExtensions: [3])
        let extensions = try #require([UInt8](hex: "bede0002" + "31aabb" + "420102ff" + "00"))
        func packet(_ number: UInt16, sequence: [UInt8], contributor: Bool) -> [UInt8] {
            var packet = ULPFECPacketTests.media(96, number, 7, 0)
            packet[0] = contributor ? 0xB1 : 0xB0
            var elements = extensions
            elements.replaceSubrange(5..<7, with: sequence)
            let padding: [UInt8] = [0, 0, 3]
            return packet + (contributor ? [9, 9, 9, 9] : []) + elements + [UInt8](repeating: 5, count: 40) + padding
        }
        let zeroed = (0..<3).map { packet(UInt16($0), sequence: [0, 0], contributor: $0 == 1) }
        let fec = ULPFECEncoder.protect(zeroed)
        for index in [0, 2] { try receive(packet(UInt16(index), sequence: [7, UInt8(index)], contributor: false)) }
        receiver.receivedFEC(place: 3, payload: fec.span)
        #expect(recovered() == [1: zeroed[1]])
    }

    @Test("takes packets that came inside RED or on the repair stream for what they were")
    mutating func wrapped() throws {
        let examples = ULPFECPacketTests.examples
        var red = examples[0]
        red[1] = 0x80 | 127
        red.insert(11, at: 12)
        let outer = try RTPHeader(parsing: red.span)
        let block = try REDPacket(parsing: red.span.extracting(outer.payload)).primary
        receiver.receivedMedia(place: 8, header: outer.unwrapping(block), in: red.span)

        var repair = examples[1]
        repair.insert(contentsOf: [0, 9], at: 12)
        repair.replaceSubrange(2..<4, with: [1, 1])
        repair.replaceSubrange(8..<12, with: [4, 4, 4, 4])
        let header = try RTPHeader(parsing: repair.span)
        let unwrapped = header.unwrappingRetransmission(payloadType: PayloadType(18), ssrc: SSRC(2), in: repair.span)
        let original = try #require(unwrapped)
        receiver.receivedMedia(place: 9, header: original, in: repair.span)

        try receive(examples[2])
        receiver.receivedFEC(place: 12, payload: ULPFECEncoder.protect(examples).span)
        #expect(recovered() == [11: examples[3]])
    }

    @Test("gives nothing back that is longer than what was protected, and counts it")
    mutating func partial() throws {
        for index in 0..<3 { try receive(ULPFECPacketTests.examples[index]) }
        receiver.receivedFEC(place: 12, payload: ULPFECEncoder.protect(ULPFECPacketTests.examples, reach: 200).span)
        #expect(recovered().isEmpty)
        #expect(receiver.refusedCount == 1)
    }

    @Test("repairs whatever can be, in a stream of random losses", arguments: 1...8 as ClosedRange<UInt64>)
    mutating func stream(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var place: Int64 = 65_000
        var recoveredCount = 0
        for _ in 0..<300 {
            let first = place
            let group = (0..<10).map { index in
                let place = first + Int64(index)
                return ULPFECPacketTests.media(
                    96, UInt16(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place / 5 * 3_000),
                    Int.random(in: 0...1_200, using: &random))
            }
            var missing: Set<Int> = []
            for (index, packet) in group.enumerated() {
                if random.fraction() < 0.08 { missing.insert(index) } else { try receive(packet, at: place) }
                place += 1
            }
            // One packet for all and one for every other, as Chromium's masks cross.
            var arrived: [Set<Int>] = []
            for step in [1, 2] {
                let indices = Array(stride(from: 0, to: 10, by: step))
                if random.fraction() >= 0.05 {
                    arrived.append(Set(indices))
                    receiver.receivedFEC(place: place, payload: ULPFECEncoder.protect(indices.map { group[$0] }).span)
                }
                place += 1
            }
            let expected = Self.recoverable(missing, by: arrived)
            let found = recovered()
            #expect(Set(found.keys) == Set(expected.map { first + Int64($0) }))
            for (place, packet) in found { #expect(packet == group[Int(place - first)]) }
            recoveredCount += found.count
        }
        #expect(recoveredCount > 100)
        #expect(receiver.recoveredCount == recoveredCount)
    }

    /// Which of the missing can be recovered one after the other.
    private static func recoverable(_ missing: Set<Int>, by groups: [Set<Int>]) -> Set<Int> {
        var rest = missing
        while let single = groups.map({ $0.intersection(rest) }).first(where: { $0.count == 1 }) {
            rest.subtract(single)
        }
        return missing.subtracting(rest)
    }

    @Test("never traps, whatever FEC packets hold")
    func damage() throws {
        let fec = ULPFECEncoder.protect(ULPFECPacketTests.examples.map { Array($0.prefix(60)) })
        neverTraps(fec) { bytes in
            var receiver = ULPFECReceiver(ssrc: SSRC(2))
            var packet = PacketBuffer()
            for index in [0, 1, 3] {
                let example = ULPFECPacketTests.examples[index]
                let header = try RTPHeader(parsing: example.span)
                receiver.receivedMedia(place: Int64(8 + index), header: header, in: example.span)
            }
            receiver.receivedFEC(place: 12, payload: bytes.span)
            while receiver.nextRecovered(into: &packet) != nil { _ = try RTPHeader(parsing: packet.span) }
        }
    }
}
