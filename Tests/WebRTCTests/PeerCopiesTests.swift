import Codecs
import SDP
import Secure
import Testing
import Units

@testable import WebRTC

@Suite("Peer: sound that repeats itself")
struct PeerCopiesTests {
    @Test("a client whose RED is taken sends it, and lost packets come back from their copies")
    func copies() throws {
        let call = try Call([.opus], seed: 77, loss: 0.1) { offer in
            let local = LocalParameters(
                ufrag: Call.clientCredentials.fragment, password: Call.clientCredentials.password,
                fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)),
                candidates: [.host(Call.clientAddress)], isLite: false, sessionID: 1)
            offer = Negotiation.offer([OfferedTrack(codec: .opus, ssrc: SSRC(100), hasCopies: true)], local: local)
        }
        call.run(for: .seconds(20))
        let track = try #require(call.serverStatistics.tracks.first)
        #expect(track.recoveredCount > 20)
        let all = call.restored(0, sentBefore: call.now - .seconds(1))
        #expect(all.whole >= all.sent * 97 / 100)
    }

    @Test("RED that the answer leaves out is not sent")
    func refused() throws {
        let local = LocalParameters(
            ufrag: "publ", password: "vutsrqponmlkjihgfedcba",
            fingerprint: Fingerprint(algorithm: .sha256, digest: [UInt8](repeating: 7, count: 32)), candidates: [],
            isLite: false, sessionID: 1)
        let track = OfferedTrack(codec: .opus, ssrc: SSRC(100), hasCopies: true)
        let offer = Negotiation.offer([track], local: local)
        for takes in [true, false] {
            var capabilities = MediaCapabilities.recorder
            capabilities.takesRedundancy = takes
            let (answer, _) = try Negotiation.answer(to: offer, capabilities: capabilities, local: local)
            let ours = try Negotiation.accept(answer: answer, for: offer)
            #expect(MediaPlan(ours.media[0]).redundancyPayloadType == (takes ? PayloadType(63) : nil))
        }
    }
}
