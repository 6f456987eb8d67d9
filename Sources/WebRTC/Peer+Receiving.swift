public import Bytes
import Codecs
import Jitter
import RTP
import Secure
public import Units

extension Peer where Channel: ~Copyable {
    /// Takes one datagram in, which is decrypted where it lies.
    ///
    /// `local` is the address of ours that it arrived at.
    public mutating func receive(
        _ datagram: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        self.now = max(self.now, now)
        counts.receivedDatagramCount += 1
        counts.receivedByteCount += datagram.count
        if case .closed = phase {
            counts.drops[.notConnected] += 1
            return
        }
        let path = Path(local: local, remote: remote)
        switch PacketKind(datagram.span) {
        case .stun: receiveSTUN(datagram.span, along: path)
        case .dtls: receiveRecord(datagram, along: path)
        case .rtp: receiveRTP(&datagram, along: path)
        case .rtcp: receiveRTCP(&datagram, along: path)
        case .unknown: counts.drops[.unknownKind] += 1
        }
    }

    private mutating func receiveSTUN(_ datagram: Span<UInt8>, along path: Path) {
        do {
            try agent.receive(datagram, along: path, at: now)
            followPath()
        } catch {
            switch error {
            case .malformed: counts.drops[.malformedSTUN] += 1
            case .notAuthentic: counts.drops[.unauthenticSTUN] += 1
            case .unexpected: counts.drops[.unexpectedSTUN] += 1
            }
        }
    }

    /// Begins the handshake on the first path that works, and tells of later ones.
    mutating func followPath() {
        guard let path = agent.sendPath, path != lastSendPath else { return }
        if lastSendPath != nil, case .connected = phase { events.append(.addressChanged(path)) }
        lastSendPath = path
        guard mustStartHandshake else { return }
        mustStartHandshake = false
        channel.start(at: now)
        followChannel()
    }

    private mutating func receiveRecord(_ datagram: borrowing PacketBuffer, along path: Path) {
        guard agent.isValid(path) else {
            counts.drops[.unvalidatedAddress] += 1
            return
        }
        if let sent = flightSent.take() {
            handshakeRoundTrip = min(handshakeRoundTrip ?? RepairTimer.longestRoundTrip, sent.duration(to: now))
        }
        channel.receiveRecord(datagram, at: now)
        followChannel()
    }

    /// Acts on what became of the handshake.
    mutating func followChannel() {
        switch (channel.state, phase) {
        case (.connected(let profile), .connecting):
            phase = .connected(profile)
            events.append(.connected(profile))
        case (.failed(let failure), .connecting), (.failed(let failure), .connected):
            end(.handshakeFailed(failure))
        case (.closed, .connecting), (.closed, .connected): end(.closedByRemote)
        case (.idle, _), (.handshaking, _), (.connected, _), (.failed, .closed), (.closed, .closed): break
        }
    }

    /// Whether media may be taken from `path` now; counts the refusal if not.
    private mutating func acceptsMedia(along path: Path) -> Bool {
        guard case .connected = phase else {
            counts.drops[.notConnected] += 1
            return false
        }
        guard agent.isValid(path) else {
            counts.drops[.unvalidatedAddress] += 1
            return false
        }
        return true
    }

    private mutating func receiveRTP(_ datagram: inout PacketBuffer, along path: Path) {
        guard acceptsMedia(along: path) else { return }
        do { try channel.openRTP(&datagram) } catch {
            count(error)
            return
        }
        noteHeard(along: path)
        lastMediaHeard = now
        let header: RTPHeader
        do { header = try RTPHeader(parsing: datagram.span) } catch {
            counts.drops[.malformedRTP] += 1
            return
        }
        if let id = transportSequenceExtension { noteTransport(header, id: id, in: datagram.span) }
        bitrate?.received(byteCount: datagram.count, at: now)
        guard let finding = streams.find(header, in: datagram.span) else {
            counts.drops[.unknownStream] += 1
            return
        }
        switch finding {
        case .known(let binding), .guessed(let binding): receive(header, binding, in: datagram.span)
        case .named(let binding):
            if !binding.isRepair { makeRoom(for: binding) }
            receive(header, binding, in: datagram.span)
        }
    }

