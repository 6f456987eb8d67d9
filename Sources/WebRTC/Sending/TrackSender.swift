import Bytes
import Codecs
import Depacketize
import Jitter
import RTP
import Units

/// Cuts the frames of one track into packets, and sends again what gets lost.
struct TrackSender: Sendable {
    /// How many packets are kept for another sending: a second of 10 Mbit/s, or of sound many times over.
    static let videoHistory = 1024
    static let audioHistory = 128

    let plan: MediaPlan
    let ssrc: SSRC

    /// Which of the section's formats is sent now.
    private var format = 0
    private var packetizer: Packetizer
    /// Puts a copy of each packet of sound into the next, if that was agreed on.
    private var copier: Copier?
    private var history: RetransmissionHistory
    private var repairStream: RetransmissionHistory.Stream?
    /// What retransmissions say of themselves: the encoding by another extension.
    private var repairExtensions: [RTPExtension] = []
    private var sequenceNumber: UInt16
    /// Where our timestamps begin: at random, as RFC 3550 §5.1 asks for.
    private let timestampOffset: UInt32
    private var extensions: [RTPExtension] = []
    /// Which of `extensions` holds the transport-wide sequence number, in both lists.
    private var transportSequenceIndex: Int?
    /// Which one tells how the camera is held.
    private var orientationIndex: Int?
    /// The last frame's ticks, and the moment they stand for.
    private var anchor: (ticks: Int64, moment: Instant)?
    private var packetCount: UInt32 = 0
    private var byteCount: UInt32 = 0
    private var lastFullIntraRequest: UInt8?
    private var counts: TrackStatistics

    /// A sender of the streams that were announced, if any; or else of new ones.
    init(
        _ plan: MediaPlan, mediaIndex: Int, encoding: Int = 0, asAnnounced: Bool = true,
        using generator: inout SeededGenerator
    ) {
        let isAnnounced = asAnnounced && !plan.isSimulcast
        self.plan = plan
        let own = SSRC(generator.next())
        let repair = SSRC(generator.next())
        ssrc = isAnnounced ? plan.ssrcs.first ?? own : own
        let codec = plan.formats[0].codec
        packetizer = Packetizer(codec, firstPictureID: generator.next())
        history = RetransmissionHistory(capacity: plan.kind == .video ? Self.videoHistory : Self.audioHistory)
        // Below half the range, so that nothing wraps in the first minutes, when SRTP's roll-over counter is easily
        // guessed wrong (RFC 3711 §3.3.1).
        sequenceNumber = generator.next() & 0x7FFF
        timestampOffset = generator.next()
        if let payloadType = plan.formats[0].retransmissionPayloadType {
            repairStream = RetransmissionHistory.Stream(
                ssrc: isAnnounced ? plan.retransmissionSSRCs.first ?? repair : repair, payloadType: payloadType,
                nextSequenceNumber: generator.next() & 0x7FFF)
        }
        counts = TrackStatistics(
            track: TrackID(mediaIndex: mediaIndex, ssrc: ssrc, encoding: encoding), codec: codec)
        let repeated = plan.formats.first { $0.codec == .opus }?.payloadType
        if plan.redundancyPayloadType != nil { copier = repeated.map { Copier(payloadType: $0) } }
        makeExtensions(rid: plan.encodings[encoding].rid)
    }

    /// Makes the header extensions of every packet.
    private mutating func makeExtensions(rid: [UInt8]) {
        if let id = plan.extensions.mid, (1...16).contains(plan.mid.count) {
            extensions.append(RTPExtension(id: id, bytes: plan.mid))
        }
        // A packet that is sent again as it was must be the same to the last byte, or one key stream would encrypt two
        // different packets (RFC 3711 §9.1): such a track's packets carry nothing that changes.
        let repeatsPackets = plan.usesNACK && repairStream == nil
        if let id = plan.extensions.transportSequence, !repeatsPackets {
            transportSequenceIndex = extensions.count
            extensions.append(RTPExtension(id: id, number: 0))
        }
        if let id = plan.extensions.orientation, !repeatsPackets {
            orientationIndex = extensions.count
            extensions.append(RTPExtension(id: id, bytes: [0]))
        }
        repairExtensions = extensions
        guard (1...16).contains(rid.count) else { return }
        if let id = plan.extensions.rid { extensions.append(RTPExtension(id: id, bytes: rid)) }
        if repeatsPackets {
            repairExtensions = extensions
        } else if let id = plan.extensions.repairedRID {
            repairExtensions.append(RTPExtension(id: id, bytes: rid))
        }
    }

    var hasSent: Bool { anchor != nil }

    /// What was sent so far.
    var statistics: TrackStatistics {
        var statistics = counts
        statistics.repairedCount = history.retransmittedCount
        return statistics
    }

