import Codecs
import Jitter
import RTP
import Units

/// Makes whole frames, in order, of the packets of one track, and knows what to ask its sender for.
///
/// What comes of a call is appended to the peer's events.
struct TrackReceiver: Sendable {
    /// How long a gap is waited for at the least when it can be repaired.
    ///
    /// A recording can afford what a conversation cannot.
    static let repairPatience = Duration.seconds(1)
    /// How many round trips a gap in pictures is waited for: enough for several requests to be lost.
    static let patientRoundTrips = 10
    /// How long a gap is waited for at the most, whatever the round trip: memory has an end.
    static let longestPatience = Duration.seconds(3)
    /// How long when nothing will be sent again, so that only late packets are worth waiting for.
    static let reorderPatience = Duration.milliseconds(150)
    /// How often one packet is asked for: more than fits into the patience at any but the shortest round trips.
    static let maximumTries = 16
    /// How many packets in a row may come too late before we believe that the sender has started over.
    ///
    /// RFC 3550 §A.1 takes two; duplicated bursts are longer than that.
    static let lateRunLimit = 50

    let id: TrackID
    let kind: MediaKind
    private let rid: String?

    let usesNACK: Bool
    /// Whether retransmissions come on a stream of their own, so that everything else came by itself.
    private let hasRepairStream: Bool
    var sequence = SequenceUnwrapper()
    var timestamps = TimestampUnwrapper()
    var reception: ReceptionStatistics
    /// The retransmission stream, whose loss is reported as its own (RFC 4588 §8).
    var repairs: (reception: ReceptionStatistics, sequence: SequenceUnwrapper)?
    var nack: NACKGenerator
    var reorder: ReorderBuffer
    var correction: Correction?
    var frames: FrameMaker
    var keyframes = KeyframeRequests()
    var repairTimer: RepairTimer
    var overture = Overture()
    var counts: TrackStatistics
    var lent = OrderedPacket()
    /// 1 when whatever comes next follows a new beginning.
    var restartLoss = 0
    var lateRun = 0
    var nextNACK = Instant(nanoseconds: 0)
    /// The missing packet for whose sake a keyframe was asked for, in case it never comes.
    var precaution: Int64?
    /// When a packet last came that had been asked for.
    var lastRepair = Instant(nanoseconds: 0)
    /// The beginning of a whole keyframe that waits behind a gap.
    var waitingKeyframe: Int64?
    /// The last keyframes that began to come and are not in line yet: the first may be whole the last.
    var comingKeyframes: [ComingKeyframe] = []
    /// What the last packet that was in line said.
    var lastInLine: (marker: Bool, glance: PacketGlance)?
    private(set) var clockRate: ClockRate
    private(set) var lastReceived: Instant

    /// A receiver whose first packet has the `format`; `roundTrip` is what is known before it measures by itself.
    init(id: TrackID, _ plan: MediaPlan, format: Int = 0, roundTrip: Duration? = nil, at now: Instant) {
        self.id = id
        kind = plan.kind
        let rid = plan.encodings[min(id.encoding, plan.encodings.count - 1)].rid
        self.rid = rid.isEmpty ? nil : String(decoding: rid, as: UTF8.self)
        usesNACK = plan.usesNACK
        hasRepairStream = plan.formats.contains { $0.retransmissionPayloadType != nil }
        let codec = plan.formats[format].codec
        clockRate = codec.clockRate
        reception = ReceptionStatistics(source: id.ssrc, clockRate: codec.clockRate)
        nack = Self.makeNACKGenerator()
        reorder = ReorderBuffer(patience: usesNACK ? Self.repairPatience : Self.reorderPatience)
        correction = plan.correctionPayloadType.map { Correction($0, of: id.ssrc, plan.extensions) }
        frames = FrameMaker(codecs: plan.formats.map(\.codec), format: format)
        repairTimer = RepairTimer(assuming: roundTrip ?? RepairTimer.initialRoundTrip)
        counts = TrackStatistics(track: id, codec: codec)
        lastReceived = now
        if kind == .video { keyframes.trackStarted(at: now) }
    }

    private static func makeNACKGenerator() -> NACKGenerator {
        var limits = NACKGenerator.Limits()
        limits.maximumTries = maximumTries
        var generator = NACKGenerator(limits: limits)
        generator.patience = repairPatience
        return generator
    }

    /// What was received so far.
    var statistics: TrackStatistics {
        var statistics = counts
        statistics.rid = rid
        statistics.codec = frames.codec
        statistics.lostCount += reorder.lostCount
        // Without a stream of their own, repairs are known by having been asked for.
        if repairs == nil { statistics.repairedCount = nack.repairedCount }
        statistics.nackCount += nack.requestCount
        statistics.keyframeRequestCount = keyframes.count
        statistics.droppedFrameCount = frames.droppedFrameCount
        statistics.jitter = reception.jitter
        return statistics
    }

