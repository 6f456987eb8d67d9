import Bytes
import EventLoop
import Glibc
import Testing
import Units

@Suite("A UDP port on an event loop")
struct UDPPortTests {
    @Test("carries datagrams there and back, over both families", arguments: [false, true])
    func roundTrip(isV6: Bool) async throws {
        let loop = try EventLoop(name: "echo")
        let address = isV6 ? TransportAddress.anyLoopbackV6 : .anyLoopback
        let server = try Echo(on: loop, binding: [address], answers: true)
        let client = try Echo(on: loop, binding: [address], answers: false)
        let there = try await server.start()[0]
        let here = try await client.start()[0]

        await client.send(["one", "two"], to: there)
        let answers = await client.seen(atLeast: 2)
        #expect(answers.map(\.text) == ["one", "two"])
        #expect(answers.allSatisfy { $0.remote == there && $0.local == here })
        loop.stop()
        await loop.ended()
    }
}
