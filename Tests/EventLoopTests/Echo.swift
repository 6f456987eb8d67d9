import Bytes
import EventLoop
import Glibc
import Units

/// What an `Echo` saw, copied out.
struct Seen: Equatable, Sendable {
    var text: String
    var remote: TransportAddress
    var local: TransportAddress
}

/// A receiver that keeps what comes, and may send it back from where it came to.
actor Echo: DatagramReceiver {
    let port: UDPPort
    private let loop: EventLoop
    private let answers: Bool
    private var seen: [Seen] = []
    /// When each datagram came, as the loop said.
    private(set) var moments: [Instant] = []
    private var batchCount = 0
    private var awaiting: (count: Int, continuation: CheckedContinuation<[Seen], Never>)?

    private var countdown: (rounds: Int, continuation: CheckedContinuation<Void, Never>)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(
        on loop: EventLoop, binding addresses: [TransportAddress], answers: Bool, batchCount: Int = 64
    ) throws {
        self.loop = loop
        self.answers = answers
        port = try UDPPort(binding: addresses, batchCount: batchCount)
    }

    func start() throws -> [TransportAddress] {
        try join(loop)
        return port.addresses
    }

    func stop() { leave(loop) }

    func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        precondition(isOnLoop)
        moments.append(now)
        seen.append(Seen(text: String(decoding: packet.bytes, as: UTF8.self), remote: remote, local: local))
        if answers { port.send(packet.span, to: remote, from: local.ip) }
    }

    func batchEnded(at now: Instant) {
        batchCount += 1
        guard let wanted = awaiting, seen.count >= wanted.count else { return }
        awaiting = nil
        wanted.continuation.resume(returning: seen)
    }

    func advance(to now: Instant) -> Instant? {
        guard let waiting = countdown else { return nil }
        countdown = waiting.rounds > 1 ? (waiting.rounds - 1, waiting.continuation) : nil
        if countdown == nil { waiting.continuation.resume() } else { loop.wake() }
        return nil
    }

    /// Returns in the last of so many rounds, counting this one: those before it are over then.
    func rounds(_ count: Int) async {
        await withCheckedContinuation { countdown = (count, $0) }
    }

    func send(_ texts: [String], to remote: TransportAddress, from local: IPAddress? = nil) {
        for text in texts { port.send(Array(text.utf8).span, to: remote, from: local) }
    }

    /// Everything seen, as soon as there are `count`.
    func seen(atLeast count: Int) async -> [Seen] {
        if seen.count >= count { return seen }
        return await withCheckedContinuation { awaiting = (count, $0) }
    }

    var addresses: [TransportAddress] { port.addresses }
    var counters: UDPPort.Counters { port.counters }
    var batches: Int { batchCount }
    var notes: [String] { port.notes }

    private var isOnLoop: Bool { loop.isIsolatingCurrentContext() == true }
}

extension TransportAddress {
    static let anyLoopback = TransportAddress(ip: .v4(0x7F00_0001), port: 0)
    static let anyLoopbackV6 = TransportAddress(ip: .v6(high: 0, low: 1), port: 0)
}
