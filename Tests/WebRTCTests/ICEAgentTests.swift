import Bytes
import STUN
import Secure
import TestSupport
import Testing
import Units

@testable import WebRTC

private let serverAddress = TransportAddress(ip: .v4(0x0A00_0001), port: 5000)
private let clientAddress = TransportAddress(ip: .v4(0x0A00_0002), port: 6000)
private let serverCredentials = ICECredentials(fragment: "serv", password: "the server's password 1")
private let clientCredentials = ICECredentials(fragment: "clnt", password: "the client's password 1")

/// Two agents, and everything on its way between them.
private struct World {
    var now = Instant.ms(0)
    var agents: [ICEAgent]
    /// Which datagrams get lost.
    var loses: (Int, ICEAgent.Datagram) -> Bool = { _, _ in false }
    /// What a router makes of a source address.
    var translates: (TransportAddress) -> TransportAddress = { $0 }
    var delay = Duration.milliseconds(20)
    var flying: [(at: Instant, to: Int, path: Path, bytes: [UInt8])] = []
    var sentCount = 0

    init(_ first: ICEAgent, _ second: ICEAgent) { agents = [first, second] }

    static func usual() -> World { World(.server(), .client()) }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while true {
            flush()
            var next = end
            for agent in agents { next = min(next, max(agent.deadline ?? end, now)) }
            for item in flying { next = min(next, item.at) }
            now = next
            guard now < end else { return }
            deliver()
            for index in agents.indices { agents[index].advance(to: now) }
        }
    }

    private mutating func flush() {
        for index in agents.indices {
            while let datagram = agents[index].nextDatagram() {
                sentCount += 1
                guard !loses(index, datagram) else { continue }
                let source = translates(datagram.path.local)
                let path = Path(local: datagram.path.remote, remote: source)
                flying.append((now + delay, 1 - index, path, datagram.bytes))
            }
        }
    }

    private mutating func deliver() {
        let due = flying.filter { $0.at <= now }
        flying.removeAll { $0.at <= now }
        for item in due {
            let isForClient = item.to == 1
            let local = isForClient ? clientAddress : item.path.local
            try? agents[item.to].receive(
                item.bytes.span, along: Path(local: local, remote: item.path.remote), at: now)
        }
    }
}

extension ICEAgent {
    fileprivate static func server(seed: UInt64 = 1) -> ICEAgent {
        ICEAgent(
            .lite, local: serverCredentials, remote: clientCredentials, localAddresses: [], seed: seed, at: .ms(0))
    }

    fileprivate static func client(
        seed: UInt64 = 2, candidates: [RemoteCandidate] = [.init(address: serverAddress, priority: 100)]
    ) -> ICEAgent {
        var agent = ICEAgent(
            .full, local: clientCredentials, remote: serverCredentials, localAddresses: [clientAddress], seed: seed,
            at: .ms(0))
        for candidate in candidates { agent.addRemoteCandidate(candidate, at: .ms(0)) }
        return agent
    }
}

private func receive(_ agent: inout ICEAgent, _ bytes: [UInt8], from remote: TransportAddress) throws {
    try agent.receive(bytes.span, along: Path(local: serverAddress, remote: remote), at: .ms(0))
}

private func parse(_ bytes: [UInt8]) throws -> STUNMessage { try STUNMessage(parsing: bytes.span) }

private func check(_ edit: (inout STUNMessage) -> Void = { _ in }) -> STUNMessage {
    var message = STUNMessage(.request, transaction: .init(high: 5, low: 6))
    message.username = "serv:clnt"
    message.priority = 1
    message.role = .controlling(tieBreaker: 9)
    edit(&message)
    return message
}

@Suite("ICE agent, RFC 8445")
struct ICEAgentTests {
    private let toServer = Path(local: clientAddress, remote: serverAddress)
    private let toClient = Path(local: serverAddress, remote: clientAddress)

    @Test("two agents agree on the path between them within two round trips")
    func connects() {
        var world = World.usual()
        world.run(for: .milliseconds(100))
        #expect(world.agents[0].selected == toClient)
        #expect(world.agents[1].selected == toServer)
        #expect(world.agents[1].roundTrip == .milliseconds(40))
    }

