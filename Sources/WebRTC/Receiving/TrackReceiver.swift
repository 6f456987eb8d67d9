import Bytes
import Codecs
import Depacketize
import Jitter
import RTP
import Units

/// Makes whole frames, in order, of the packets of one track, and knows what to ask its sender for.
///
/// After each call take `nextFrame(at:)` until it returns nothing.
struct TrackReceiver: Sendable {
    /// How long a gap is waited for when it can be repaired.
    ///
    /// A recording can afford what a conversation cannot: four or five requests at a round trip of 120 ms.
    static let repairPatience = Duration.seconds(1)
    /// How long when nothing will be sent again, so that only late packets are worth waiting for.
    static let reorderPatience = Duration.milliseconds(150)
    /// How often one packet is asked for: more than fits into the patience at any but the shortest round trips.
    static let maximumTries = 16
    /// How many packets in a row may come too late before we believe that the sender has started over.
    ///
    /// RFC 3550 §A.1 takes two; duplicated bursts are longer than that.
    static let lateRunLimit = 50

    let id: TrackID
    let codec: Codec

    private let usesNACK: Bool
    private var sequence = SequenceUnwrapper()
    private var timestamps = TimestampUnwrapper()
    private var reception: ReceptionStatistics
    /// The retransmission stream, whose loss is reported as its own (RFC 4588 §8).
    private var repairs: (reception: ReceptionStatistics, sequence: SequenceUnwrapper)?
    private var nack: NACKGenerator
    private var reorder: ReorderBuffer
    private var depacketizer: Depacketizer
    private var keyframes = KeyframeRequests()
    private var repairTimer = RepairTimer()
    private var overture = Overture()
    private var counts: TrackStatistics
    private var lent = OrderedPacket()
    /// 1 when whatever comes next follows a new beginning.
    private var restartLoss = 0
    private var lateRun = 0
    private var nextNACK = Instant(nanoseconds: 0)
    private(set) var lastReceived: Instant

    init(id: TrackID, codec: Codec, usesNACK: Bool, at now: Instant) {
        self.id = id
        self.codec = codec
        self.usesNACK = usesNACK
        reception = ReceptionStatistics(source: id.ssrc, clockRate: codec.clockRate)
        nack = Self.makeNACKGenerator()
        reorder = Self.makeReorderBuffer(usesNACK: usesNACK)
        depacketizer = Depacketizer(codec)
        counts = TrackStatistics(track: id, codec: codec)
        lastReceived = now
        if codec.kind == .video { keyframes.trackStarted(at: now) }
    }

    private static func makeNACKGenerator() -> NACKGenerator {
        var limits = NACKGenerator.Limits()
        limits.patience = repairPatience
        limits.maximumTries = maximumTries
        return NACKGenerator(limits: limits)
    }

    private static func makeReorderBuffer(usesNACK: Bool) -> ReorderBuffer {
        ReorderBuffer(patience: usesNACK ? repairPatience : reorderPatience)
    }

    /// What was received so far.
    var statistics: TrackStatistics {
        var statistics = counts
        statistics.lostCount += reorder.lostCount
        // Without a stream of their own, repairs are known by having been asked for.
        if repairs == nil { statistics.repairedCount = nack.repairedCount }
        statistics.nackCount += nack.requestCount
        statistics.keyframeRequestCount = keyframes.count
        statistics.droppedFrameCount = depacketizer.counts.incompleteFrames
        statistics.jitter = reception.jitter
        return statistics
    }

    var measuredRoundTrip: Duration? { repairTimer.measured }

    /// Takes a packet of the track in; false if it came too late, or before.
    mutating func receive(_ header: RTPHeader, in datagram: Span<UInt8>, at now: Instant) -> Bool {
        let place = sequence.unwrap(header.sequenceNumber)
        reception.received(
            place: place, timestamp: header.timestamp, payloadByteCount: header.payload.count, at: now)
        let isNew = admit(header, place: place, in: datagram, at: now)
        lateRun = isNew ? 0 : lateRun + 1
        if lateRun >= Self.lateRunLimit { startOver(at: now) }
        return isNew
    }

