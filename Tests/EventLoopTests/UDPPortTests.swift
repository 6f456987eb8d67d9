import Bytes
import EventLoop
import Glibc
import Testing
import Units

@Suite("A UDP port on an event loop")
struct UDPPortTests {
    /// Two receivers on one loop, of which the first answers.
    private func pair(
        _ address: TransportAddress = .anyLoopback, batchCount: Int = 64,
        _ body: (_ server: Echo, _ there: TransportAddress, _ client: Echo, _ here: TransportAddress) async throws
            -> Void
    ) async throws {
        let loop = try EventLoop(name: "echo")
        let server = try Echo(on: loop, binding: [address], answers: true, batchCount: batchCount)
        let client = try Echo(on: loop, binding: [address], answers: false, batchCount: batchCount)
        let there = try await server.start()[0]
        let here = try await client.start()[0]
        try await body(server, there, client, here)
        loop.stop()
        await loop.ended()
    }

    @Test("carries datagrams there and back, over both families", arguments: [false, true])
    func roundTrip(isV6: Bool) async throws {
        try await pair(isV6 ? .anyLoopbackV6 : .anyLoopback) { _, there, client, here in
            await client.send(["one", "two"], to: there)
            let answers = await client.seen(atLeast: 2)
            #expect(answers.map(\.text) == ["one", "two"])
            #expect(answers.allSatisfy { $0.remote == there && $0.local == here })
        }
    }

    @Test("moves more datagrams than fit one batch, and counts them")
    func batches() async throws {
        try await pair(batchCount: 8) { server, there, client, _ in
            let texts = (0..<100).map { "datagram \($0)" }
            await client.send(texts, to: there)
            #expect(await client.seen(atLeast: 100).map(\.text) == texts)

            let sent = texts.reduce(0) { $0 + $1.utf8.count }
            let counters = await server.counters
            #expect((counters.packetsIn, counters.bytesIn) == (100, sent))
            #expect((counters.packetsOut, counters.bytesOut) == (100, sent))
            #expect(counters.batches >= 100 / 8)
            #expect(await server.batches == counters.batches)
            #expect(counters.sendDrops + counters.sendRefusals + counters.receiveFailures == 0)
        }
    }

    @Test("tells when a datagram reached this machine, however late it is read")
    func arrivalMoments() async throws {
        let loop = try EventLoop(name: "stamps")
        let server = try Echo(on: loop, binding: [.anyLoopback], answers: false)
        let client = try Echo(on: loop, binding: [.anyLoopback], answers: false)
        _ = try await client.start()
        await client.send(["early"], to: await server.addresses[0])
        // The client's round is over, and its datagram out, when it has one more.
        await client.rounds(2)
        let sent = SystemClock.now()
        _ = try await server.start()
        _ = await server.seen(atLeast: 1)
        #expect(await server.moments.allSatisfy { $0 <= sent })
        loop.stop()
        await loop.ended()
    }

    @Test("reads what lies there out of turn, when its owner asks")
    func outOfTurn() async throws {
        let loop = try EventLoop(name: "turns")
        let server = try Echo(on: loop, binding: [.anyLoopback], answers: false)
        let client = try Echo(on: loop, binding: [.anyLoopback], answers: false)
        _ = try await client.start()
        await client.send(["first", "second"], to: await server.addresses[0])
        await client.rounds(2)
        // It has not joined the loop, so that nobody else reads for it.
        await server.readGathered(at: SystemClock.now())
        #expect(await server.seen(atLeast: 0).map(\.text) == ["first", "second"])
        await server.readGathered(at: SystemClock.now())
        #expect(await server.seen(atLeast: 0).count == 2)
        loop.stop()
        await loop.ended()
    }