    /// Queues the packets of a frame; `frame.arrival` is the moment that its ticks stand for.
    mutating func send(
        _ frame: Frame, into queue: inout PacketQueue, transportSequenceNumber: inout UInt16, at now: Instant
    ) {
        let timestamp = RTPTimestamp(UInt32(truncatingIfNeeded: frame.ticks) &+ timestampOffset)
        anchor = (frame.ticks, frame.arrival)
        if frame.codec != plan.formats[format].codec { change(to: frame.codec) }
        if let index = orientationIndex, let rotation = frame.rotation {
            extensions[index].bytes[0] = UInt8(rotation.rawValue / 90)
        }
        packetizer.load(frame)
        counts.frameCount += 1
        if frame.isKeyframe { counts.keyframeCount += 1 }
        while packetizer.advance() {
            let repeating = frame.codec == .opus ? plan.redundancyPayloadType : nil
            let fields = RTPFields(
                marker: packetizer.marker, payloadType: repeating ?? plan.formats[format].payloadType,
                sequenceNumber: sequenceNumber,
                timestamp: timestamp, ssrc: ssrc)
            sequenceNumber &+= 1
            // Shares the bytes, and lets go of them before their place is needed again.
            let own = packetizer.payload
            let payload = repeating == nil ? own : copier?.payload(of: own, timestamp: timestamp) ?? own
            if plan.usesNACK { history.keep(fields, payload: payload.span, at: now) }
            Self.number(&transportSequenceNumber, transportSequenceIndex, in: &extensions)
            queue.reserve()
            RTPWriter.write(fields, extensions: extensions, payload: payload.span, into: &queue.next)
            queue.commit()
            count(payload.count)
        }
    }

    /// Queues packets that the receiver misses.
    mutating func sendAgain(
        _ sequenceNumbers: [UInt16], roundTrip: Duration, into queue: inout PacketQueue,
        transportSequenceNumber: inout UInt16, at now: Instant
    ) {
        guard plan.usesNACK else { return }
        counts.nackCount += sequenceNumbers.count
        for missing in sequenceNumbers {
            if let repaired = history.payloadType(of: missing) { repair(as: repaired) }
            let next = transportSequenceNumber
            Self.number(&transportSequenceNumber, transportSequenceIndex, in: &repairExtensions)
            queue.reserve()
            // Half a round trip: the measured one may be longer than the next one.
            let isSent = history.retransmit(
                missing, on: &repairStream, extensions: repairExtensions, roundTrip: roundTrip / 2, at: now,
                into: &queue.next)
            // A gap in these numbers would look like a loss.
            if isSent { queue.commit() } else { transportSequenceNumber = next }
        }
    }

    /// Writes the next transport-wide sequence number into the extension, if that was negotiated.
    private static func number(_ next: inout UInt16, _ index: Int?, in extensions: inout [RTPExtension]) {
        guard let index else { return }
        extensions[index].bytes[0] = UInt8(next >> 8)
        extensions[index].bytes[1] = UInt8(next & 0xFF)
        next &+= 1
    }

    /// Turns to another of the section's codecs, without a word to anybody.
    private mutating func change(to codec: Codec) {
        guard let index = plan.formats.firstIndex(where: { $0.codec == codec }) else {
            preconditionFailure("only codecs that were agreed on are sent")
        }
        format = index
        packetizer = Packetizer(codec)
        counts.codec = codec
    }

    /// Lets the next retransmission say which format it repairs.
    private mutating func repair(as payloadType: PayloadType) {
        let format = plan.formats.first { $0.payloadType == payloadType }
        if let repair = format?.retransmissionPayloadType { repairStream?.payloadType = repair }
    }

    private mutating func count(_ payloadByteCount: Int) {
        packetCount &+= 1
        byteCount &+= UInt32(payloadByteCount)
        counts.packetCount += 1
        counts.byteCount += payloadByteCount
    }

    /// What a sender report says now; nothing before the first frame.
    func makeReport(ntp: NTPTime, at now: Instant) -> SenderReport? {
        guard let anchor else { return nil }
        let elapsed = MediaTime(
            ticks: anchor.moment.duration(to: now).wholeNanoseconds, rate: ClockRate(1_000_000_000))
        let ticks = anchor.ticks + elapsed.rescaled(to: counts.codec.clockRate).ticks
        return SenderReport(
            sender: ssrc, ntp: ntp, timestamp: RTPTimestamp(UInt32(truncatingIfNeeded: ticks) &+ timestampOffset),
            packetCount: packetCount, byteCount: byteCount)
    }

    /// Notes a request for a keyframe.
    mutating func receivedKeyframeRequest() { counts.keyframeRequestCount += 1 }

    /// Whether a full intra request is a new one: repetitions keep their number (RFC 5104 §4.3.1.1).
    mutating func isNew(_ request: FullIntraRequest.Entry) -> Bool {
        defer { lastFullIntraRequest = request.sequenceNumber }
        return lastFullIntraRequest != request.sequenceNumber
    }

    /// Takes what the receiver says about our stream.
    mutating func received(_ block: ReportBlock) {
        counts.lostCount = Int(block.cumulativeLost)
        let ticks = Int64(block.jitter) * 1_000_000_000
        counts.jitter = .nanoseconds(ticks / Int64(counts.codec.clockRate.ticksPerSecond))
    }
}
