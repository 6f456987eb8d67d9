import Bytes
import Codecs
import Jitter
import RTP
import Units

// Putting packets in order.
extension TrackReceiver {
    /// Takes a packet of media to its place in the order; false if that is taken or past.
    mutating func admit(
        _ header: RTPHeader, _ plan: MediaPlan, place: Int64, note: PacketNote, in datagram: Span<UInt8>,
        at now: Instant, into events: inout Queue<PeerEvent>
    ) -> Bool {
        let payload = datagram.extracting(header.payload)
        let descriptor = datagram.extracting(header.descriptor(plan.extensions.dependencies, in: datagram))
        guard overture.isOver else {
            overture.hold(header, place: place, note: note, descriptor: descriptor, payload: payload, at: now)
            endOverture(at: now, into: &events)
            return true
        }
        let isNew = insert(
            header, place: place, note: note, descriptor, payload, arrival: now, at: now, into: &events)
        guard isNew else { return false }
        release(at: now, into: &events)
        return true
    }

    mutating func endOverture(at now: Instant, into events: inout Queue<PeerEvent>) {
        for item in overture.take(at: now) {
            _ = insert(
                item.header, place: item.place, note: item.note, item.descriptor.span, item.payload.span,
                arrival: item.arrival, at: now, into: &events)
            release(at: now, into: &events)
        }
    }

    /// Puts a packet into its place in the order; false if that is taken or past.
    private mutating func insert(
        _ header: RTPHeader, place: Int64, note: PacketNote, _ descriptor: Span<UInt8>, _ payload: Span<UInt8>,
        arrival: Instant, at now: Instant, into events: inout Queue<PeerEvent>
    ) -> Bool {
        let ticks = timestamps.unwrap(header.timestamp)
        var note = note
        let waits = kind == .video && reorder.expected.map { $0 < place } ?? false
        if waits { glance(at: payload, &note, ticks: ticks) }
        let insertion = reorder.insert(
            place: place, ticks: ticks, marker: header.marker, note: note, descriptor: descriptor, payload: payload,
            arrival: arrival)
        switch insertion {
        case .next(let lostBefore):
            deliver(
                payload, descriptor, place: place, marker: header.marker, ticks: ticks, note: note,
                lostBefore: lostBefore, arrival: arrival, at: now, into: &events)
        case .kept: if waits { lookBehindGap(place: place, ticks: ticks, marker: header.marker, payload, at: now) }
        case .late, .duplicate: return false
        }
        counts.packetCount += 1
        counts.byteCount += payload.count
        return true
    }

    /// Hands on everything that is in line, and passes over gaps that were waited for long enough.
    mutating func release(at now: Instant, into events: inout Queue<PeerEvent>) {
        // Lent out while the depacketiser reads it, so that nothing is copied.
        var packet = OrderedPacket()
        swap(&packet, &lent)
        while reorder.next(into: &packet, at: now) {
            deliver(
                packet.payload.span, packet.descriptor.span, place: packet.place, marker: packet.marker,
                ticks: packet.ticks, note: packet.note, lostBefore: packet.lostBefore, arrival: packet.arrival,
                at: now, into: &events)
        }
        swap(&packet, &lent)
    }

    private mutating func deliver(
        _ payload: Span<UInt8>, _ descriptor: Span<UInt8>, place: Int64, marker: Bool, ticks: Int64,
        note: PacketNote, lostBefore: Int, arrival: Instant, at now: Instant, into events: inout Queue<PeerEvent>
    ) {
        if lostBefore > 0 { noteLoss(of: lostBefore, before: place, arrival: arrival, at: now, into: &events) }
        if let repaired = precaution, place >= repaired { noteRepaired(upTo: place, lostBefore: lostBefore) }
        if let waiting = waitingKeyframe, place >= waiting { waitingKeyframe = nil }
        if correction != nil, !payload.isEmpty {
            lastInLine = (marker, PacketGlance(payload, of: frames.codec(of: note.format)))
        }
        frames.push(
            payload: payload, descriptor: descriptor, marker: marker, ticks: ticks, note: note,
            lostBefore: lostBefore + restartLoss, arrival: arrival)
        restartLoss = 0
        takeFrames(at: now, into: &events)
    }