    @Test("a check is sent again after half a second, then every second for as long as a connection may take to begin")
    func retransmits() {
        var world = World.usual()
        world.loses = { index, _ in index == 1 }
        var moments: [Int64] = []
        var count = 0
        while world.now < .ms(60_000) {
            world.run(for: .milliseconds(100))
            for _ in count..<world.sentCount { moments.append(world.now.nanoseconds / 1_000_000 - 100) }
            count = world.sentCount
        }
        #expect(moments == [0] + (0...29).map { 500 + $0 * 1000 })
        #expect(world.agents[1].pairs.allSatisfy { $0.state == .failed })
    }

    @Test("connects although the first tries are lost", arguments: [1, 2, 3, 4, 5, 12, 25])
    func lossy(_ lost: Int) {
        var world = World.usual()
        let transmissions = Counter()
        world.loses = { _, _ in transmissions.next() <= lost }
        world.run(for: .seconds(35))
        #expect(transmissions.count > lost)
        #expect(world.agents[0].selected == toClient)
        #expect(world.agents[1].selected == toServer)
    }

    @Test("nominates the better of two paths, and waits for it no longer than its patience")
    func prefersBetter() {
        let other = TransportAddress(ip: .v4(0x0A00_0003), port: 5000)
        let candidates = [
            RemoteCandidate(address: other, priority: 10), RemoteCandidate(address: serverAddress, priority: 100),
        ]
        var world = World(.server(), .client(candidates: candidates))
        world.run(for: .seconds(1))
        #expect(world.agents[1].selected == toServer)
        var deaf = World(.server(), .client(candidates: candidates))
        deaf.loses = { _, datagram in datagram.path.remote == serverAddress }
        deaf.run(for: .milliseconds(400))
        #expect(deaf.agents[1].selected == Path(local: clientAddress, remote: other))
    }

