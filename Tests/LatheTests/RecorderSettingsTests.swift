import Capture
import Service
import Testing

@testable import Lathe

@Suite("A recorder's settings")
struct RecorderSettingsTests {
    private static let everybody: RecordedUsers = {
        var users = RecordedUsers(subscribesAll: true, startsAll: true, type: .low)
        users.choose(.high, of: "7")
        return users
    }()

    @Test("ask the engine for what they say")
    func request() throws {
        var settings = RecorderSettings()
        (settings.streamType, settings.videoStreamType, settings.trigger) = (.audio, .low, .manual)
        (settings.audio, settings.maximumSeconds, settings.idleSeconds) = ("opus", 60, 30)
        (settings.mp3, settings.mp3Rate) = ("beside", 44_100)
        let request = try settings.request("room", Self.everybody, recoversFiles: true)
        var expected = RecordingRequest(channel: "room", idleSeconds: 30)
        (expected.audio, expected.container, expected.splitting) = (.opus, .auto, .continuous)
        (expected.mp3, expected.mp3Rate) = (.beside, .hz44100)
        (expected.media, expected.streamType, expected.trigger) = (.audio, .low, .manual)
        expected.streamTypes = ["7": .high]
        (expected.maximumSeconds, expected.atMaximum, expected.recoverFiles) = (60, .stop, true)
        (expected.audioUsers, expected.videoUsers) = (.everybody, .everybody)
        #expect(request == expected)
    }

    @Test(
        "are refused by the name of what is wrong",
        arguments: [
            ("{\"audio\": \"mp3\"}", "audio"), ("{\"mp3\": \"wav\"}", "mp3"), ("{\"mp3Rate\": 8000}", "mp3Rate"),
            ("{\"container\": \"avi\"}", "container"),
            ("{\"infoIntervalMilliseconds\": 500}", "infoIntervalMilliseconds"),
            ("{\"infoIntervalMilliseconds\": 10001}", "infoIntervalMilliseconds"),
            ("{\"streamType\": 4}", "streamType"), ("{\"trigger\": \"never\"}", "trigger"),
            ("{\"fps\": 30}", "fps"),
        ])
    func refusals(json: String, field: String) {
        let error = #expect(throws: RecorderError.self) {
            let settings = try RecorderError.reading(RecorderSettings.self, from: json)
            _ = try settings.request("room", Self.everybody, recoversFiles: false)
        }
        #expect(error?.field == field)
        #expect(error?.code == .invalidArgument)
    }

    @Test("come from JSON, and what is left out stays")
    func json() throws {
        var settings = RecorderSettings()
        #expect(try RecorderError.reading(RecorderSettings.self, from: "") == settings)
        (settings.trigger, settings.streamType, settings.autoSubscribe) = (.perUser, .video, false)
        let text = "{\"trigger\": \"perUser\", \"streamType\": 2, \"autoSubscribe\": false}"
        #expect(try RecorderError.reading(RecorderSettings.self, from: text) == settings)
        #expect(throws: RecorderError(.invalidArgument, "this is no object in JSON: [1")) {
            try RecorderError.reading(RecorderSettings.self, from: "[1")
        }
    }
}
