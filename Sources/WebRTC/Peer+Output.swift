import Bytes
import Jitter
import RTP
import Secure
public import Units

extension Peer where Channel: ~Copyable {
    /// Does what time alone brings: retransmissions, reports, requests, timeouts.
    public mutating func advance(to now: Instant) {
        self.now = max(self.now, now)
        if case .closed = phase { return }
        agent.advance(to: self.now)
        if let due = channel.deadline, due <= self.now { channel.advance(to: self.now) }
        followChannel()
        for index in receivers.indices where tracks[index] != nil {
            receivers[index].advance(to: self.now, into: &events)
        }
        if let due = timeout, due <= self.now { end(isConnected ? .timeout : .neverConnected) }
    }

    /// Whether an answer is waited for, be it in the handshake, of a lost packet or of a picture, so that datagrams should
    /// not lie unread for long.
    public var isInHurry: Bool {
        switch phase {
        case .connecting: return true
        case .closed: return false
        case .connected: break
        }
        for index in receivers.indices where tracks[index] != nil {
            if receivers[index].isInHurry { return true }
        }
        return false
    }

    /// When anything authentic came last.
    public var lastHeard: Instant { agent.lastHeard }

    /// When silence becomes an end.
    private var timeout: Instant? {
        switch phase {
        case .connecting: start + Self.connectTimeout
        case .connected: agent.lastHeard + Self.consentTimeout
        case .closed: nil
        }
    }

    /// What to do next: call it until it says `.wait`.
    ///
    /// The bytes of a `.datagram` lie in `outgoing` until the next call.
    public mutating func nextOutput() -> PeerOutput {
        if let path = lastSendPath, takeFarewell() { return sent(along: path) }
        if let event = events.popFirst() { return .event(event) }
        if case .closed = phase { return .wait(until: nil) }
        if let datagram = agent.nextDatagram() {
            fillOutgoing(datagram.bytes)
            return sent(along: datagram.path)
        }
        if let path = lastSendPath, fillOutgoing() { return sent(along: path) }
        return .wait(until: nextDeadline())
    }

    private mutating func sent(along path: Path) -> PeerOutput {
        counts.sentDatagramCount += 1
        counts.sentByteCount += outgoing.count
        return .datagram(path)
    }

    private mutating func fillOutgoing(_ bytes: [UInt8]) {
        outgoing.replace(by: bytes)
    }

    /// Puts the next record, control packet or media packet into `outgoing`, if one is due.
    private mutating func fillOutgoing() -> Bool {
        if let record = channel.nextRecord() {
            fillOutgoing(record)
            if case .connecting = phase { flightSent = now }
            return true
        }
        guard case .connected = phase else { return false }
        return fillControl() || fillMedia()
    }

    private mutating func fillMedia() -> Bool {
        while pacer.nextSend <= now, queue.popFirst(into: &outgoing) {
            pacer.sent(at: now)
            do {
                try channel.sealRTP(&outgoing)
                return true
            } catch {
                // It cannot be sent in the clear; the receiver will ask for it again.
                counts.unsealedCount += 1
            }
        }
        return false
    }

    private mutating func nextDeadline() -> Instant? {
        var deadline = earliest(earliest(agent.deadline, channel.deadline), timeout)
        guard case .connected = phase else { return deadline }
        for index in receivers.indices where tracks[index] != nil {
            deadline = earliest(deadline, receivers[index].nextDeadline())
        }
        deadline = earliest(deadline, earliest(transportFeedback.deadline, reports.deadline))
        deadline = earliest(deadline, bitrate?.deadline)
        return queue.isEmpty ? deadline : earliest(deadline, pacer.nextSend)
    }
}

// Control packets.
extension Peer where Channel: ~Copyable {
    /// How large a control packet may grow before what is left waits for the next one.
    private static var controlLimit: Int { 1000 }

    /// Puts the next control packet that is due into `outgoing`.
    private mutating func fillControl() -> Bool {
        control.removeAll(keepingCapacity: true)
        let start = appendReportHead()
        appendRequests()
        if control.count == start { appendTransportFeedback() }
        if control.count == start { appendBitrateEstimate() }
        if control.count > start { return sealControl() }
        control.removeAll(keepingCapacity: true)
        appendReports()
        return !control.isEmpty && sealControl()
    }

    /// Begins a compound packet as RFC 3550 §6.1 wants it, unless feedback may travel alone.
    private mutating func appendReportHead() -> Int {
        guard !allowsReducedSizeRTCP else { return 0 }
        RTCPPacket.receiverReport(ReceiverReport(sender: feedbackSSRC, blocks: [])).append(to: &control)
        appendDescription(of: [feedbackSSRC])
        return control.count
    }

    /// Moves the control packet into `outgoing`, encrypted.
    private mutating func sealControl() -> Bool {
        outgoing.replace(by: control)
        do { try channel.sealRTCP(&outgoing) } catch {
            counts.unsealedCount += 1
            return false
        }
        return true
    }

    /// Asks for lost packets and keyframes.
    private mutating func appendRequests() {
        for index in receivers.indices where control.count < Self.controlLimit / 2 {
            guard let ssrc = tracks[index]?.ssrc else { continue }
            let numbers = receivers[index].takeRequests(at: now)
            if !numbers.isEmpty {
                let nack = GenericNACK(sender: feedbackSSRC, media: ssrc, sequenceNumbers: numbers)
                RTCPPacket.nack(nack).append(to: &control)
            }
            if receivers[index].takeKeyframeRequest(at: now) {
                appendKeyframeRequest(for: ssrc, ofSlot: index)
            }
        }
    }

