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
        leaveHopelessGaps(at: now, into: &events)
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
        if waits || lacksKeyframe(at: place) { glance(at: payload, &note, place: place, ticks: ticks, at: now) }
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
        passKeyframes(ticks: ticks, marker: marker, isTorn: lostBefore > 0 && !note.beginsFrame)
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
            if kind == .video { judge(frame, at: now) }
            events.append(.frame(id, frame))
        }
        if kind == .video, frames.needsKeyframe, comingKeyframes.isEmpty { keyframes.want(at: now) }
    }

    /// Sees whether a picture that came into line ends the wish for a keyframe, or raises it.
    private mutating func judge(_ frame: Frame, at now: Instant) {
        // What was lost before a clean picture was of no consequence; but something further on may still be missing.
        if !frame.isBroken, !frames.needsKeyframe, precaution == nil { keyframes.withdrawPrecaution() }
        if frame.isKeyframe {
            // Whatever another was asked for lies behind it.
            if precaution == nil { keyframes.satisfied() }
        } else if comingKeyframes.isEmpty {
            keyframes.received(isBroken: frame.isBroken, at: now)
        }
    }

    private mutating func noteLoss(
        of count: Int, before place: Int64, arrival: Instant, at now: Instant, into events: inout Queue<PeerEvent>
    ) {
        nack.forget(before: place)
        events.append(.packetsLost(id, count: count, at: arrival))
        // Unless what follows turns out to be clean.
        if kind == .video, comingKeyframes.isEmpty { keyframes.wantAsPrecaution(at: now) }
    }
}

// Looking at what waits behind a gap, and at keyframes that are on their way.
extension TrackReceiver {
    /// A keyframe of which something has come.
    struct ComingKeyframe: Sendable {
        var ticks: Int64
        /// The last packet that is known to belong to an earlier picture.
        var previous: Int64
    }

    /// How many keyframes may be on their way at once: as many as are asked for in the longest patience.
    static let comingKeyframeLimit = 4

    /// Whether a keyframe is wanted that a packet of `place` may belong to.
    private func lacksKeyframe(at place: Int64) -> Bool {
        kind == .video && keyframes.isWanted && reorder.lacks(place)
    }

    private mutating func glance(
        at payload: Span<UInt8>, _ note: inout PacketNote, place: Int64, ticks: Int64, at now: Instant
    ) {
        let glance = PacketGlance(payload, of: frames.codec(of: note.format))
        note.beginsFrame = glance.beginsFrame
        guard glance.isKeyframe, !isComing(ticks) else { return }
        if comingKeyframes.count == Self.comingKeyframeLimit { comingKeyframes.removeFirst() }
        comingKeyframes.append(ComingKeyframe(ticks: ticks, previous: reorder.lastPresent(before: place)))
        // One that was sent before the packet for whose sake it is wanted is of no use.
        if place > precaution ?? .min { keyframes.comes(at: now, roundTrip: repairTimer.roundTrip) }
    }

    /// Whether a keyframe with this timestamp is on its way.
    private func isComing(_ ticks: Int64) -> Bool { comingKeyframes.contains { $0.ticks == ticks } }

    /// Forgets the keyframes that have come into line, and one that a gap has torn.
    private mutating func passKeyframes(ticks: Int64, marker: Bool, isTorn: Bool) {
        guard !comingKeyframes.isEmpty else { return }
        comingKeyframes.removeAll { $0.ticks < ticks || $0.ticks == ticks && (marker || isTorn) }
    }

    private mutating func lookBehindGap(
        place: Int64, ticks: Int64, marker: Bool, _ payload: Span<UInt8>, at now: Instant
    ) {
        if correction != nil { skipCorrection(upTo: place, payload) }
        // Only its last packet to come makes a frame whole: the one with the marker, unless that was early.
        guard marker || sequence.highest != place, isComing(ticks) else { return }
        guard let frame = reorder.keptFrame(around: place), frame.isWhole else { return }
        waitingKeyframe = min(frame.first, waitingKeyframe ?? frame.first)
        // It does not help what is missing behind it.
        if let missing = precaution, missing > frame.first { return }
        precaution = nil
        keyframes.satisfied()
    }

    /// Gives up what is missing in front of a whole keyframe, one gap after the other, once it is known not to come.
    ///
    /// Until then there is no hurry: the keyframe is not lost by waiting, but every picture before it would be. And what
    /// is missing behind a hopeless gap may be of an earlier keyframe, and still come.
    mutating func leaveHopelessGaps(at now: Instant, into events: inout Queue<PeerEvent>) {
        var left = Int64.min
        while let waiting = waitingKeyframe, let oldest = nack.oldest(), oldest.place < waiting, oldest.place > left,
            nack.isOldestHopeless(at: now)
        {
            left = oldest.place
            reorder.abandon(before: left + 1)
            release(at: now, into: &events)
        }
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
