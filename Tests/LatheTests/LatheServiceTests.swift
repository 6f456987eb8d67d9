import Codecs
import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@testable import Lathe

@Suite("A service")
struct LatheServiceTests {
    @Test("serves clients by HTTP from its start to its end, and is not started twice")
    func life() async throws {
        try await withService { service in
            let url = try #require(await service.url)
            let (_, response) = try await URLSession.shared.data(from: try #require(URL(string: url + "/healthz")))
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            #expect(await !service.mediaPorts.isEmpty)
            let error = await #expect(throws: RecorderError.self) { try await service.start() }
            #expect(error?.code == .invalidState)
            await service.stop()
            #expect(await service.url == nil)
            let late = await #expect(throws: RecorderError.self) { try await Recorder(service).join("room") }
            #expect(late?.code == .notReady)
        }
    }

    @Test("lets users in without HTTP, and refuses offers that are none")
    func withoutHTTP() async throws {
        try await withService {
            $0.hasHTTP = false
        } body: { service in
            #expect(await service.url == nil)
            let error = await #expect(throws: RecorderError.self) {
                _ = try await service.admit(offer: "v=0\r\nnonsense", to: "room", uid: "7")
            }
            #expect(error?.code == .invalidArgument)
            let named = await #expect(throws: RecorderError.self) {
                _ = try await service.admit(offer: Self.offer, to: "room", uid: "-")
            }
            #expect(named?.code == .invalidUserID)
            let admission = try await service.admit(offer: Self.offer, to: "room", uid: "7")
            #expect(admission.uid == "7" && admission.answer.contains("m=audio"))
            try await service.dismiss(admission, from: "room")
            await #expect(throws: RecorderError.self) { try await service.dismiss(admission, from: "room") }
        }
    }

    /// What a client that sends Opus offers (RFC 8829 §5.2.1).
    private static let offer = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0", "a=mid:0", "a=sendonly", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=setup:actpass",
        "a=ice-ufrag:uf12", "a=ice-pwd:0123456789abcdefghijkl",
        "a=fingerprint:sha-256 " + Array(repeating: "07", count: 32).joined(separator: ":"), "a=ssrc:1000 cname:x", "",
    ].joined(separator: "\r\n")

    @Test("takes the documented parameters")
    func parameters() async throws {
        let service = try LatheService()
        try await service.setParameter("che.media_recorder_recover_files", true)
        await #expect(throws: RecorderError.noProxy) { try await service.setParameter("rtc.enable_proxy", true) }
    }
}
