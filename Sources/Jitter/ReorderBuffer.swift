import Bytes
public import Units

/// One packet in its right order, on its way from the reorder buffer to the depacketiser.
///
/// The caller keeps one and lends it to each `next` call: the payload's storage is exchanged, never copied.
public struct OrderedPacket: Equatable, Sendable {
    /// Its unwrapped sequence number.
    public var place: Int64 = 0
    /// Its unwrapped timestamp.
    public var ticks: Int64 = 0
    public var marker = false
    public var arrival = Instant(nanoseconds: 0)
    /// How many packets right before it are lost for good.
    public var lostBefore = 0
    public var payload: [UInt8] = []

    /// An empty one, to be lent.
    public init() {}
}

/// Puts the packets of one stream back in order, and waits a while for missing ones.
///
/// A packet that is next in line needs no waiting and is not kept: `insert` says so, and the caller uses the
/// payload that it has in hand. Everything behind a gap is copied into slots, which are used again; the ring of
/// slots grows when a longer gap needs it, so that nothing is allocated once the stream has shown its worst.
///
/// After each `insert`, and when `deadline` has come, take `next` until it says no more.
public struct ReorderBuffer: Sendable {
    /// What became of a packet that was inserted.
    public enum Insertion: Equatable, Sendable {
        /// It is next in line: use it right now. So many packets right before it are lost for good.
        case next(lostBefore: Int)
        /// It waits behind a gap.
        case kept
        /// The same packet came before.
        case duplicate
        /// Its place has been passed: it was given up or delivered before, or lies before the first packet.
        case late
    }

    private struct Slot: Sendable {
        var isFull = false
        var packet = OrderedPacket()
    }

    /// How long a gap is waited for: enough for a few retransmissions at a round trip of 150 ms.
    public static let defaultPatience = Duration.milliseconds(500)

    /// How far apart the oldest and the newest kept packet may be.
    ///
    /// Half a second of 8000 packets each second, and 40 times what a 4K stream needs. A packet beyond is
    /// taken as a new beginning: whatever was kept is lost.
    public static let maximumWindow = 4096

    /// How many packets are kept now.
    public private(set) var keptCount = 0
    /// Packets that never came, or came too late.
    public private(set) var lostCount = 0
    public private(set) var duplicateCount = 0
    public private(set) var lateCount = 0

    /// The place that is next in line; nothing before the first packet.
    public private(set) var expected: Int64?

    private let patience: Duration
    /// A power of two slots; a place lives in the slot of its low bits.
    private var slots: [Slot] = []
    /// When the gap before the oldest kept packet was noticed.
    private var gapSince: Instant?
    /// Lost packets that the next one delivered has to own up to.
    private var pendingLoss = 0

    public init(patience: Duration = ReorderBuffer.defaultPatience) { self.patience = patience }

    /// When the gap in front will be given up; nothing while nothing is kept.
    public var deadline: Instant? { gapSince.map { $0 + patience } }

    /// Takes a packet in: `place` and `ticks` are its unwrapped sequence number and timestamp.
    public mutating func insert(
        place: Int64, ticks: Int64, marker: Bool, payload: Span<UInt8>, arrival: Instant
    ) -> Insertion {
        let next = expected ?? place
        expected = next
        if place < next {
            lateCount += 1
            return .late
        }
        if place == next {
            advance(to: place + 1)
            return .next(lostBefore: takePendingLoss())
        }
        if place - next >= Self.maximumWindow {
            restart(at: place)
            return .next(lostBefore: takePendingLoss())
        }
        return keep(place: place, ticks: ticks, marker: marker, payload: payload, arrival: arrival)
    }

    /// Moves the next packet in line into `packet`, and says whether there was one.
    ///
    /// Passes over a gap once it has been waited for long enough.
    public mutating func next(into packet: inout OrderedPacket, at now: Instant) -> Bool {
        guard keptCount > 0, let next = expected else { return false }
        if !slots[index(of: next)].isFull {
            noticeGap()
            guard let deadline, deadline <= now else { return false }
            passOverGap(from: next)
        }
        deliver(into: &packet)
        return true
    }

    /// Stops waiting for the gap in front, as far as it lies before `place`.
    ///
    /// For when whoever asked for those packets has given them up. Take `next` afterwards.
    public mutating func giveUp(before place: Int64) {
        guard keptCount > 0, var next = expected else { return }
        while next < place, !slots[index(of: next)].isFull {
            next += 1
            lostCount += 1
            pendingLoss += 1
        }
        if next != expected { advance(to: next) }
    }
}

extension ReorderBuffer {
    private func index(of place: Int64) -> Int { Int(truncatingIfNeeded: place) & (slots.count - 1) }

    private mutating func takePendingLoss() -> Int {
        defer { pendingLoss = 0 }
        return pendingLoss
    }

    private mutating func keep(
        place: Int64, ticks: Int64, marker: Bool, payload: Span<UInt8>, arrival: Instant
    ) -> Insertion {
        makeRoom(for: place)
        let index = index(of: place)
        if slots[index].isFull {
            duplicateCount += 1
            return .duplicate
        }
        slots[index].isFull = true
        slots[index].packet.place = place
        slots[index].packet.ticks = ticks
        slots[index].packet.marker = marker
        slots[index].packet.arrival = arrival
        slots[index].packet.payload.removeAll(keepingCapacity: true)
        slots[index].packet.payload.append(copying: payload)
        keptCount += 1
        if keptCount == 1 { gapSince = arrival }
        return .kept
    }

    /// Moves the front of the line; the gap that may be there now has not been noticed yet.
    private mutating func advance(to place: Int64) {
        expected = place
        gapSince = nil
    }

    /// Finds out since when a gap has been in front: since the first packet behind it came.
    private mutating func noticeGap() {
        guard gapSince == nil else { return }
        var since: Instant?
        for slot in slots where slot.isFull { since = min(since ?? slot.packet.arrival, slot.packet.arrival) }
        gapSince = since
    }

    private mutating func passOverGap(from start: Int64) {
        var place = start
        while !slots[index(of: place)].isFull { place += 1 }
        lostCount += Int(place - start)
        pendingLoss += Int(place - start)
        advance(to: place)
    }

    private mutating func deliver(into packet: inout OrderedPacket) {
        guard let place = expected else { return }
        let index = index(of: place)
        swap(&slots[index].packet, &packet)
        slots[index].isFull = false
        packet.lostBefore = takePendingLoss()
        keptCount -= 1
        advance(to: place + 1)
    }

    private mutating func restart(at place: Int64) {
        let lost = Int(place - (expected ?? place))
        lostCount += lost
        pendingLoss += lost
        for index in slots.indices { slots[index].isFull = false }
        keptCount = 0
        advance(to: place + 1)
    }

    /// Lets the ring reach up to `place`, which lies within the window.
    private mutating func makeRoom(for place: Int64) {
        let needed = Int(place - (expected ?? place)) + 1
        guard needed > slots.count else { return }
        var count = max(64, slots.count)
        while count < needed { count *= 2 }
        var larger = [Slot](repeating: Slot(), count: count)
        for slot in slots where slot.isFull {
            larger[Int(truncatingIfNeeded: slot.packet.place) & (count - 1)] = slot
        }
        slots = larger
    }
}
