import Bytes
import Codecs
import Jitter
import RTP
import Units

/// What repairs one stream's packets from others, and the storage that recovered ones are put together in.
struct Correction: Sendable {
    /// What ULPFEC is called inside RED.
    let payloadType: PayloadType
    private let ssrc: SSRC
    private let mutableExtensions: [UInt8]
    private(set) var receiver: ULPFECReceiver
    /// The packet that was recovered last.
    private(set) var recovered = PacketBuffer()

    init(_ payloadType: PayloadType, of ssrc: SSRC, _ extensions: MediaPlan.Extensions) {
        self.payloadType = payloadType
        self.ssrc = ssrc
        mutableExtensions = [extensions.transportSequence, extensions.absoluteSendTime].compactMap(\.self)
        receiver = ULPFECReceiver(ssrc: ssrc, mutableExtensions: mutableExtensions)
    }

    mutating func receivedMedia(_ header: RTPHeader, place: Int64, in datagram: Span<UInt8>) {
        receiver.receivedMedia(place: place, header: header, in: datagram)
    }

    mutating func receivedCorrection(_ payload: Span<UInt8>, place: Int64) {
        receiver.receivedFEC(place: place, payload: payload)
    }

    /// Puts the next recovered packet into `recovered`, and returns its place.
    mutating func recover() -> Int64? { receiver.nextRecovered(into: &recovered) }

    mutating func startOver() { receiver = ULPFECReceiver(ssrc: ssrc, mutableExtensions: mutableExtensions) }
}

// RED (RFC 2198): copies of sound, or media and ULPFEC under one payload type (RFC 5109 §14).
extension TrackReceiver {
    /// Takes a RED packet apart.
    mutating func takeRedundant(
        _ header: RTPHeader, _ plan: MediaPlan, place: Int64, _ isRepaired: Bool, in datagram: Span<UInt8>,
        at now: Instant, into events: inout Queue<PeerEvent>
    ) -> Outcome {
        let payload = datagram.extracting(header.payload)
        // Padding is sent under any payload type.
        if payload.isEmpty {
            let isTaken = admit(
                header, plan, place: place, note: PacketNote(), in: datagram, at: now, into: &events)
            return isTaken ? .taken : .late
        }
        guard let packet = try? REDPacket(parsing: payload) else { return .malformed }
        if packet.primary.payloadType == plan.correctionPayloadType {
            return takeCorrection(header, packet, plan, place: place, in: datagram, at: now, into: &events)
        }
        guard let format = plan.format(of: packet.primary.payloadType) else { return .malformed }
        if packet.blockCount > 1 {
            takeCopies(header, packet, plan, place: place, in: datagram, at: now, into: &events)
        }
        let original = header.unwrapping(packet.primary)
        var note = PacketNote(format: format, isRepaired: isRepaired)
        note.read(header, plan.extensions, in: datagram)
        let isTaken = admit(original, plan, place: place, note: note, in: datagram, at: now, into: &events)
        correct(with: original, plan, place: place, in: datagram, at: now, into: &events)
        return isTaken ? .taken : .late
    }

    /// Takes the copies of earlier packets that have not come, the oldest first.
    private mutating func takeCopies(
        _ header: RTPHeader, _ packet: REDPacket, _ plan: MediaPlan, place: Int64, in datagram: Span<UInt8>,
        at now: Instant, into events: inout Queue<PeerEvent>
    ) {
        // Before the stream's order is known every copy would look new.
        guard overture.isOver, kind == .audio else { return }
        let payload = datagram.extracting(header.payload)
        var blocks = packet.blocks
        while let block = blocks.next(in: payload), !block.isPrimary {
            let copied = place - Int64(block.distance)
            guard !block.payload.isEmpty, reorder.lacks(copied), let format = plan.format(of: block.payloadType) else {
                continue
            }
            let note = PacketNote(format: format, isRepaired: true)
            let original = header.unwrapping(block)
            if usesNACK { nack.received(place: copied, at: now) }
            if admit(original, plan, place: copied, note: note, in: datagram, at: now, into: &events) {
                counts.recoveredCount += 1
            }
        }
    }

    /// Takes an FEC packet: its place in the order is filled by nothing.
    private mutating func takeCorrection(
        _ header: RTPHeader, _ packet: REDPacket, _ plan: MediaPlan, place: Int64, in datagram: Span<UInt8>,
        at now: Instant, into events: inout Queue<PeerEvent>
    ) -> Outcome {
        var empty = header.unwrapping(packet.primary)
        let payload = empty.payload
        (empty.payload, empty.marker) = (payload.upperBound..<payload.upperBound, false)
        let note = PacketNote(format: 0)
        let isTaken = admit(empty, plan, place: place, note: note, in: datagram, at: now, into: &events)
        correction?.receivedCorrection(datagram.extracting(payload), place: place)
        takeRecovered(plan, at: now, into: &events)
        return isTaken ? .taken : .late
    }

    /// Lets a packet help to recover others.
    mutating func correct(
        with header: RTPHeader, _ plan: MediaPlan, place: Int64, in datagram: Span<UInt8>, at now: Instant,
        into events: inout Queue<PeerEvent>
    ) {
        guard correction != nil else { return }
        correction?.receivedMedia(header, place: place, in: datagram)
        takeRecovered(plan, at: now, into: &events)
    }

    /// Lets recovered packets enter like repaired ones.
    private mutating func takeRecovered(
        _ plan: MediaPlan, at now: Instant, into events: inout Queue<PeerEvent>
    ) {
        while let place = correction?.recover() {
            // A copy, since taking it in changes what holds it: seldom enough.
            guard let packet = correction?.recovered, let header = try? RTPHeader(parsing: packet.span) else {
                continue
            }
            guard let format = plan.format(of: header.payloadType) else { continue }
            var note = PacketNote(format: format, isRepaired: true)
            note.read(header, plan.extensions, in: packet.span)
            if usesNACK { nack.received(place: place, at: now) }
            if admit(header, plan, place: place, note: note, in: packet.span, at: now, into: &events) {
                counts.recoveredCount += 1
            }
        }
    }
}