    private mutating func receive(_ header: RTPHeader, _ binding: StreamTable.Binding, in datagram: Span<UInt8>) {
        if binding.isRepair {
            receiveRepair(header, binding.slot, in: datagram)
        } else {
            receiveMedia(header, binding.slot, in: datagram)
        }
    }

    private mutating func noteHeard(along path: Path) {
        _ = agent.noteHeard(on: path, at: now)
        followPath()
    }

    private mutating func count(_ error: SecureError) {
        switch error {
        case .notConnected: counts.drops[.notConnected] += 1
        case .replayed: counts.drops[.replayed] += 1
        case .forged: counts.drops[.forged] += 1
        case .malformed, .tooLong: counts.drops[.malformedRTP] += 1
        }
    }

    /// Every packet counts for congestion feedback, whatever it is for: padding and retransmissions too.
    private mutating func noteTransport(_ header: RTPHeader, id: UInt8, in datagram: Span<UInt8>) {
        guard let range = header.extensionElement(id: id, in: datagram), range.count == 2 else { return }
        let number = UInt16(datagram[range.lowerBound]) << 8 | UInt16(datagram[range.lowerBound + 1])
        transportFeedback.received(number, at: now)
        lastMediaSSRC = header.ssrc
    }
}

// Tracks.
extension Peer where Channel: ~Copyable {
    /// How long a track is silent before another stream may take its place.
    private static var replacementSilence: Duration { .seconds(1) }
    /// How long packets that a goodbye overtook may still straggle in.
    private static var goodbyeGrace: Duration { .milliseconds(500) }

    private mutating func receiveMedia(_ header: RTPHeader, _ slot: Int, in datagram: Span<UInt8>) {
        let section = slots.section(of: slot)
        let format: Int
        switch media[section].role(of: header.payloadType) {
        case .media(let index): format = index
        // Which format is inside, its blocks will tell.
        case .redundancy: format = 0
        case .unknown, .retransmission:
            counts.drops[.unknownStream] += 1
            return
        }
        guard admits(header.ssrc, slot, format: format) else {
            counts.drops[.unknownStream] += 1
            return
        }
        count(receivers[slot].receive(header, media[section], in: datagram, at: now, into: &events))
    }

    private mutating func count(_ outcome: TrackReceiver.Outcome) {
        switch outcome {
        case .taken: break
        case .late: counts.drops[.late] += 1
        case .malformed: counts.drops[.malformedRedundancy] += 1
        }
    }

    /// Lets the track of a slot go for a new stream that says by name that it belongs there.
    ///
    /// Its sender has begun anew: waiting for the old stream to fall silent would cost the new one's keyframe.
    private mutating func makeRoom(for binding: StreamTable.Binding) {
        guard let track = tracks[binding.slot], track.ssrc != binding.ssrc else { return }
        endTrack(binding.slot)
        goodbyes[binding.slot] = nil
    }

    /// Makes sure that the slot's track is of this stream, if it may be.
    private mutating func admits(_ ssrc: SSRC, _ slot: Int, format: Int) -> Bool {
        if let track = tracks[slot] {
            if track.ssrc == ssrc { return true }
            guard receivers[slot].lastReceived.duration(to: now) >= Self.replacementSilence else { return false }
            endTrack(slot)
        } else if let goodbye = goodbyes[slot], goodbye.ssrc == ssrc {
            guard goodbye.moment.duration(to: now) >= Self.goodbyeGrace else { return false }
        }
        goodbyes[slot] = nil
        let section = slots.section(of: slot)
        let track = TrackID(mediaIndex: section, ssrc: ssrc, encoding: slots.encoding(of: slot))
        let roundTrip = knownRoundTrip
        tracks[slot] = track
        receivers[slot] = TrackReceiver(id: track, media[section], format: format, roundTrip: roundTrip, at: now)
        reports.hasten(at: now)
        return true
    }

    /// The round trip as far as anything has measured it.
    var knownRoundTrip: Duration? {
        if let known = roundTrip ?? agent.roundTrip { return known }
        for slot in receivers.indices where tracks[slot] != nil {
            if let measured = receivers[slot].measuredRoundTrip { return measured }
        }
        return handshakeRoundTrip
    }

