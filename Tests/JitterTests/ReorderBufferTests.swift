import Jitter
import TestSupport
import Testing
import Units

/// What came out of a buffer: a place, and how many were lost before it.
private struct Delivery: Equatable {
    var place: Int64
    var lostBefore = 0
    init(_ place: Int64, lost: Int = 0) {
        self.place = place
        lostBefore = lost
    }
}

/// A buffer with the loop that its owner runs around it.
private struct Owner {
    var buffer = ReorderBuffer(patience: .milliseconds(100))
    var lent = OrderedPacket()

    mutating func insert(_ place: Int64, at now: Int64) -> [Delivery] {
        let payload = Self.payload(of: place)
        let insertion = buffer.insert(
            place: place, ticks: place * 3, marker: place % 2 == 0, payload: payload.span, arrival: .ms(now))
        var deliveries: [Delivery] = []
        if case .next(let lost) = insertion { deliveries.append(Delivery(place, lost: lost)) }
        return deliveries + drain(at: now)
    }

    mutating func drain(at now: Int64) -> [Delivery] {
        var deliveries: [Delivery] = []
        while buffer.next(into: &lent, at: .ms(now)) {
            #expect(lent.payload == Self.payload(of: lent.place))
            #expect(lent.ticks == lent.place * 3)
            #expect(lent.marker == (lent.place % 2 == 0))
            deliveries.append(Delivery(lent.place, lost: lent.lostBefore))
        }
        return deliveries
    }

    static func payload(of place: Int64) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: Int(place & 3))
    }
}

@Suite("Reorder buffer")
struct ReorderBufferTests {
    private var owner = Owner()

