public import Bytes
import Codecs
import DTLS
public import EventLoop
import Link
public import Units
import WebRTC

/// One native client that sends one user's media to a server.
///
/// An actor on an event loop with a port of its own, so that a server tells many of them apart.
public actor Publisher: DatagramReceiver {
    /// A frame that cannot be sent yet is tried again this much later.
    private static let idlePoll = Duration.milliseconds(5)
    private static let connectTimeout = Duration.seconds(15)
    /// How long after its end a source may still give what it held back.
    private static let lateness = Duration.seconds(1)
    /// A server says something ten times a second; one that is silent for so long is gone.
    private static let silence = Duration.seconds(3)
    /// How long to wait before the connection is tried again, doubling from the first to the last.
    private static let pauses = Duration.milliseconds(500)...Duration.seconds(15)

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    public let port: UDPPort
    public private(set) var report = PublishReport()

    let source: any MediaSource
    let signaller: any Signaller
    let certificate: Certificate
    let conditions: LinkConditions?
    let seed: UInt64
    var peer: Peer<DTLSChannel>?
    /// The bad networks that were put before the server, one each time that we joined.
    var relays: [LinkRelay] = []
    var linkLoop: EventLoop?
    var joinCount = 0
    /// The section of each of the source's tracks.
    var sections: [MediaKind: Int] = [:]
    let hasCopies: Bool
    /// Whether a connection that is lost is made anew, again and again.
    private let isPersistent: Bool
    private let script: PublishScript
    private var gate: FrameGate
    /// How many streams of each kind were given up for another.
    private var renewals: [MediaKind: Int] = [:]
    private var isConnected = false
    /// When media first flowed.
    private var started: Instant?
    private var deadline: Instant?
    private var end: PublishEnd?
    private var isStopped = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// A publisher that has not said anything yet; `conditions` put a bad network before it.
    init(
        source: any MediaSource, signaller: any Signaller, certificate: Certificate, conditions: LinkConditions?,
        script: PublishScript = PublishScript(), hasCopies: Bool = false, isPersistent: Bool = false, seed: UInt64,
        on loop: EventLoop
    ) throws {
        self.loop = loop
        self.source = source
        self.signaller = signaller
        self.certificate = certificate
        self.conditions = conditions
        self.script = script
        self.hasCopies = hasCopies
        self.isPersistent = isPersistent
        self.seed = seed
        gate = FrameGate(script, encodingCount: source.tracks.map(\.encodingCount).max() ?? 1)
        port = try UDPPort(anyAddress: 0, batchCount: 16, bufferByteCount: 256 << 10)
    }

    /// Joins, and returns when media flows.
    public func connect() async throws {
        try join(loop)
        do { try await enter() } catch {
            leave(loop)
            throw error
        }
    }

    private func enter() async throws {
        do {
            try await negotiate()
            try await waitForMedia()
        } catch {
            // The server may have let us in, and would wait for us.
            await signaller.leave()
            throw error
        }
    }

    private func waitForMedia() async throws {
        let limit = SystemClock.now() + Self.connectTimeout
        while !isConnected {
            if case .failed(let reason) = end { throw PublishError(reason) }
            guard SystemClock.now() < limit else {
                throw PublishError("no connection after 15 s: are the server's UDP ports reachable?")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Sends until `duration` has passed, the source is over, or the connection ends.
    public func send(for duration: Duration?) async throws {
        deadline = duration.flatMap { length in started.map { $0 + length } }
        if let duration { source.end(at: duration) }
        while true {
            loop.wake()
            await withCheckedContinuation { continuation in
                if end == nil { waiting.append(continuation) } else { continuation.resume() }
            }
            switch end {
            case .away(let back): try await spendAway(until: back)
            case .failed where isPersistent && started != nil: try await comeBack()
            case .done, .failed, nil: return try await finish()
            }
        }
    }

    /// Joins again after the connection was lost, however often that takes; the source goes on meanwhile.
    private func comeBack() async throws {
        var pause = Self.pauses.lowerBound
        while !isStopped, !isOver {
            await disconnect()
            let next = SystemClock.now() + pause
            while SystemClock.now() < next, !isStopped, !isOver { try await Task.sleep(for: Self.idlePoll) }
            guard !isStopped, !isOver else { break }
            end = nil
            if (try? await enter()) != nil {
                report.reconnectCount += 1
                gate.interrupt()
                return
            }
            pause = min(pause * 2, Self.pauses.upperBound)
        }
        end = .done
    }

    private var isOver: Bool { deadline.map { $0 <= SystemClock.now() } ?? false }

    /// Ends the sending early, in order.
    func stop() {
        isStopped = true
        guard end == nil else { return }
        if let started {
            let now = SystemClock.now()
            deadline = now
            source.end(at: started.duration(to: now))
        } else {
            conclude(.done)
        }
        loop.wake()
    }

    /// Leaves, and joins again under the same name when it is time; the source goes on meanwhile.
    private func spendAway(until back: Duration) async throws {
        guard let started else { preconditionFailure("who leaves has been there") }
        await disconnect()
        let moment = started + back
        let isOver = deadline.map { $0 <= moment } ?? false
        while SystemClock.now() < (isOver ? deadline ?? moment : moment), !isStopped {
            try await Task.sleep(for: Self.idlePoll)
        }
        guard !isOver, !isStopped else {
            end = .done
            return
        }
        do { try await enter() } catch {
            source.stop()
            leave(loop)
            throw error
        }
        gate.interrupt()
        end = isStopped ? .done : nil
    }

    private func finish() async throws {
        source.stop()
        // What was sent last may have to be sent again.
        try await Task.sleep(for: .milliseconds(conditions == nil ? 0 : 400))
        await disconnect()
        leave(loop)
        report.duration = started.map { $0.duration(to: SystemClock.now()) } ?? .zero
        for relay in relays {
            let counts = await relay.counts
            report.link = ((report.link?.sent ?? 0) + counts.sent, (report.link?.lost ?? 0) + counts.lost)
        }
        if case .failed(let reason) = end { throw PublishError(reason) }
    }

    /// Says goodbye, if anybody is there to hear it.
    private func disconnect() async {
        guard peer != nil else { return }
        collect()
        await signaller.leave()
        peer?.close(at: SystemClock.now())
        loop.wake()
        // The goodbye leaves on the loop's next round.
        try? await Task.sleep(for: .milliseconds(20))
        peer = nil
        isConnected = false
    }

    // MARK: - The loop's calls

    public func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        peer?.receive(&packet, from: remote, on: home(for: remote), at: now)
    }

    public func advance(to now: Instant) -> Instant? {
        peer?.advance(to: now)
        noticeSilence(at: now)
        let next = sendDue(at: now)
        let wanted = drain(at: now)
        return [next, wanted].compactMap(\.self).min()
    }

    /// A server that was killed says nothing, not even goodbye.
    private func noticeSilence(at now: Instant) {
        guard isPersistent, isConnected, end == nil, let heard = peer?.lastHeard else { return }
        if heard.duration(to: now) > Self.silence { conclude(.failed("nothing was heard for 3 s")) }
    }

    /// Sends every frame that is due, and says when the next one is.
    private func sendDue(at now: Instant) -> Instant? {
        guard let started else { return nil }
        let elapsed = started.duration(to: now)
        switch end {
        case .done: return nil
        case .failed where !isPersistent: return nil
        // Time does not stand still for who is away.
        case .away, .failed: while source.take(dueBy: elapsed) != nil {}
        case nil:
            if let deadline, now >= deadline + Self.lateness {
                conclude(.done)
                return nil
            }
            if let back = script.absence(at: elapsed) {
                conclude(.away(until: back))
            } else {
                while let next = source.take(dueBy: elapsed) { send(next, started: started, at: now) }
                if source.isEnded {
                    conclude(source.failure.map { .failed($0) } ?? .done)
                    return nil
                }
            }
        }
        return source.nextDue.map { started + $0 } ?? now + Self.idlePoll
    }

    private func send(_ next: SourceFrame, started: Instant, at now: Instant) {
        let kind = next.frame.codec.kind
        guard let section = sections[kind] else { return }
        renewStream(of: kind, section: section, at: next.due)
        switch gate.judge(next) {
        case .drop: return
        case .dropForKeyframe:
            source.requestKeyframe()
            return
        case .send: break
        }
        var frame = next.frame
        // The moment that its ticks stand for: a picture out of order is sent later than it was captured.
        let captured = MediaTime(ticks: frame.ticks, rate: frame.codec.clockRate).rescaled(to: Self.nanoseconds)
        frame.arrival = started + .nanoseconds(captured.ticks)
        guard peer?.send(frame, on: section, encoding: next.encoding, at: now) == true else {
            report.refusedFrameCount += 1
            return
        }
        switch kind {
        case .video: report.videoFrameCount += 1
        case .audio: report.audioFrameCount += 1
        }
    }

    private static let nanoseconds = ClockRate(1_000_000_000)

    /// Begins a new stream when the script says so; of pictures, with a keyframe.
    private func renewStream(of kind: MediaKind, section: Int, at due: Duration) {
        let count = script.renewalCount(kind, at: due)
        guard count != renewals[kind, default: 0] else { return }
        renewals[kind] = count
        peer?.renewStream(mediaIndex: section)
        if kind == .video { gate.interrupt() }
    }

    private func drain(at now: Instant) -> Instant? {
        while true {
            guard let output = peer?.nextOutput() else { return nil }
            switch output {
            case .datagram(let path):
                guard let bytes = peer?.outgoing else { return nil }
                port.send(bytes.span, to: path.remote)
            case .event(let event): handle(event, at: now)
            case .wait(let until): return until
            }
        }
    }

    private func handle(_ event: PeerEvent, at now: Instant) {
        switch event {
        case .connected:
            isConnected = true
            started = started ?? now
        case .keyframeRequested:
            report.keyframeRequestCount += 1
            source.requestKeyframe()
        case .closed(let reason):
            if end == nil { conclude(.failed("the connection ended: \(reason)")) }
        case .frame, .senderReport, .packetsLost, .trackEnded, .addressChanged: break
        }
    }

    private func conclude(_ end: PublishEnd) {
        self.end = end
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    private func collect() {
        guard let statistics = peer?.statistics else { return }
        for track in statistics.tracks {
            report.packetCount += track.packetCount
            report.byteCount += track.byteCount
            report.retransmittedCount += track.repairedCount
        }
        report.roundTrip = statistics.roundTrip
    }
}

/// Why a publisher stopped sending.
private enum PublishEnd {
    case done
    case failed(String)
    /// Only until so long after the start.
    case away(until: Duration)
}