    @Test("the client keeps asking for consent, and each answer renews it on both sides")
    func consent() {
        var world = World.usual()
        world.run(for: .seconds(60))
        for agent in world.agents { #expect(agent.lastHeard.duration(to: world.now) < .milliseconds(3200)) }
        world.loses = { _, _ in true }
        world.run(for: .seconds(20))
        for agent in world.agents { #expect(agent.lastHeard.duration(to: world.now) >= .seconds(19)) }
    }

    @Test("a restart finds its path with the new credentials, and only then are the old ones refused")
    func restart() throws {
        var world = World.usual()
        world.run(for: .seconds(1))
        let newServer = ICECredentials(fragment: "new1", password: "the server's password 2")
        let newClient = ICECredentials(fragment: "new2", password: "the client's password 2")
        world.agents[0].restart(local: newServer, remote: newClient, candidates: [], at: world.now)
        let old = check().serialized(password: serverCredentials.password)
        try receive(&world.agents[0], old, from: clientAddress)
        world.agents[1].restart(
            local: newClient, remote: newServer, candidates: [.init(address: serverAddress, priority: 1)],
            at: world.now)
        #expect(world.agents[1].selected == toServer)
        world.run(for: .seconds(1))
        #expect(world.agents[0].previousLocal == nil)
        #expect(world.agents[1].pairs.count == 1)
        #expect(throws: ICEAgent.Refusal.notAuthentic) { try receive(&world.agents[0], old, from: clientAddress) }
    }

    @Test("when a router changes the client's port, the server follows once the old one is silent")
    func newPort() {
        var world = World.usual()
        world.run(for: .seconds(1))
        let moved = TransportAddress(ip: clientAddress.ip, port: 7777)
        world.translates = { $0 == clientAddress ? moved : $0 }
        world.run(for: .seconds(4))
        let path = Path(local: serverAddress, remote: moved)
        #expect(world.agents[0].isValid(path))
        let heard = world.agents[0].noteHeard(on: path, at: world.now)
        #expect(heard)
        #expect(world.agents[0].selected == path)
    }

    @Test("media alone proves no path")
    func mediaProvesNothing() {
        var agent = ICEAgent.server()
        let heard = agent.noteHeard(on: toClient, at: .ms(5))
        #expect(!heard)
        #expect(agent.lastHeard == .ms(0))
    }

    @Test("the lite agent answers a controlled one with 487, and a controlling one never changes its mind")
    func liteRoleConflict() throws {
        var agent = ICEAgent.server()
        let message = check { $0.role = .controlled(tieBreaker: 0) }
        try receive(&agent, message.serialized(password: serverCredentials.password), from: clientAddress)
        let datagram = agent.nextDatagram()
        let answer = try parse(try #require(datagram).bytes)
        #expect(answer.failure == .roleConflict)
        #expect(agent.sendPath == nil)
    }

    @Test("two full agents that both want control settle it by their tie-breakers")
    func fullRoleConflict() {
        var left = ICEAgent(
            .full, local: serverCredentials, remote: clientCredentials, localAddresses: [serverAddress], seed: 1,
            at: .ms(0))
        left.addRemoteCandidate(.init(address: clientAddress, priority: 1), at: .ms(0))
        var world = World(left, .client())
        world.run(for: .seconds(3))
        #expect(world.agents.filter(\.isControlling).count == 1)
        #expect(world.agents[0].selected == toClient)
        #expect(world.agents[1].selected == toServer)
    }

    @Test("an attribute that must be understood and is not is named in a 420")
    func unknownAttribute() throws {
        var agent = ICEAgent.server()
        var bytes = Array(check().serialized(password: nil).dropLast(8))
        bytes += [0x77, 0x77, 0, 0]
        // The integrity code must cover the stranger, so it is made by hand.
        bytes.overwrite(bigEndian: UInt16(bytes.count - 20 + 24), at: 2)
        bytes += [0, 8, 0, 20] + HMACSHA1.code(for: bytes, key: Array(serverCredentials.password.utf8))
        try receive(&agent, bytes, from: clientAddress)
        let datagram = agent.nextDatagram()
        let answer = try parse(try #require(datagram).bytes)
        #expect(answer.failure == .unknownAttribute)
        #expect(answer.unknownAttributes == [0x7777])
    }

    @Test("what is not authentic is not even answered")
    func silence() {
        var agent = ICEAgent.server()
        let stranger = check { $0.username = "other:clnt" }
        let forged: [[UInt8]] = [
            check().serialized(password: "wrong"), check().serialized(password: nil),
            stranger.serialized(password: serverCredentials.password),
            check { $0.username = nil }.serialized(password: serverCredentials.password),
        ]
        for bytes in forged {
            #expect(throws: ICEAgent.Refusal.notAuthentic) { try receive(&agent, bytes, from: clientAddress) }
        }
        #expect(throws: ICEAgent.Refusal.malformed) { try receive(&agent, [0, 1, 0], from: clientAddress) }
        #expect(agent.nextDatagram() == nil)
        #expect(agent.sendPath == nil)
    }

    @Test("remembers no more paths than its limit, and never forgets the chosen one")
    func pathLimit() throws {
        var agent = ICEAgent.server()
        for port in UInt16(1)...100 {
            let message = check { $0.usesCandidate = port == 1 }
            let remote = TransportAddress(ip: clientAddress.ip, port: port)
            try receive(&agent, message.serialized(password: serverCredentials.password), from: remote)
        }
        #expect(agent.validPaths.count == ICEAgent.validPathLimit)
        #expect(agent.isValid(Path(local: serverAddress, remote: TransportAddress(ip: clientAddress.ip, port: 1))))
    }

    @Test("fresh credentials are long enough and differ")
    func credentials() {
        var generator = SeededGenerator(seed: 3)
        let first = ICECredentials(using: &generator)
        #expect(first.fragment.count == 8)
        #expect(first.password.count == 24)
        #expect(first != ICECredentials(using: &generator))
    }
}

private final class Counter {
    private(set) var count = 0

    func next() -> Int {
        count += 1
        return count
    }
}
