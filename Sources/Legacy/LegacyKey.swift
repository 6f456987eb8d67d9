import Service

/// One key of a legacy JSON file, and what it must hold.
public struct LegacyKey: Equatable, Sendable {
    /// What stands behind it.
    enum Value: String, Sendable {
        case text = "a text"
        case whole = "a whole number"
        /// The product wrote numbers as texts at times.
        case seconds = "a number of seconds, also as a text"
        case truth = "true or false"
        case users = "a list of users"
        case list = "a list"
        case object = "an object"

        func takes(_ value: JSONValue) -> Bool {
            switch (self, value) {
            case (.text, .text), (.whole, .whole), (.seconds, .whole), (.truth, .truth), (.list, .list),
                (.object, .object):
                true
            case (.seconds, .text(let text)): Int(text) != nil
            case (.users, .list(let list)): list.allSatisfy { $0.user != nil }
            default: false
            }
        }
    }

    public var name: String
    var value: Value
    /// How it is written right, for who wrote it wrong.
    var example: String

    private init(_ name: String, _ value: Value, _ example: String) {
        self.name = name
        self.value = value
        self.example = example
    }

    /// The keys of the file at `cfgFilePath`, then those of the sample file of 4.x.
    public static let all: [LegacyKey] = [
        LegacyKey("Recording_Dir", .text, #""/var/rec/call""#),
        LegacyKey("Chunk_Time_Span", .seconds, #""15""#),
        LegacyKey("Pcm_Sample_Rate", .whole, "16000"),
        LegacyKey("Audio_Sample_Rate", .whole, "48000"),
        LegacyKey("Secondary_Recorder", .text, #""mp3""#),
        LegacyKey("Audio_Only_Record", .text, #""mp3""#),
        LegacyKey("appId", .text, #""""#),
        LegacyKey("token", .text, #""""#),
        LegacyKey("channelName", .text, #""room""#),
        LegacyKey("useStringUid", .truth, "false"),
        LegacyKey("useCloudProxy", .truth, "false"),
        LegacyKey("userId", .text, #""0""#),
        LegacyKey("subAllAudio", .truth, "true"),
        LegacyKey("subAudioUserList", .users, #"["1", "2"]"#),
        LegacyKey("subAllVideo", .truth, "true"),
        LegacyKey("subVideoUserList", .users, #"["1", "2"]"#),
        LegacyKey("subStreamType", .text, #""high""#),
        LegacyKey("isMix", .truth, "false"),
        LegacyKey("backgroundColor", .whole, "0"),
        LegacyKey("backgroundImage", .text, #""""#),
        LegacyKey("layoutMode", .text, #""default""#),
        LegacyKey("maxResolutionUid", .text, #""1""#),
        LegacyKey("recorderStreamType", .text, #""both""#),
        LegacyKey("recorderPath", .text, #""/var/rec/call/""#),
        LegacyKey("maxDuration", .seconds, "3600"),
        LegacyKey("recoverFile", .truth, "false"),
        LegacyKey("audio", .object, #"{"sampleRate": 48000, "numOfChannels": 1}"#),
        LegacyKey("video", .object, #"{"width": 1280, "height": 720, "fps": 15}"#),
        LegacyKey("waterMark", .list, "[]"),
        LegacyKey("encryption", .object, #"{"mode": "", "key": "", "salt": ""}"#),
        LegacyKey("rotation", .list, "[]"),
        LegacyKey("frameCaptureConfig", .object, #"{"enable": false}"#),
    ]
}
