import Bytes
public import Units

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

    /// How long a gap is waited for; may change at any time.
    public var patience: Duration

    /// How many packets are kept now.
    public private(set) var keptCount = 0
    /// Packets that never came, or came too late.
    public private(set) var lostCount = 0
    public private(set) var duplicateCount = 0
    public private(set) var lateCount = 0

    /// The place that is next in line; nothing before the first packet.
    public private(set) var expected: Int64?

    /// A power of two slots; a place lives in the slot of its low bits.
    private var slots: [Slot] = []
    /// When the gap before the oldest kept packet was noticed.
    private var gapSince: Instant?
    /// Lost packets that the next one delivered has to own up to.
    private var pendingLoss = 0
    /// What is missing before this place is not waited for.
    private var abandonedEnd = Int64.min

    public init(patience: Duration = ReorderBuffer.defaultPatience) { self.patience = patience }

    /// When the gap in front will be given up; nothing while nothing is kept.
    public var deadline: Instant? { gapSince.map { $0 + patience } }

    /// Takes a packet in: `place` and `ticks` are its unwrapped sequence number and timestamp.
    public mutating func insert(
        place: Int64, ticks: Int64, marker: Bool, payload: Span<UInt8>, arrival: Instant
    ) -> Insertion {
        insert(
            place: place, ticks: ticks, marker: marker, note: PacketNote(), descriptor: payload.extracting(0..<0),
            payload: payload, arrival: arrival)
    }

    /// Takes a packet in that says more of its frame.
    public mutating func insert(
        place: Int64, ticks: Int64, marker: Bool, note: PacketNote, descriptor: Span<UInt8>, payload: Span<UInt8>,
        arrival: Instant
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
        slots[index].packet.note = note
        slots[index].packet.arrival = arrival
        slots[index].packet.fill(descriptor: descriptor, payload: payload)
        keptCount += 1
        if keptCount == 1 { gapSince = arrival }
        return .kept
    }

    /// Moves the next packet in line into `packet`, and says whether there was one.
    ///
    /// Passes over a gap once it has been waited for long enough, or was abandoned.
    public mutating func next(into packet: inout OrderedPacket, at now: Instant) -> Bool {
        guard keptCount > 0, let next = expected else { return false }
        if !slots[index(of: next)].isFull {
            noticeGap()
            let isDue = deadline.map { $0 <= now } ?? false
            guard isDue || next < abandonedEnd else { return false }
            passOverGap(from: next)
        }
        deliver(into: &packet)
        return true
    }

    /// Waits no longer for anything that is missing before `place`.
    ///
    /// Take `next` afterwards: what is kept before `place` still comes out, each gap owned up to.
    public mutating func abandon(before place: Int64) { abandonedEnd = max(abandonedEnd, place) }

    /// Passes over the gap in front as if its packets had never been sent, if the first packet behind it is `place`.
    ///
    /// For packets that carry nothing of their own and that nobody will send again. Take `next` afterwards.
    public mutating func skip(to place: Int64) {
        guard let next = expected, firstKept == place, place > next else { return }
        advance(to: place)
    }
}

// What is kept.
extension ReorderBuffer {
    /// The packets of one frame that are kept side by side.
    public struct KeptFrame: Equatable, Sendable {
        public var first: Int64
        public var last: Int64
        /// Whether nothing is missing from its beginning to its marker.
        public var isWhole: Bool

        public init(first: Int64, last: Int64, isWhole: Bool) {
            self.first = first
            self.last = last
            self.isWhole = isWhole
        }
    }

    /// Whether a packet of this place would be of use.
    public func lacks(_ place: Int64) -> Bool {
        guard let expected, place >= expected else { return expected == nil }
        return !isKept(place)
    }

    /// The last place before another that is kept, or was in line.
    public func lastPresent(before place: Int64) -> Int64 {
        guard let expected else { return place - 1 }
        var last = place - 1
        while last >= expected, !isKept(last) { last -= 1 }
        return last
    }

    /// The place of the first packet that is kept.
    public var firstKept: Int64? {
        guard keptCount > 0, var place = expected else { return nil }
        while !slots[index(of: place)].isFull { place += 1 }
        return place
    }

    /// What is kept of the frame that the packet of `place` belongs to; nothing if that packet is not kept.
    public func keptFrame(around place: Int64) -> KeptFrame? {
        guard isKept(place) else { return nil }
        let ticks = slots[index(of: place)].packet.ticks
        var frame = KeptFrame(first: place, last: place, isWhole: false)
        while isKept(frame.first - 1), slots[index(of: frame.first - 1)].packet.ticks == ticks { frame.first -= 1 }
        while !slots[index(of: frame.last)].packet.marker, isKept(frame.last + 1),
            slots[index(of: frame.last + 1)].packet.ticks == ticks
        { frame.last += 1 }
        let begins = slots[index(of: frame.first)].packet.note.beginsFrame || isKept(frame.first - 1)
        frame.isWhole = begins && slots[index(of: frame.last)].packet.marker
        return frame
    }

    private func isKept(_ place: Int64) -> Bool {
        guard let expected, place >= expected, place - expected < slots.count else { return false }
        return slots[index(of: place)].isFull
    }
}

extension ReorderBuffer {
    private func index(of place: Int64) -> Int { Int(truncatingIfNeeded: place) & (slots.count - 1) }

    private mutating func takePendingLoss() -> Int {
        defer { pendingLoss = 0 }
        return pendingLoss
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