    /// Takes a packet of the track in that its retransmission stream carried.
    mutating func receiveRepair(_ original: RTPHeader, in datagram: Span<UInt8>, at now: Instant) -> Bool {
        repairTimer.repaired(original.sequenceNumber, at: now)
        let isNew = admit(original, place: sequence.unwrap(original.sequenceNumber), in: datagram, at: now)
        if isNew { counts.repairedCount += 1 }
        return isNew
    }

    /// Counts a packet of the retransmission stream, as it came.
    mutating func countRepair(_ header: RTPHeader, at now: Instant) {
        if repairs?.reception.source != header.ssrc {
            repairs = (ReceptionStatistics(source: header.ssrc, clockRate: codec.clockRate), SequenceUnwrapper())
        }
        let place = repairs?.sequence.unwrap(header.sequenceNumber) ?? 0
        repairs?.reception.received(
            place: place, timestamp: header.timestamp, payloadByteCount: header.payload.count, at: now)
    }

    /// The next whole frame, if there is one.
    mutating func nextFrame(at now: Instant) -> Frame? {
        guard let frame = depacketizer.nextFrame() else { return nil }
        counts.frameCount += 1
        if frame.isKeyframe { counts.keyframeCount += 1 }
        if codec.kind == .video {
            keyframes.received(isKeyframe: frame.isKeyframe, isBroken: frame.isBroken, at: now)
        }
        return frame
    }

    /// Gives a frame's bytes back for the next one.
    mutating func recycle(_ bytes: consuming [UInt8]) { depacketizer.recycle(bytes) }
}

// Putting packets in order.
extension TrackReceiver {
    private mutating func admit(
        _ header: RTPHeader, place: Int64, in datagram: Span<UInt8>, at now: Instant
    ) -> Bool {
        lastReceived = now
        let payload = datagram.extracting(header.payload)
        guard overture.isOver else {
            overture.hold(header, place: place, payload: payload, at: now)
            endOverture(at: now)
            return true
        }
        guard insert(header, place: place, payload, arrival: now, at: now) else { return false }
        release(at: now)
        return true
    }

    private mutating func endOverture(at now: Instant) {
        for item in overture.take(at: now) {
            _ = insert(item.header, place: item.place, item.payload.span, arrival: item.arrival, at: now)
            release(at: now)
        }
    }

    /// Puts a packet into its place in the order; false if that is taken or past.
    private mutating func insert(
        _ header: RTPHeader, place: Int64, _ payload: Span<UInt8>, arrival: Instant, at now: Instant
    ) -> Bool {
        let ticks = timestamps.unwrap(header.timestamp)
        if usesNACK { nack.received(place: place, at: now) }
        let insertion = reorder.insert(
            place: place, ticks: ticks, marker: header.marker, payload: payload, arrival: arrival)
        switch insertion {
        case .next(let lostBefore):
            deliver(payload, marker: header.marker, ticks: ticks, lostBefore: lostBefore, arrival: arrival, at: now)
        case .kept: break
        case .late, .duplicate: return false
        }
        counts.packetCount += 1
        counts.byteCount += payload.count
        return true
    }

    /// Hands on everything that is in line, and passes over gaps that were waited for long enough.
    private mutating func release(at now: Instant) {
        // Lent out while the depacketiser reads it, so that nothing is copied.
        var packet = OrderedPacket()
        swap(&packet, &lent)
        while reorder.next(into: &packet, at: now) {
            deliver(
                packet.payload.span, marker: packet.marker, ticks: packet.ticks, lostBefore: packet.lostBefore,
                arrival: packet.arrival, at: now)
        }
        swap(&packet, &lent)
    }