    private mutating func receiveRepair(_ header: RTPHeader, _ slot: Int, in datagram: Span<UInt8>) {
        let section = slots.section(of: slot)
        guard let ssrc = tracks[slot]?.ssrc,
            case .retransmission(let payloadType) = media[section].role(of: header.payloadType)
        else {
            counts.drops[.unknownStream] += 1
            return
        }
        receivers[slot].countRepair(header, at: now)
        // Only padding, to probe for bandwidth.
        if header.payload.isEmpty { return }
        guard
            let original = header.unwrappingRetransmission(payloadType: payloadType, ssrc: ssrc, in: datagram)
        else {
            counts.drops[.malformedRetransmission] += 1
            return
        }
        count(receivers[slot].receiveRepair(original, media[section], in: datagram, at: now, into: &events))
    }

    /// Lets a slot's track go, with whatever of it is whole.
    mutating func endTrack(_ slot: Int) {
        guard let track = tracks[slot] else { return }
        receivers[slot].flush(at: now, into: &events)
        if counts.tracks.count < StreamTable.limit { counts.tracks.append(receivers[slot].statistics) }
        tracks[slot] = nil
        events.append(.trackEnded(track))
    }
}

// Control packets.
extension Peer where Channel: ~Copyable {
    private mutating func receiveRTCP(_ datagram: inout PacketBuffer, along path: Path) {
        guard acceptsMedia(along: path) else { return }
        do { try channel.openRTCP(&datagram) } catch {
            count(error)
            return
        }
        noteHeard(along: path)
        do {
            for packet in try RTCPPacket.parseCompound(datagram.span) { receive(packet) }
        } catch {
            counts.drops[.malformedRTCP] += 1
        }
    }

    private mutating func receive(_ packet: RTCPPacket) {
        switch packet {
        case .senderReport(let report):
            receive(report)
            receive(report.blocks)
        case .receiverReport(let report): receive(report.blocks)
        case .bye(let ssrcs): for ssrc in ssrcs { receivedGoodbye(of: ssrc) }
        case .nack(let nack): receive(nack)
        case .pictureLossIndication(let indication): receivedKeyframeRequest(for: indication.media)
        case .fullIntraRequest(let request):
            for entry in request.entries {
                guard let index = senders.firstIndex(where: { $0.ssrc == entry.media }) else { continue }
                if senders[index].isNew(entry) { receivedKeyframeRequest(for: entry.media) }
            }
        case .sourceDescription, .transportFeedback, .receiverEstimatedBitrate, .unknown: break
        }
    }

    private mutating func receive(_ report: SenderReport) {
        guard let slot = streams.binding(of: report.sender)?.slot, let track = tracks[slot] else { return }
        guard track.ssrc == report.sender else {
            receivers[slot].receiveRepairReport(report, at: now)
            return
        }
        // The round trip is measured by our answer.
        if !receivers[slot].reception.hasSenderReport { reports.hasten(at: now) }
        guard let ticks = receivers[slot].receive(report, at: now) else { return }
        events.append(.senderReport(track, report.ntp, ticks: ticks, arrival: now))
    }

    private mutating func receivedGoodbye(of ssrc: SSRC) {
        guard let slot = tracks.firstIndex(where: { $0?.ssrc == ssrc }) else { return }
        endTrack(slot)
        goodbyes[slot] = Goodbye(ssrc: ssrc, moment: now)
    }

    private mutating func receive(_ blocks: [ReportBlock]) {
        for block in blocks {
            guard let index = senders.firstIndex(where: { $0.ssrc == block.source }) else { continue }
            senders[index].received(block)
            if let sample = block.roundTrip(at: ntp(at: now)) { roundTrip = sample }
        }
    }

    private mutating func receive(_ nack: GenericNACK) {
        guard let index = senders.firstIndex(where: { $0.ssrc == nack.media }) else { return }
        guard queue.count < Self.queueLimit else { return }
        senders[index].sendAgain(
            nack.sequenceNumbers, roundTrip: roundTrip ?? agent.roundTrip ?? .zero, into: &queue,
            transportSequenceNumber: &transportSequenceNumber, at: now)
    }

    private mutating func receivedKeyframeRequest(for ssrc: SSRC) {
        guard let slot = senders.firstIndex(where: { $0.ssrc == ssrc }) else { return }
        senders[slot].receivedKeyframeRequest()
        events.append(
            .keyframeRequested(mediaIndex: slots.section(of: slot), encoding: slots.encoding(of: slot)))
    }
}
