import Bytes
import Channel
import Codecs
import DTLS
import EventLoop
import RTP
import STUN
import Units
import WebRTC

/// One thread's share of the peers: reads their datagrams, drives their machines, sends what they say.
///
/// A peer stays on its loop for life; its port number is in the answer it got. Nothing here waits.
actor MediaLoop: DatagramReceiver {
    /// How long frames gather before they are handed over: fewer wake-ups for a delay nobody sees.
    private static let handOverPeriod = Duration.milliseconds(40)
    /// How long datagrams gather before they are read while every peer is content: a recording is in no hurry, and waking
    /// up costs more than a packet.
    ///
    /// Nothing is judged by when it was read, since every datagram carries the kernel's time stamp.
    private static let calmGathering = Duration.milliseconds(20)
    /// The same while some peer shakes hands, or waits for what it asked for.
    private static let hurriedGathering = Duration.milliseconds(5)
    /// How often captures are told that a user is heard, whatever it is that comes.
    private static let hearingPeriod = Duration.milliseconds(200)
    /// How many remote addresses lead to one peer; the oldest makes room.
    private static let addressLimit = 16

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let port: UDPPort
    /// The UDP port's number, for session descriptions.
    nonisolated let number: UInt16

    private var slots: [PeerID: PeerSlot] = [:]
    private var byAddress: [TransportAddress: PeerSlot] = [:]
    private var byUserName: [String: PeerSlot] = [:]
    private var touched: [PeerSlot] = []
    /// How many peers have their answers waited for.
    private var hurriedCount = 0
    /// The earliest moment at which some peer wants to act.
    private var nextDeadline: Instant?

    private var outboxes: [Outbox] = []
    private var handOverAt: Instant?
    private var strangerCount = 0
    /// What peers that are gone had counted, and the most that was told so far.
    private var departed = PacketTotals()
    private var told = PacketTotals()
    private let notices: AsyncStream<PeerNotice>.Continuation

    /// Frames on their way to one worker.
    private struct Outbox {
        let worker: CaptureWorker
        var inputs: [CaptureInput] = []
    }

    /// Opens the port and starts the thread.
    init(port number: UInt16, notices: AsyncStream<PeerNotice>.Continuation) throws {
        loop = try EventLoop(name: "media-\(number)")
        port = try UDPPort(anyAddress: number)
        self.number = number
        self.notices = notices
    }

    /// Begins to read; to be called once.
    func begin() throws { try join(loop) }

    /// Has something done on the loop's thread, behind all that was asked for before, and does not wait for it.
    nonisolated func order(_ body: @escaping @Sendable (isolated MediaLoop) -> Void) {
        loop.post { self.assumeIsolated { body($0) } }
    }

    /// How many peers live here.
    var peerCount: Int { slots.count }

    /// What the operator should know about how the port was opened.
    var notes: [String] { port.notes }

    /// What the port and its thread have done so far.
    var counters: (port: UDPPort.Counters, loop: EventLoop.Counters, strangers: Int) {
        (port.counters, loop.counters, strangerCount)
    }

    /// What became of the packets of all its peers, those that are gone included; never less than before.
    var packetTotals: PacketTotals {
        var totals = departed
        for slot in slots.values { totals.add(slot.peer.statistics) }
        told.raise(to: totals)
        return told
    }

    // MARK: - Peers

    /// Takes a peer in; its first datagram is recognised by `userName`, the ICE fragment we gave it.
    func add(_ id: PeerID, userName: String, make: @Sendable (Instant) throws -> sending PeerSlot) throws {
        let slot = try make(SystemClock.now())
        slots[id] = slot
        byUserName[userName] = slot
        touch(slot)
    }

    /// Says goodbye to a peer, once it has been given what has come of it.
    ///
    /// Its notice `closed` follows.
    func close(_ id: PeerID) {
        guard let slot = slots[id] else { return }
        let now = SystemClock.now()
        readGathered(at: now)
        slot.peer.close(at: now)
        touch(slot)
    }

    /// Sends a peer's frames to one more recording from now on, and asks for a picture to begin with.
    func addRoute(_ route: CaptureRoute, to id: PeerID) {
        guard let slot = slots[id] else { return }
        slot.routes.append(route)
        slot.requestKeyframes(at: SystemClock.now())
        touch(slot)
    }

    /// Stops sending frames to a capture, once those that have come or were on their way have been handed over.
    func removeRoute(_ capture: CaptureID, from id: PeerID) {
        let now = SystemClock.now()
        readGathered(at: now)
        if let slot = slots[id], slot.isTouched { drain(slot, at: now) }
        tellStatistics(to: CaptureSource(capture: capture, peer: id))
        slots[id]?.routes.removeAll { $0.capture == capture }
        handOver()
    }

    /// Hands over everything that waits, so that what the caller does next comes after it.
    func handOver() {
        for index in outboxes.indices where !outboxes[index].inputs.isEmpty {
            var batch: [CaptureInput] = []
            batch.reserveCapacity(outboxes[index].inputs.count)
            swap(&batch, &outboxes[index].inputs)
            let worker = outboxes[index].worker
            worker.put(batch)
        }
        handOverAt = nil
    }

    /// Asks a peer for a keyframe of a section: of one of its encodings, or of all.
    func requestKeyframe(of id: PeerID, mediaIndex: Int, encoding: Int?) {
        guard let slot = slots[id] else { return }
        slot.peer.requestKeyframe(mediaIndex: mediaIndex, encoding: encoding, at: SystemClock.now())
        touch(slot)
    }

    /// Hands over what a peer has counted, behind the frames that wait.
    func tellStatistics(to source: CaptureSource) {
        guard let slot = slots[source.peer], let route = slot.routes.first(where: { $0.capture == source.capture })
        else { return }
        let now = SystemClock.now()
        put(.statistics(source, slot.peer.statistics.tracks, at: now), for: route.worker, at: now)
    }

    /// Begins an ICE restart: the peer may come back from anywhere with the new credentials.
    func restartICE(
        of id: PeerID, local: ICECredentials, remote: ICECredentials
    ) {
        guard let slot = slots[id] else { return }
        byUserName[local.fragment] = slot
        slot.userNames.append(local.fragment)
        // The peer knows the credentials before these still; older ones lead nowhere.
        if slot.userNames.count > 2 { byUserName[slot.userNames.removeFirst()] = nil }
        slot.peer.restartICE(local: local, remote: remote, at: SystemClock.now())
        touch(slot)
    }

    /// What was heard last of each peer, also of what waits to be read.
    func hearings() -> [PeerID: ConnectionWatch.Hearing] {
        readGathered(at: SystemClock.now())
        return slots.mapValues { slot in
            ConnectionWatch.Hearing(anything: slot.peer.lastHeard, media: slot.peer.lastMediaHeard)
        }
    }

    /// What a peer has seen; nothing if it is gone.
    func statistics(of id: PeerID) -> PeerStatistics? { slots[id]?.peer.statistics }

    // MARK: - The loop's calls

    var gathering: Duration { hurriedCount > 0 ? Self.hurriedGathering : Self.calmGathering }

    func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        guard let slot = byAddress[remote] ?? adopt(remote, by: packet) else {
            strangerCount += 1
            return
        }
        slot.peer.receive(&packet, from: remote, on: local, at: now)
        touch(slot)
    }

    func advance(to now: Instant) -> Instant? {
        if let deadline = nextDeadline, deadline <= now { touchOverdue(at: now) }
        // Draining one peer never touches another, so the list does not grow meanwhile.
        for slot in touched { drain(slot, at: now) }
        touched.removeAll(keepingCapacity: true)
        if let due = handOverAt, due <= now { handOver() }
        return [nextDeadline, handOverAt].compactMap(\.self).min()
    }

    /// Finds the peer that a stranger's connectivity check is meant for, by our half of its user name.
    ///
    /// The peer itself checks the password; a wrong guess costs one lookup.
    private func adopt(_ remote: TransportAddress, by packet: borrowing PacketBuffer) -> PeerSlot? {
        guard PacketKind(packet.span) == .stun, let message = try? STUNMessage(parsing: packet.span),
            let fragment = message.recipientFragment, let slot = byUserName[String(fragment)]
        else { return nil }
        // A peer has a handful of addresses; one that claims more is attacking the table.
        if slot.addresses.count >= Self.addressLimit { byAddress[slot.addresses.removeFirst()] = nil }
        slot.addresses.append(remote)
        byAddress[remote] = slot
        return slot
    }

    private func touch(_ slot: PeerSlot) {
        guard !slot.isTouched else { return }
        slot.isTouched = true
        touched.append(slot)
    }

    private func touchOverdue(at now: Instant) {
        nextDeadline = nil
        for slot in slots.values {
            guard let deadline = slot.deadline else { continue }
            if deadline <= now {
                slot.peer.advance(to: now)
                touch(slot)
            } else {
                nextDeadline = min(nextDeadline ?? deadline, deadline)
            }
        }
    }

    private func drain(_ slot: PeerSlot, at now: Instant) {
        slot.isTouched = false
        var isLate = false
        while true {
            switch slot.peer.nextOutput() {
            case .datagram(let path): port.send(slot.peer.outgoing.span, to: path.remote, from: path.local.ip)
            case .event(let event): handle(event, of: slot, at: now)
            case .wait(let deadline):
                // It has only been told of the moments at which its datagrams came.
                if let deadline, deadline <= now, !isLate {
                    isLate = true
                    slot.peer.advance(to: now)
                    continue
                }
                slot.deadline = deadline
                tellHeard(of: slot, at: now)
                note(slot, isHurried: slot.peer.isInHurry)
                if let deadline { nextDeadline = min(nextDeadline ?? deadline, deadline) }
                return
            }
        }
    }

    /// Lets captures know that a user is heard who sends no frames.
    private func tellHeard(of slot: PeerSlot, at now: Instant) {
        let heard = slot.peer.lastHeard
        guard slot.toldHeard.duration(to: heard) >= Self.hearingPeriod else { return }
        slot.toldHeard = heard
        for route in slot.routes { put(.heard(slot.source(of: route), at: heard), for: route.worker, at: now) }
    }

    private func note(_ slot: PeerSlot, isHurried: Bool) {
        guard slot.isHurried != isHurried else { return }
        slot.isHurried = isHurried
        hurriedCount += isHurried ? 1 : -1
    }

    private func handle(_ event: PeerEvent, of slot: PeerSlot, at now: Instant) {
        switch event {
        case .frame(let track, let frame):
            guard !slot.routes.isEmpty else {
                slot.peer.recycle(frame.bytes, of: track)
                return
            }
            for route in slot.routes { put(.frame(slot.source(of: route), track, frame), for: route.worker, at: now) }
        case .senderReport(let track, let wall, let ticks, let arrival):
            for route in slot.routes {
                put(
                    .report(slot.source(of: route), track, wall: wall, ticks: ticks, arrival: arrival),
                    for: route.worker,
                    at: now)
            }
        case .packetsLost(let track, let count, let moment):
            for route in slot.routes {
                put(.lost(slot.source(of: route), track, count: count, at: moment), for: route.worker, at: now)
            }
        case .connected(let profile): notices.yield(PeerNotice(peer: slot.id, kind: .connected(profile)))
        case .closed(let end): remove(slot, end)
        case .trackEnded, .addressChanged, .keyframeRequested: break
        }
    }

    private func put(_ input: CaptureInput, for worker: CaptureWorker, at now: Instant) {
        if let index = outboxes.firstIndex(where: { $0.worker === worker }) {
            outboxes[index].inputs.append(input)
        } else {
            outboxes.append(Outbox(worker: worker, inputs: [input]))
        }
        if handOverAt == nil { handOverAt = now + Self.handOverPeriod }
    }

    private func remove(_ slot: PeerSlot, _ end: PeerEnd) {
        for route in slot.routes { tellStatistics(to: slot.source(of: route)) }
        handOver()
        departed.add(slot.peer.statistics)
        slots[slot.id] = nil
        for address in slot.addresses { byAddress[address] = nil }
        for name in slot.userNames { byUserName[name] = nil }
        slot.deadline = nil
        note(slot, isHurried: false)
        notices.yield(PeerNotice(peer: slot.id, kind: .closed(end)))
    }
}