    @Test("answers from the address that was asked, not the one the route would choose")
    func sourceAddress() async throws {
        let wildcard = TransportAddress(ip: .v4(0), port: 0)
        try await pair(wildcard) { server, there, client, here in
            // All of 127/8 is this machine's own; the route's choice would be 127.0.0.1.
            let asked = TransportAddress(ip: .v4(0x7F00_0003), port: there.port)
            await client.send(["hello"], to: asked, from: .v4(0x7F00_0002))
            let answer = try #require(await client.seen(atLeast: 1).first)
            #expect(answer.remote == asked)
            #expect(answer.local == TransportAddress(ip: .v4(0x7F00_0002), port: here.port))
            let seen = try #require(await server.seen(atLeast: 1).first)
            #expect(seen.local == asked)
        }
    }

    @Test("binds both families to one number")
    func bothFamilies() throws {
        let port = try UDPPort(binding: [.anyLoopback, .anyLoopbackV6])
        #expect(port.number != 0)
        #expect(port.addresses.map(\.port) == [port.number, port.number])
        #expect(port.addresses.map(\.ip.isV6) == [false, true])
    }

    @Test("says which port is taken, and how to find by whom")
    func portTaken() throws {
        let first = try UDPPort(binding: [.anyLoopback])
        let error = #expect(throws: SystemError.self) { try UDPPort(binding: first.addresses) }
        #expect(error?.code == EADDRINUSE)
        let text = error?.description ?? ""
        #expect(text.contains("bind UDP 127.0.0.1:\(first.number)"))
        #expect(text.contains("ss -ulpn 'sport = :\(first.number)'"))
    }

    @Test("says that an address is not this machine's")
    func foreignAddress() {
        let documentation = TransportAddress(ip: .v4(0xC000_0201), port: 0)
        let error = #expect(throws: SystemError.self) { try UDPPort(binding: [documentation]) }
        #expect(error?.code == EADDRNOTAVAIL)
        #expect(error?.remedy.contains("ip address") == true)
    }

    @Test("counts what it cannot send instead of failing")
    func refusals() async throws {
        try await pair { _, _, client, _ in
            await client.send(["no such family here"], to: .anyLoopbackV6)
            await client.send([String(repeating: "x", count: PacketBuffer.capacity + 1)], to: .anyLoopback)
            // Broadcasting needs a permission that no peer is worth (socket(7), SO_BROADCAST).
            await client.send(["everybody"], to: TransportAddress(ip: .v4(.max), port: 9))
            await client.rounds(2)
            let counters = await client.counters
            #expect(counters.sendRefusals == 3)
            #expect(counters.packetsOut == 0)
        }
    }

    @Test("notes buffers that the kernel keeps small, with the setting to raise")
    func smallBuffers() throws {
        let port = try UDPPort(binding: [.anyLoopback], bufferByteCount: 1 << 30)
        for note in port.notes { #expect(note.contains("sysctl -w net.core.")) }
        let modest = try UDPPort(binding: [.anyLoopback], bufferByteCount: 64 << 10)
        #expect(modest.notes == [])
    }

    @Test("leaves datagrams unread once its receiver has left the loop")
    func leaving() async throws {
        try await pair { server, there, client, _ in
            await server.stop()
            await client.send(["unheard"], to: there)
            await client.rounds(3)
            #expect(await server.counters.packetsIn == 0)
        }
    }
}

@Suite("The addresses of this machine")
struct HostAddressesTests {
    @Test("include loopback among all, and not among the reachable")
    func loopback() throws {
        let all = try HostAddresses.all()
        #expect(all.contains(.v4(0x7F00_0001)))
        #expect(Set(all).count == all.count)
        #expect(try HostAddresses.reachable().allSatisfy { !$0.isLoopback && !$0.isLinkLocal })
    }
}

@Suite("System clock")
struct SystemClockTests {
    @Test("never runs backwards")
    func monotonic() {
        var last = SystemClock.now()
        for _ in 0..<1000 {
            let now = SystemClock.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test("counts network time from 1900")
    func networkTime() {
        let wall = SystemClock.wallNanoseconds()
        let seconds = Int64(SystemClock.networkTime().rawValue >> 32)
        #expect((0...1).contains(seconds - wall / 1_000_000_000 - 2_208_988_800))
    }
}
