import Publish
import Testing
import WebRTC

@testable import Service

@Suite("Totals of packets")
struct PacketTotalsTests {
    private static func totals(_ received: Int, _ lost: Int) -> PacketTotals {
        var totals = PacketTotals()
        (totals.received, totals.lost) = (received, lost)
        return totals
    }

    @Test("are sums, and never fall when a stream is forgotten")
    func sums() {
        var totals = Self.totals(5, 1)
        totals.add(Self.totals(3, 0))
        #expect(totals == Self.totals(8, 1))
        totals.raise(to: Self.totals(6, 4))
        #expect(totals == Self.totals(8, 4))
    }

    @Test("go on when a user leaves")
    func departed() async throws {
        try await withHub { hub in
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .milliseconds(600))
            let found = try await eventually("the user is gone") {
                let found = await hub.measure()
                return found.userCount == 0 ? found : nil
            }
            #expect(found.packets.received > 30)
            #expect(found.packets.frames > 30)
            #expect(found.packets.lost == 0)
        }
    }
}