    var measuredRoundTrip: Duration? { repairTimer.measured }

    /// Gives a frame's bytes back for the next one.
    mutating func recycle(_ bytes: consuming [UInt8]) { frames.recycle(bytes) }
}

// What comes in.
extension TrackReceiver {
    /// What became of a packet.
    enum Outcome: Equatable {
        case taken
        /// It came too late, or before.
        case late
        case malformed
    }

    /// Takes a packet of the track in.
    mutating func receive(
        _ header: RTPHeader, _ plan: MediaPlan, in datagram: Span<UInt8>, at now: Instant,
        into events: inout Queue<PeerEvent>
    ) -> Outcome {
        let place = sequence.unwrap(header.sequenceNumber)
        lastReceived = now
        reception.received(
            place: place, timestamp: header.timestamp, payloadByteCount: header.payload.count, at: now)
        if usesNACK {
            nack.received(place: place, isAnswer: !hasRepairStream, isBeginning: !overture.isOver, at: now)
        }
        let outcome = take(header, plan, place: place, isRepaired: false, in: datagram, at: now, into: &events)
        lateRun = outcome == .taken ? 0 : lateRun + 1
        if lateRun >= Self.lateRunLimit { startOver(at: now) }
        return outcome
    }

    /// Takes a packet of the track in that its retransmission stream carried.
    mutating func receiveRepair(
        _ original: RTPHeader, _ plan: MediaPlan, in datagram: Span<UInt8>, at now: Instant,
        into events: inout Queue<PeerEvent>
    ) -> Outcome {
        repairTimer.repaired(original.sequenceNumber, at: now)
        (lastReceived, lastRepair) = (now, now)
        let place = sequence.unwrap(original.sequenceNumber)
        if usesNACK { nack.received(place: place, at: now) }
        let outcome = take(original, plan, place: place, isRepaired: true, in: datagram, at: now, into: &events)
        if outcome == .taken { counts.repairedCount += 1 }
        return outcome
    }

    /// Counts a packet of the retransmission stream, as it came.
    mutating func countRepair(_ header: RTPHeader, at now: Instant) {
        if repairs?.reception.source != header.ssrc {
            repairs = (ReceptionStatistics(source: header.ssrc, clockRate: clockRate), SequenceUnwrapper())
        }
        let place = repairs?.sequence.unwrap(header.sequenceNumber) ?? 0
        repairs?.reception.received(
            place: place, timestamp: header.timestamp, payloadByteCount: header.payload.count, at: now)
    }

    /// Tells a packet by what its payload type stands for.
    private mutating func take(
        _ header: RTPHeader, _ plan: MediaPlan, place: Int64, isRepaired: Bool, in datagram: Span<UInt8>,
        at now: Instant, into events: inout Queue<PeerEvent>
    ) -> Outcome {
        switch plan.role(of: header.payloadType) {
        case .media(let format):
            var note = PacketNote(format: format, isRepaired: isRepaired)
            note.read(header, plan.extensions, in: datagram)
            let isTaken = admit(header, plan, place: place, note: note, in: datagram, at: now, into: &events)
            correct(with: header, plan, place: place, in: datagram, at: now, into: &events)
            return isTaken ? .taken : .late
        case .redundancy:
            return takeRedundant(header, plan, place: place, isRepaired, in: datagram, at: now, into: &events)
        case .unknown, .retransmission: return .malformed
        }
    }

    /// Forgets the order of the past: the next packet is the first, and follows a loss.
    private mutating func startOver(at now: Instant) {
        counts.lostCount += reorder.lostCount
        counts.nackCount += nack.requestCount
        if repairs == nil { counts.repairedCount += nack.repairedCount }
        sequence = SequenceUnwrapper()
        reception = ReceptionStatistics(source: id.ssrc, clockRate: clockRate)
        nack = Self.makeNACKGenerator()
        reorder = ReorderBuffer(patience: usesNACK ? Self.repairPatience : Self.reorderPatience)
        correction?.startOver()
        (precaution, waitingKeyframe, lastInLine) = (nil, nil, nil)
        comingKeyframes.removeAll(keepingCapacity: true)
        lateRun = 0
        restartLoss = 1
        if kind == .video { keyframes.want(at: now) }
    }

    /// The packets turn to another codec, whose timestamps may count another clock.
    mutating func follow(_ codec: Codec) {
        guard codec.clockRate != clockRate else { return }
        clockRate = codec.clockRate
        reception.change(to: clockRate)
    }
}
