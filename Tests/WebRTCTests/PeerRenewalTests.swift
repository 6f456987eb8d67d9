import Codecs
import Testing
import Units

@testable import WebRTC

@Suite("Peer: a stream in the place of another")
struct PeerRenewalTests {
    @Test("comes as a new track of the same section, and the other section's goes on", arguments: [0, 1])
    func renews(_ section: Int) throws {
        let call = try Call([.vp8, .opus], seed: 31, loss: 0.02)
        call.run(for: .seconds(3))
        let before = call.frames(of: section).count
        call.sources[0].wantsKeyframe = true
        call.client.renewStream(mediaIndex: section)
        call.run(for: .seconds(3))
        #expect(call.frames(of: section).count > before * 3 / 2)
        let ssrcs = (0..<2).map { index in
            Set(call.serverStatistics.tracks.filter { $0.track.mediaIndex == index }.map(\.track.ssrc))
        }
        #expect(ssrcs[section].count == 2)
        #expect(ssrcs[1 - section].count == 1)
        // What the old stream sent is not forgotten.
        let sent = call.clientStatistics.tracks.filter { $0.track.mediaIndex == section }
        #expect(sent.count == 2 && sent.allSatisfy { $0.packetCount > 0 })
        let all = call.restored(section, sentBefore: call.now - .seconds(1))
        #expect(all.whole >= all.sent * 95 / 100)
    }
}