    private mutating func deliver(
        _ payload: Span<UInt8>, marker: Bool, ticks: Int64, lostBefore: Int, arrival: Instant, at now: Instant
    ) {
        if lostBefore > 0 {
            if let expected = reorder.expected { nack.forget(before: expected) }
            if codec.kind == .video { keyframes.want(at: now) }
        }
        depacketizer.push(
            payload: payload, marker: marker, timestamp: ticks, lostBefore: lostBefore + restartLoss,
            arrival: arrival)
        restartLoss = 0
    }

    /// Forgets the order of the past: the next packet is the first, and follows a loss.
    private mutating func startOver(at now: Instant) {
        counts.lostCount += reorder.lostCount
        counts.nackCount += nack.requestCount
        sequence = SequenceUnwrapper()
        reception = ReceptionStatistics(source: id.ssrc, clockRate: codec.clockRate)
        nack = Self.makeNACKGenerator()
        reorder = Self.makeReorderBuffer(usesNACK: usesNACK)
        lateRun = 0
        restartLoss = 1
        if codec.kind == .video { keyframes.want(at: now) }
    }
}

// What to tell and ask the sender.
extension TrackReceiver {
    /// Requests are collected for so long: NACKs at a finer grain would only be more packets.
    static let nackInterval = Duration.milliseconds(10)

    /// When `advance(to:)`, `takeRequests(at:)` or `takeKeyframeRequest(at:)` has something to do.
    ///
    /// Mutates nothing; but only what mutates is run on an array's element without copying it.
    mutating func nextDeadline() -> Instant? {
        var deadline = earliest(earliest(reorder.deadline, overture.deadline), keyframes.deadline)
        if let due = nack.deadline { deadline = earliest(deadline, max(due, nextNACK)) }
        return deadline
    }

    /// Gives up the gaps that were waited for long enough.
    mutating func advance(to now: Instant) {
        if let due = overture.deadline, due <= now { endOverture(at: now) }
        if let due = reorder.deadline, due <= now { release(at: now) }
    }

    /// Gives every gap up, because nothing more will come.
    mutating func flush(at now: Instant) {
        endOverture(at: now + Overture.patience)
        release(at: now + Self.repairPatience)
    }

    /// The sequence numbers to ask for now.
    mutating func takeRequests(at now: Instant) -> [UInt16] {
        guard let due = nack.deadline, due <= now, nextNACK <= now else { return [] }
        nextNACK = now + Self.nackInterval
        let numbers = nack.nextRequests(at: now, roundTrip: repairTimer.roundTrip)
        repairTimer.asked(for: numbers, at: now)
        return numbers
    }

    /// Whether to ask for a keyframe now; if so, it counts as asked.
    mutating func takeKeyframeRequest(at now: Instant) -> Bool { keyframes.takeDue(at: now) }

    mutating func requestKeyframe(at now: Instant) {
        guard codec.kind == .video else { return }
        keyframes.want(at: now)
    }

    /// Takes a sender report in; returns the unwrapped ticks that it is about.
    ///
    /// Nothing before the first packets are in order: there is no point yet to unwrap from.
    mutating func receive(_ report: SenderReport, at now: Instant) -> Int64? {
        reception.received(report, at: now)
        guard overture.isOver else { return nil }
        // A copy: a report must not move the point that later packets are unwrapped from.
        var unwrapper = timestamps
        return unwrapper.unwrap(report.timestamp)
    }

    /// Notes a report about the retransmission stream, if `report` is one.
    mutating func receiveRepairReport(_ report: SenderReport, at now: Instant) {
        guard repairs?.reception.source == report.sender else { return }
        repairs?.reception.received(report, at: now)
    }

    /// Appends what a receiver report says about the track and its retransmissions.
    mutating func appendReports(to blocks: inout [ReportBlock], at now: Instant) {
        blocks.append(reception.makeReport(at: now))
        if let block = repairs?.reception.makeReport(at: now) { blocks.append(block) }
    }
}
