import Bytes
import MJR
import RTP
import Storage
import Units

/// One packet of a Janus recording, its numbers unwrapped.
struct JanusPacket {
    var place: Int64
    var ticks: Int64
    var header: RTPHeader
    var arrivalMilliseconds: Int64
    var bytes: [UInt8]
    /// How many packets right before it are lost.
    var lostBefore = 0
}

/// Reads the packets of a Janus recording in the order in which they were sent.
///
/// Damaged ones are dropped: whose number or time is far from what was before, unless the next agree with it.
struct JanusReader {
    /// How long a packet that was sent again may come late.
    private static let patienceMilliseconds: Int64 = 1_500
    private static let windowCount = 2_048
    /// Steps beyond these need to be confirmed: packets, and seconds of the clock more than of arrivals.
    private static let farthestStep: Int64 = 2_000
    private static let farthestSeconds: Int64 = 10

    let description: [UInt8]
    private(set) var damagedCount = 0
    private(set) var lateCount = 0
    private(set) var lostCount = 0

    private var reader: MJRReader<ReadOnlyFile>
    private let file: ReadOnlyFile
    private let counter: ReadCounter?
    private let rate: Int64
    private var last: Last?
    private var suspect: (sequence: UInt16, count: Int)?
    private var waiting: [JanusPacket] = []
    private var delivered: Int64?

    /// The newest packet so far: its numbers as they were sent, and unwrapped.
    private struct Last {
        var sequence: UInt16
        var timestamp: RTPTimestamp
        var place: Int64
        var ticks: Int64
        var arrival: Int64
    }

    /// A reader of a stream whose clock ticks so often a second.
    init(_ path: FilePath, rate: ClockRate, _ counter: ReadCounter?) throws {
        file = try ReadOnlyFile(path.path)
        reader = try MJRReader(file)
        description = reader.description
        self.rate = Int64(rate.ticksPerSecond)
        self.counter = counter
    }

    var skippedByteCount: Int { reader.skippedByteCount }

    /// The next packet in order; nothing at the end.
    mutating func next() throws -> JanusPacket? {
        while true {
            if let packet = takeDue(isEnd: false) { return packet }
            guard let record = reader.next() else {
                if let failure = file.failure { throw failure }
                return takeDue(isEnd: true)
            }
            try counter?.count(record.bytes.count + 10)
            insert(record)
        }
    }

    private mutating func takeDue(isEnd: Bool) -> JanusPacket? {
        guard var first = waiting.first, let newest = last else { return nil }
        let isNext = delivered.map { first.place == $0 + 1 } ?? false
        let isDue = newest.arrival - first.arrivalMilliseconds >= Self.patienceMilliseconds
        guard isNext || isDue || isEnd || waiting.count > Self.windowCount else { return nil }
        waiting.removeFirst()
        first.lostBefore = delivered.map { Int(clamping: first.place - $0 - 1) } ?? 0
        lostCount += first.lostBefore
        delivered = first.place
        return first
    }

    private mutating func insert(_ record: MJRRecord) {
        guard let header = try? RTPHeader(parsing: record.bytes.span) else {
            damagedCount += 1
            return
        }
        let arrival = Int64(record.arrivalMilliseconds)
        guard let (place, ticks) = unwrap(header, arrival) else {
            damagedCount += 1
            return
        }
        guard delivered.map({ place > $0 }) ?? true else {
            lateCount += 1
            return
        }
        var index = waiting.count
        while index > 0, waiting[index - 1].place > place { index -= 1 }
        guard index == 0 || waiting[index - 1].place != place else { return }
        waiting.insert(
            JanusPacket(place: place, ticks: ticks, header: header, arrivalMilliseconds: arrival, bytes: record.bytes),
            at: index)
    }

    /// The packet's place and ticks; nothing if they make no sense.
    private mutating func unwrap(_ header: RTPHeader, _ arrival: Int64) -> (place: Int64, ticks: Int64)? {
        guard let before = last else {
            let (place, ticks) = (Int64(header.sequenceNumber), Int64(header.timestamp.rawValue))
            last = Last(
                sequence: header.sequenceNumber, timestamp: header.timestamp, place: place, ticks: ticks,
                arrival: arrival)
            return (place, ticks)
        }
        let step = Int64(Int16(bitPattern: header.sequenceNumber &- before.sequence))
        let distance = Int64(header.timestamp.distance(from: before.timestamp))
        // What arrives now cannot have been captured much earlier or later than what arrived before.
        let elapsed = arrival - before.arrival
        let isTimely = abs(distance / rate - elapsed / 1_000) <= Self.farthestSeconds
        guard (abs(step) <= Self.farthestStep && isTimely) || confirm(header.sequenceNumber) else { return nil }
        suspect = nil
        let place = before.place + (abs(step) <= Self.farthestStep ? step : max(step, 1))
        // A clock that began anew goes on where the arrivals say.
        let ticks = before.ticks + (isTimely ? distance : max(0, elapsed) * rate / 1_000)
        if place > before.place {
            last = Last(
                sequence: header.sequenceNumber, timestamp: header.timestamp, place: place, ticks: ticks,
                arrival: max(arrival, before.arrival))
        } else {
            last?.arrival = max(arrival, before.arrival)
        }
        return (place, ticks)
    }

    /// Whether several packets in a row agree on what none of those before did.
    private mutating func confirm(_ sequence: UInt16) -> Bool {
        if let known = suspect, sequence &- known.sequence < 64 {
            suspect = (sequence, known.count + 1)
            return known.count >= 3
        }
        suspect = (sequence, 1)
        return false
    }
}
