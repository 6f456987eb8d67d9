/// One packet of a simulated stream.
struct SimulatedPacket {
    var stream: Int
    var sequence: Int
    var frame: Int
    var isLast: Bool

    init(stream: Int, sequence: Int, frame: Int, isLast: Bool) {
        self.stream = stream
        self.sequence = sequence
        self.frame = frame
        self.isLast = isLast
    }

    init(_ bytes: [UInt8]) {
        let number = { (place: Int) in bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        self.init(stream: Int(bytes[0]), sequence: number(2), frame: number(6), isLast: bytes[1] != 0)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = [UInt8(stream), isLast ? 1 : 0]
        for value in [sequence, frame] {
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        return bytes
    }
}

/// Puts a stream's packets in order and asks for what is missing, as a track's receiver does, in one page.
struct RepairingReceiver {
    /// A gap is asked for after a short look for disorder, and again each time the interval has passed.
    private static let grace = 0.010
    private let interval: Double
    /// How long a gap is waited for: a second if what is missing can be asked for, else as long as disorder lasts.
    private let patience: Double
    private let asks: Bool

    private var next = 0
    private var highest = -1
    private var kept: [Int: (packet: SimulatedPacket, arrival: Double)] = [:]
    private var missing: [Int: (since: Double, due: Double)] = [:]
    private var soonest = Double.infinity
    private var frameArrival = 0.0
    private var isDamaged = false
    private var frame = -1

    init(roundTrip: Double, asks: Bool) {
        interval = roundTrip * 1.2
        patience = asks ? 1 : 0.150
        self.asks = asks
    }

    /// A frame that is whole: its number and when its last packet came.
    struct Whole {
        var frame: Int
        var arrival: Double
    }

    mutating func receive(_ packet: SimulatedPacket, at now: Double) {
        guard packet.sequence >= next, kept[packet.sequence] == nil else { return }
        if packet.sequence > highest + 1 {
            for sequence in max(next, highest + 1)..<packet.sequence { missing[sequence] = (now, now + Self.grace) }
            soonest = min(soonest, now + Self.grace)
        }
        highest = max(highest, packet.sequence)
        missing[packet.sequence] = nil
        kept[packet.sequence] = (packet, now)
    }

    /// What to ask for again now.
    mutating func requests(at now: Double) -> [Int] {
        guard asks, now >= soonest else { return [] }
        var due: [Int] = []
        soonest = .infinity
        for (sequence, state) in missing {
            if state.due <= now {
                due.append(sequence)
                missing[sequence]?.due = now + interval
            }
            soonest = min(soonest, max(now, state.due <= now ? now + interval : state.due))
        }
        return due.sorted()
    }

    /// The next whole frame, in order; gaps are passed over when nobody waits for them any more.
    mutating func nextFrame(at now: Double) -> Whole? {
        while next <= highest {
            guard let (packet, arrival) = kept.removeValue(forKey: next) else {
                guard let state = missing[next], now - state.since >= patience else { return nil }
                missing[next] = nil
                isDamaged = true
                next += 1
                continue
            }
            next += 1
            if packet.frame != frame {
                (frame, frameArrival) = (packet.frame, 0)
            }
            frameArrival = max(frameArrival, arrival)
            guard packet.isLast else { continue }
            defer { isDamaged = false }
            if !isDamaged { return Whole(frame: packet.frame, arrival: frameArrival) }
        }
        return nil
    }
}
