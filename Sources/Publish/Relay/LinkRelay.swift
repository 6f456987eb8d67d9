public import Bytes
public import EventLoop
public import Link
public import Units

/// A bad network between clients and one server: a UDP port that passes on what it lets through.
///
/// Each client gets a flow of its own, with a port of its own towards the server, so that the server
/// tells clients apart as it would without the relay. The two directions of a flow are two links.
public actor LinkRelay: DatagramReceiver {
    /// No test needs more; each flow costs a socket.
    private static let flowLimit = 1024

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    public let port: UDPPort

    private let server: TransportAddress
    private var conditions: LinkConditions
    private var seed: UInt64
    private var flows: [TransportAddress: RelayFlow] = [:]

    /// Listens on `address` and passes on to `server`; `seed` decides the fate of every datagram.
    public init(
        listening address: TransportAddress, server: TransportAddress, conditions: LinkConditions, seed: UInt64,
        on loop: EventLoop
    ) throws {
        self.loop = loop
        self.server = server
        self.conditions = conditions
        self.seed = seed
        port = try UDPPort(binding: [address], batchCount: 16)
    }

    /// Begins to relay; returns the address that clients are to send to.
    public func begin() throws -> TransportAddress {
        try join(loop)
        return port.addresses[0]
    }

    /// How many datagrams were given to the links, and how many of them they lost.
    public var counts: (sent: Int, lost: Int) {
        flows.values.reduce((0, 0)) { sum, flow in
            let counts = flow.assumeIsolated { $0.counts }
            return (sum.0 + counts.sent, sum.1 + counts.lost)
        }
    }

    /// Treats every datagram that comes from now on this way; those under way arrive as they would have.
    public func change(to conditions: LinkConditions) {
        self.conditions = conditions
        for flow in flows.values { flow.assumeIsolated { $0.change(to: conditions) } }
    }

    public func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        flow(for: remote)?.assumeIsolated { $0.sendUp(packet.bytes, at: now) }
    }

    public func advance(to now: Instant) -> Instant? { nil }

    func sendDown(_ bytes: [UInt8], to client: TransportAddress) {
        port.send(bytes.span, to: client)
        // The flow took its turn on the loop, not this actor: nobody else would send before the next datagram.
        port.flush()
    }

    private func flow(for client: TransportAddress) -> RelayFlow? {
        if let flow = flows[client] { return flow }
        guard flows.count < Self.flowLimit else { return nil }
        seed &+= 2
        let flow = try? RelayFlow(client: client, server: server, conditions: conditions, seed: seed, relay: self)
        flows[client] = flow
        return flow
    }
}

/// One client's way through the relay and back.
actor RelayFlow: DatagramReceiver {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    let port: UDPPort

    private let client: TransportAddress
    private let server: TransportAddress
    private unowned let relay: LinkRelay
    private var up: LossyLink
    private var down: LossyLink

    init(
        client: TransportAddress, server: TransportAddress, conditions: LinkConditions, seed: UInt64, relay: LinkRelay
    ) throws {
        loop = relay.loop
        self.client = client
        self.server = server
        self.relay = relay
        up = LossyLink(conditions, seed: seed)
        down = LossyLink(conditions, seed: seed &+ 1)
        let any = TransportAddress(ip: server.ip.isLoopback ? server.ip : Self.anyAddress(like: server.ip), port: 0)
        port = try UDPPort(binding: [any], batchCount: 16)
        loop.post { [self] in assumeIsolated { try? $0.join($0.loop) } }
    }

    var counts: (sent: Int, lost: Int) { (up.sentCount + down.sentCount, up.lostCount + down.lostCount) }

    func change(to conditions: LinkConditions) {
        up.conditions = conditions
        down.conditions = conditions
    }

    func sendUp(_ bytes: [UInt8], at now: Instant) {
        up.send(bytes, at: now)
        loop.wake()
    }

    func receive(
        _ packet: inout PacketBuffer, from remote: TransportAddress, on local: TransportAddress, at now: Instant
    ) {
        down.send(packet.bytes, at: now)
    }

    func advance(to now: Instant) -> Instant? {
        while let bytes = up.next(at: now) { port.send(bytes.span, to: server) }
        while let bytes = down.next(at: now) { relay.assumeIsolated { $0.sendDown(bytes, to: client) } }
        return [up.nextArrival, down.nextArrival].compactMap(\.self).min()
    }

    private static func anyAddress(like ip: IPAddress) -> IPAddress { ip.isV6 ? .v6(high: 0, low: 0) : .v4(0) }
}