    private mutating func takeFrames(at now: Instant, into events: inout Queue<PeerEvent>) {
        while let frame = frames.nextFrame() {
            // Ticks of another clock cannot be compared with those before: it is another track.
            if frame.codec.clockRate != clockRate { events.append(.trackEnded(id)) }
            follow(frame.codec)
            counts.frameCount += 1
            if frame.isKeyframe { counts.keyframeCount += 1 }
            if frame.isRepaired { counts.repairedFrameCount += 1 }
            if frame.isBroken { counts.brokenFrameCount += 1 }
            if kind == .video {
                // What was lost before a clean frame was of no consequence.
                if !frame.isBroken, !frames.needsKeyframe { keyframes.withdrawPrecaution() }
                keyframes.received(isKeyframe: frame.isKeyframe, isBroken: frame.isBroken, at: now)
            }
            events.append(.frame(id, frame))
        }
        if kind == .video, frames.needsKeyframe { keyframes.want(at: now) }
    }

    private mutating func noteLoss(
        of count: Int, before place: Int64, arrival: Instant, at now: Instant, into events: inout Queue<PeerEvent>
    ) {
        nack.forget(before: place)
        events.append(.packetsLost(id, count: count, at: arrival))
        // Unless what follows turns out to be clean.
        if kind == .video { keyframes.wantAsPrecaution(at: now) }
    }
}

// Looking at what waits behind a gap.
extension TrackReceiver {
    /// How many keyframes may be on their way at once: as many as are asked for in the longest patience.
    static let comingKeyframeLimit = 4

    private mutating func glance(at payload: Span<UInt8>, _ note: inout PacketNote, ticks: Int64) {
        let glance = PacketGlance(payload, of: frames.codec(of: note.format))
        note.beginsFrame = glance.beginsFrame
        guard glance.isKeyframe, !comingKeyframes.contains(ticks) else { return }
        if comingKeyframes.count == Self.comingKeyframeLimit { comingKeyframes.removeFirst() }
        comingKeyframes.append(ticks)
    }

    private mutating func lookBehindGap(
        place: Int64, ticks: Int64, marker: Bool, _ payload: Span<UInt8>, at now: Instant
    ) {
        if correction != nil { skipCorrection(upTo: place, payload) }
        // Only its last packet to come makes a frame whole: the one with the marker, unless that was early.
        guard marker || sequence.highest != place, comingKeyframes.contains(ticks) else { return }
        guard let frame = reorder.keptFrame(around: place), frame.isWhole else { return }
        waitingKeyframe = min(frame.first, waitingKeyframe ?? frame.first)
        keyframes.satisfied()
        leaveHopelessGap(at: now)
    }

    /// Gives up what is missing in front of a whole keyframe, once it is known not to come.
    ///
    /// Until then there is no hurry: the keyframe is not lost by waiting, but every picture before it would be.
    mutating func leaveHopelessGap(at now: Instant) {
        guard let waiting = waitingKeyframe else { return }
        guard let oldest = nack.oldest(), oldest.place < waiting else { return }
        guard nack.isOldestHopeless(at: now) else { return }
        reorder.abandon(before: waiting)
        waitingKeyframe = nil
    }

    /// Skips a gap between two pictures that are numbered one after the other: only ULPFEC was lost in it, which
    /// nobody sends again.
    private mutating func skipCorrection(upTo place: Int64, _ payload: Span<UInt8>) {
        guard let last = lastInLine, last.marker, reorder.firstKept == place else { return }
        let next = PacketGlance(payload, of: frames.codec)
        guard next.beginsFrame, last.glance.isFollowed(by: next) else { return }
        reorder.skip(to: place)
        nack.forget(before: place)
    }
}

extension RTPHeader {
    /// Where the dependency descriptor lies; an empty range if there is none.
    fileprivate func descriptor(_ id: UInt8?, in datagram: Span<UInt8>) -> Range<Int> {
        let none = payload.lowerBound..<payload.lowerBound
        guard let id, !extensionBlock.isEmpty else { return none }
        return extensionElement(id: id, in: datagram) ?? none
    }
}

extension PacketNote {
    /// Reads what the packet's header extensions say of its frame.
    mutating func read(_ header: RTPHeader, _ extensions: MediaPlan.Extensions, in datagram: Span<UInt8>) {
        guard !header.extensionBlock.isEmpty else { return }
        if let id = extensions.orientation, let range = header.extensionElement(id: id, in: datagram) {
            if range.count == 1 { orientation = datagram[range.lowerBound] }
        }
        if let id = extensions.captureTime, let range = header.extensionElement(id: id, in: datagram) {
            guard range.count >= 8 else { return }
            var value: UInt64 = 0
            for index in range.lowerBound..<range.lowerBound + 8 { value = value << 8 | UInt64(datagram[index]) }
            captureTime = NTPTime(value)
        }
    }
}