    /// Asks with a picture loss indication; with the other kind, if that is all there is or the first is not heeded.
    private mutating func appendKeyframeRequest(for ssrc: SSRC, ofSlot slot: Int) {
        let kinds = media[slots.section(of: slot)].keyframeRequests
        let usesOther = kinds.contains(.fullIntraRequest) && receivers[slot].isSenderStubborn
        if kinds.contains(.pictureLossIndication), !usesOther {
            let indication = PictureLossIndication(sender: feedbackSSRC, media: ssrc)
            RTCPPacket.pictureLossIndication(indication).append(to: &control)
        } else if kinds.contains(.fullIntraRequest) {
            fullIntraRequestCount &+= 1
            let entry = FullIntraRequest.Entry(media: ssrc, sequenceNumber: fullIntraRequestCount)
            RTCPPacket.fullIntraRequest(FullIntraRequest(sender: feedbackSSRC, entries: [entry])).append(to: &control)
        }
    }

    private mutating func appendTransportFeedback() {
        guard let due = transportFeedback.deadline, due <= now else { return }
        let feedback = transportFeedback.nextFeedback(at: now, sender: feedbackSSRC, media: lastMediaSSRC)
        if let feedback { RTCPPacket.transportFeedback(feedback).append(to: &control) }
    }

    /// Tells how much may be sent for all tracks together.
    private mutating func appendBitrateEstimate() {
        guard let due = bitrate?.deadline, due <= now else { return }
        var (streams, expected, lost): ([SSRC], Int64, Int64) = ([], 0, 0)
        for slot in receivers.indices where tracks[slot] != nil {
            streams.append(receivers[slot].id.ssrc)
            expected += receivers[slot].reception.expectedCount
            lost += receivers[slot].reception.lostCount
        }
        let (newlyExpected, newlyLost) = (expected - bitrateLoss.expected, lost - bitrateLoss.lost)
        bitrateLoss = (expected, lost)
        let lostShare = newlyExpected > 0 ? Double(newlyLost) / Double(newlyExpected) : 0
        guard let bits = bitrate?.takeDue(lostShare: lostShare, at: now) else { return }
        let estimate = ReceiverEstimatedBitrate(sender: feedbackSSRC, bitsPerSecond: UInt64(bits), streams: streams)
        RTCPPacket.receiverEstimatedBitrate(estimate).append(to: &control)
    }

    private mutating func appendReports() {
        switch role {
        case .server:
            guard reports.takeDue(at: now, interval: ReportSchedule.receiverInterval) else { return }
            appendReceiverReport()
        case .client:
            guard reports.takeDue(at: now, interval: ReportSchedule.senderInterval) else { return }
            for sender in senders {
                guard let report = sender.makeReport(ntp: ntp(at: now), at: now) else { continue }
                RTCPPacket.senderReport(report).append(to: &control)
            }
            guard !control.isEmpty else { return }
            appendDescription(of: senders.filter(\.hasSent).map(\.ssrc))
        }
    }

    private mutating func appendReceiverReport() {
        var blocks: [ReportBlock] = []
        for index in receivers.indices where tracks[index] != nil {
            receivers[index].appendReports(to: &blocks, at: now)
        }
        // Five bits count them (RFC 3550 §6.4.2).
        let report = ReceiverReport(sender: feedbackSSRC, blocks: Array(blocks.prefix(31)))
        RTCPPacket.receiverReport(report).append(to: &control)
        appendDescription(of: [feedbackSSRC])
    }

    private mutating func appendDescription(of ssrcs: [SSRC]) {
        let name = SourceDescription.Item.canonicalName(canonicalName)
        let chunks = ssrcs.prefix(31).map { SourceDescription.Chunk(source: $0, items: [name]) }
        RTCPPacket.sourceDescription(SourceDescription(chunks: chunks)).append(to: &control)
    }

    /// The time of day, as our sender reports tell it.
    func ntp(at moment: Instant) -> NTPTime {
        NTPTime(nanoseconds: wallClock.nanoseconds + start.duration(to: moment).wholeNanoseconds)
    }
}

// The end.
extension Peer where Channel: ~Copyable {
    /// Ends the connection: says goodbye to every track, then to the channel.
    ///
    /// What is queued still comes out of `nextOutput()`, and `.closed(.closed)` after it.
    public mutating func close(at now: Instant) {
        self.now = max(self.now, now)
        if case .closed = phase { return }
        if case .connected = phase { prepareFarewell() }
        channel.close()
        end(.closed)
    }

    private mutating func prepareFarewell() {
        control.removeAll(keepingCapacity: true)
        appendReceiverReport()
        let ssrcs = senders.filter(\.hasSent).map(\.ssrc)
        RTCPPacket.bye(ssrcs.isEmpty ? [feedbackSSRC] : ssrcs).append(to: &control)
        if sealControl() { farewell = outgoing }
    }

    /// Puts the last packets into `outgoing`, one by one.
    private mutating func takeFarewell() -> Bool {
        guard case .closed(.closed) = phase else { return false }
        if let packet = farewell.take() {
            outgoing = packet
            return true
        }
        guard let record = channel.nextRecord() else { return false }
        fillOutgoing(record)
        return true
    }

    mutating func end(_ reason: PeerEnd) {
        for index in receivers.indices where tracks[index] != nil {
            receivers[index].flush(at: now, into: &events)
        }
        phase = .closed(reason)
        queue.removeAll()
        events.append(.closed(reason))
    }
}
