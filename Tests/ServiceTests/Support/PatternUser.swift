import Codecs
import DTLS
import EventLoop
import Service
import Synchronization

@testable import Publish

/// A real client that sends the test pattern to a hub, over real sockets.
enum PatternUser {
    private static let h264 = Result { try loop(.h264) }
    private static let vp8 = Result { try loop(.vp8) }

    private static func loop(_ codec: Codec) throws -> PatternLoop {
        var settings = PatternSettings(tag: 1, videoCodec: codec)
        (settings.width, settings.height) = (320, 240)
        settings.bitsPerSecond = 300_000
        settings.keyframeInterval = 15
        return try PatternLoop(settings, seconds: 2)
    }

    /// A user who has joined and is ready to send.
    static func join(
        _ hub: Hub, channel: String = "room", uid: String, codec: Codec = .h264, setup: String = "actpass"
    ) async throws -> Publisher {
        let publisher = try Publisher(
            source: LoopedSource(try (codec == .vp8 ? vp8 : h264).get()),
            signaller: HubSignaller(hub, channel: channel, uid: uid, setup: setup), certificate: try Certificate(),
            conditions: nil,
            seed: 1, on: try EventLoop(name: "user-\(uid)"))
        try await publisher.connect()
        return publisher
    }
}

/// Signalling without HTTP in between.
final class HubSignaller: Signaller {
    private let hub: Hub
    private let channel: String
    private let uid: String
    private let setup: String
    private let session = Mutex<String?>(nil)

    init(_ hub: Hub, channel: String, uid: String, setup: String = "actpass") {
        self.hub = hub
        self.channel = channel
        self.uid = uid
        self.setup = setup
    }

    func exchange(offer: String) async throws -> String {
        let offer = offer.replacing("a=setup:actpass", with: "a=setup:\(setup)")
        let published = try await hub.admit(uid, to: channel, offer: offer)
        session.withLock { $0 = published.id }
        return published.answer
    }

    func leave() async {
        guard let id = session.withLock({ $0 }) else { return }
        try? await hub.leave(channel: channel, id: id)
    }
}
