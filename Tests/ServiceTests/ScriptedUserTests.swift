import Codecs
import DTLS
import EventLoop
import Testing

@testable import Publish
@testable import Service

@Suite("Users with a script")
struct ScriptedUserTests {
    /// What a user sent who did all that, and the events that the recorder noted meanwhile.
    static func play(
        _ text: String, for duration: Duration, _ change: (inout PatternSettings) -> Void = { _ in }
    ) async throws -> (report: PublishReport, events: [String]) {
        var settings = PatternSettings(tag: 7, videoCodec: .vp8)
        (settings.width, settings.height, settings.bitsPerSecond) = (320, 240, 300_000)
        settings.script = try PublishScript(parsing: text)
        change(&settings)
        let (pattern, script) = (settings, settings.script)
        return try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let publisher = try Publisher(
                source: try ThreadedSource(pattern: pattern), signaller: HubSignaller(hub, channel: "room", uid: "7"),
                certificate: try Certificate(), conditions: nil, script: script, hasCopies: true, seed: 5,
                on: try EventLoop(name: "scripted"))
            try await publisher.connect()
            try await publisher.send(for: duration)
            let document = try await hub.stopAndFinish(id)
            return (await publisher.report, document.events.map(\.type))
        }
    }

    @Test("leave, and come back under the same name")
    func absence() async throws {
        let played = try await Self.play("leave=0.5-1", for: .seconds(2))
        #expect(played.report.refusedFrameCount == 0)
        // Half a second less than two of pictures, and what another handshake takes.
        #expect(played.report.videoFrameCount > 15 && played.report.videoFrameCount <= 46)
        #expect(played.events.count { $0 == "userJoined" } == 2)
        #expect(played.events.count { $0 == "userConnected" } == 2)
        #expect(played.events.count { $0 == "userLeft" } == 2)
    }

    @Test("are gone for good if their time is over before they would be back")
    func early() async throws {
        let played = try await Self.play("leave=0.3-60", for: .seconds(0.6))
        #expect(played.events.count { $0 == "userJoined" } == 1)
        #expect(played.report.videoFrameCount <= 10)
    }

    @Test("send nothing while they are muted, and everything else they were asked for")
    func everything() async throws {
        let text =
            "mute-audio=0.2-0.6,rotate=90@0.3,resize=640x480@0.5,new-ssrc=video@0.7,codec=h264@0.9,pause=1@0.2-0.4"
        let played = try await Self.play(text, for: .seconds(1.2)) {
            $0.encodingCount = 2
            $0.hasPauses = true
        }
        #expect(played.report.refusedFrameCount == 0)
        // Two encodings of 36 pictures, six of one left out; a slow machine sends the last ones no more, but some of each.
        #expect(played.report.videoFrameCount > 12 && played.report.videoFrameCount <= 66)
        #expect(played.report.audioFrameCount <= 40)
    }
}