    @Test("passes packets in order straight through")
    mutating func inOrder() {
        for place in -2...5 as ClosedRange<Int64> { #expect(owner.insert(place, at: 0) == [Delivery(place)]) }
        #expect(owner.buffer.keptCount == 0)
        #expect(owner.buffer.deadline == nil)
    }

    @Test("puts packets back in order as soon as the gap closes")
    mutating func reordered() {
        #expect(owner.insert(1, at: 0) == [Delivery(1)])
        #expect(owner.insert(4, at: 1) == [])
        #expect(owner.insert(3, at: 2) == [])
        #expect(owner.insert(2, at: 3) == [Delivery(2), Delivery(3), Delivery(4)])
        #expect(owner.buffer.deadline == nil)
        #expect(owner.buffer.lostCount == 0)
    }

    @Test("gives a gap up only after its patience, counted from the first packet behind it")
    mutating func patience() {
        _ = owner.insert(1, at: 0)
        #expect(owner.insert(5, at: 10) == [])
        #expect(owner.insert(3, at: 60) == [])
        #expect(owner.buffer.deadline == .ms(110))
        #expect(owner.drain(at: 109) == [])
        #expect(owner.drain(at: 110) == [Delivery(3, lost: 1), Delivery(5, lost: 1)])
        #expect(owner.buffer.lostCount == 2)
    }

    @Test("a second gap has a patience of its own")
    mutating func secondGap() {
        _ = owner.insert(1, at: 0)
        _ = owner.insert(3, at: 10)
        _ = owner.insert(5, at: 50)
        #expect(owner.drain(at: 110) == [Delivery(3, lost: 1)])
        #expect(owner.buffer.deadline == .ms(150))
        #expect(owner.drain(at: 150) == [Delivery(5, lost: 1)])
    }

    @Test("a repair of the first gap starts no new patience for the second")
    mutating func repairedGap() {
        _ = owner.insert(1, at: 0)
        _ = owner.insert(5, at: 10)
        _ = owner.insert(3, at: 70)
        #expect(owner.insert(2, at: 80) == [Delivery(2), Delivery(3)])
        #expect(owner.buffer.deadline == .ms(110))
    }

    @Test("tells late from duplicate packets")
    mutating func refusals() {
        let payload: [UInt8] = []
        let insert = { (place: Int64, buffer: inout ReorderBuffer) in
            buffer.insert(place: place, ticks: 0, marker: false, payload: payload.span, arrival: .ms(0))
        }
        #expect(insert(5, &owner.buffer) == .next(lostBefore: 0))
        #expect(insert(5, &owner.buffer) == .late)
        #expect(insert(4, &owner.buffer) == .late)
        #expect(insert(7, &owner.buffer) == .kept)
        #expect(insert(7, &owner.buffer) == .duplicate)
        #expect(owner.buffer.lateCount == 2)
        #expect(owner.buffer.duplicateCount == 1)
    }

    @Test("stops waiting for what was abandoned, and owns up to it")
    mutating func abandons() {
        _ = owner.insert(1, at: 0)
        for place in [5, 7, 9] as [Int64] { _ = owner.insert(place, at: 10) }
        owner.buffer.abandon(before: 7)
        #expect(owner.drain(at: 11) == [Delivery(5, lost: 3), Delivery(7, lost: 1)])
        #expect(owner.buffer.deadline == .ms(110))
        owner.buffer.abandon(before: 3)
        #expect(owner.drain(at: 12) == [])
        #expect(owner.insert(8, at: 13) == [Delivery(8), Delivery(9)])
    }

    @Test("skips what carried nothing without calling it lost")
    mutating func skips() {
        _ = owner.insert(1, at: 0)
        for place in [4, 7] as [Int64] { _ = owner.insert(place, at: 10) }
        owner.buffer.skip(to: 7)
        #expect(owner.drain(at: 11) == [])
        owner.buffer.skip(to: 4)
        #expect(owner.drain(at: 11) == [Delivery(4)])
        #expect(owner.buffer.lostCount == 0)
    }

    @Test("knows which packet before another one was the last to come")
    mutating func lastPresent() {
        #expect(owner.buffer.lastPresent(before: 9) == 8)
        _ = owner.insert(1, at: 0)
        _ = owner.insert(4, at: 0)
        let last = { (place: Int64, buffer: ReorderBuffer) in buffer.lastPresent(before: place) }
        #expect((2...7).map { last($0, owner.buffer) } == [1, 1, 1, 4, 4, 4])
    }

    @Test("knows what it lacks, and the frames that wait whole")
    mutating func frames() {
        let empty: [UInt8] = []
        // Frames of three packets, the last of which has the marker; frame 0 was delivered, frame 1 begins with a gap.
        for place in [2, 4, 5, 6, 8, 9, 10, 12] as [Int64] {
            var note = PacketNote()
            note.beginsFrame = place == 12
            _ = owner.buffer.insert(
                place: place, ticks: place / 3, marker: place % 3 == 2, note: note, descriptor: empty.span,
                payload: empty.span, arrival: .ms(0))
        }
        #expect((0...13).filter { owner.buffer.lacks($0) } == [3, 7, 11, 13])
        #expect(owner.buffer.firstKept == 4)
        let frame = { (place: Int64, buffer: ReorderBuffer) in buffer.keptFrame(around: place) }
        #expect(frame(7, owner.buffer) == nil)
        #expect(frame(4, owner.buffer) == ReorderBuffer.KeptFrame(first: 4, last: 5, isWhole: false))
        #expect(frame(6, owner.buffer) == ReorderBuffer.KeptFrame(first: 6, last: 6, isWhole: false))
        #expect(frame(10, owner.buffer) == ReorderBuffer.KeptFrame(first: 9, last: 10, isWhole: false))
        for place in [7, 11, 13, 14] as [Int64] {
            _ = owner.buffer.insert(
                place: place, ticks: place / 3, marker: place % 3 == 2, payload: empty.span, arrival: .ms(0))
        }
        #expect(frame(7, owner.buffer) == ReorderBuffer.KeptFrame(first: 6, last: 8, isWhole: true))
        #expect(frame(14, owner.buffer) == ReorderBuffer.KeptFrame(first: 12, last: 14, isWhole: true))
        #expect(frame(5, owner.buffer)?.isWhole == false)
    }

    @Test("begins anew with a packet far beyond, and owns up to what was kept")
    mutating func farBeyond() {
        _ = owner.insert(1, at: 0)
        _ = owner.insert(3, at: 0)
        #expect(owner.insert(10_000, at: 1) == [Delivery(10_000, lost: 9_998)])
        #expect(owner.insert(10_002, at: 1) == [])
        #expect(owner.insert(10_001, at: 1) == [Delivery(10_001), Delivery(10_002)])
    }

    @Test("holds as much as its window")
    mutating func window() {
        _ = owner.insert(0, at: 0)
        for place in 2...4096 as ClosedRange<Int64> { #expect(owner.insert(place, at: 0) == []) }
        #expect(owner.buffer.keptCount == 4095)
        #expect(owner.insert(1, at: 1) == (1...4096).map { Delivery($0) })
    }

    @Test("delivers everything once and in order, whatever the link does", arguments: 0..<40)
    func simulation(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var owner = Owner()
        let sent = (0..<2000 as Range<Int64>).compactMap { place -> (place: Int64, at: Int64)? in
            if place > 0, Int.random(in: 0..<100, using: &generator) < 5 { return nil }
            let delay = place == 0 ? 0 : Int64.random(in: 0...90, using: &generator)
            return (place, place + delay)
        }
        var deliveries: [Delivery] = []
        for packet in sent.sorted(by: { $0.at < $1.at }) {
            deliveries += owner.drain(at: packet.at)
            deliveries += owner.insert(packet.place, at: packet.at)
        }
        deliveries += owner.drain(at: 10_000)
        #expect(deliveries.map(\.place) == sent.map(\.place))
        let lost = deliveries.reduce(0) { $0 + $1.lostBefore }
        #expect(lost == Int(deliveries[deliveries.count - 1].place) + 1 - sent.count)
        #expect(lost == owner.buffer.lostCount)
    }
}
