import Codecs
import TestSupport
import Testing
import Units

@testable import WebRTC

@Suite("Peer: a call over a simulated network")
struct PeerTests {
    @Test(
        "restores what a lossy network drops",
        arguments: [Codec.h264, .vp8],
        [(loss: 0.0, share: 1.0), (loss: 0.03, share: 0.999), (loss: 0.1, share: 0.99)])
    func restores(_ codec: Codec, _ network: (loss: Double, share: Double)) throws {
        let seed: UInt64 = 20
        let call = try Call([codec, .opus], seed: seed, loss: network.loss)
        call.run(for: .seconds(42))
        for index in 0..<2 {
            let (whole, sent) = call.restored(index, sentBefore: call.now - .seconds(2))
            #expect(sent > 1000)
            let isEnough = Double(whole) >= Double(sent) * network.share
            #expect(isEnough, "seed \(seed), track \(index): \(whole) of \(sent)")
            let ticks = call.frames(of: index).map(\.ticks)
            #expect(ticks == ticks.sorted())
        }
        print(call.server.statistics)
    }
}
