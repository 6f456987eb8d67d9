/// One flag of the command line that Lathe stands in for, and what it takes.
public struct LegacyFlag: Equatable, Sendable {
    /// What must stand behind it; every flag takes a value.
    public enum Value: String, Sendable {
        case text = "string"
        /// 0 is no, and any other number yes.
        case boolean = "0|1"
        case integer = "int"
        /// A negative one counts down from 2³², as it always has.
        case unsigned = "uint32"
    }

    /// Which of the two command lines knows it.
    public enum Generation: Sendable {
        /// That of the SDK up to 3.0.6.
        case third
        /// That of the demo of 4.x, where the older one did not have it.
        case fourth
    }

    /// What it is about, for the help.
    public enum Topic: String, CaseIterable, Sendable {
        case call
        case composite
        case rest
    }

    public var name: String
    public var value: Value
    public var topic: Topic
    public var generation: Generation
    /// What it meant, in a few words.
    public var help: String

    init(
        _ name: String, _ value: Value, _ topic: Topic, _ help: String, _ generation: Generation = .third
    ) {
        self.name = name
        self.value = value
        self.topic = topic
        self.generation = generation
        self.help = help
    }
}

extension LegacyFlag {
    /// Whether a text can be its value.
    func takes(_ text: String) -> Bool { value == .text || LegacyValues.number(text) != nil }

    /// Every flag, in the order of its documents; those of 4.x behind the older ones.
    public static let all: [LegacyFlag] = [
        LegacyFlag("appId", .text, .call, "the project"),
        LegacyFlag("channel", .text, .call, "the channel to record"),
        LegacyFlag("appliteDir", .text, .rest, "where the second program was"),
        LegacyFlag("uid", .text, .call, "the recorder's own number"),
        LegacyFlag("userAccount", .text, .call, "the recorder's own name"),
        LegacyFlag("channelKey", .text, .call, "the token"),
        LegacyFlag("channelProfile", .integer, .call, "0 communication, 1 live"),
        LegacyFlag("isAudioOnly", .boolean, .call, "1: only sound"),
        LegacyFlag("isVideoOnly", .boolean, .call, "1: only pictures"),
        LegacyFlag("isMixingEnabled", .boolean, .composite, "1: everybody in one picture"),
        LegacyFlag("mixResolution", .text, .composite, "width,height,fps,kbps of the composite"),
        LegacyFlag("mixedVideoAudio", .integer, .composite, "how sound and picture share files"),
        LegacyFlag("decryptionMode", .text, .rest, "the cipher of encrypted media"),
        LegacyFlag("secret", .text, .rest, "the secret of encrypted media"),
        LegacyFlag("idle", .integer, .call, "seconds without users until it leaves, at least 3"),
        LegacyFlag("recordFileRootDir", .text, .call, "where day and channel folders are made"),
        LegacyFlag("cfgFilePath", .text, .call, "a JSON file with further settings"),
        LegacyFlag("lowUdpPort", .unsigned, .rest, "the first UDP port for media"),
        LegacyFlag("highUdpPort", .unsigned, .rest, "the last UDP port for media"),
        LegacyFlag("getAudioFrame", .integer, .rest, "0 files, 1 to 3 raw sound"),
        LegacyFlag("getVideoFrame", .integer, .rest, "0 files, 1 to 5 raw pictures and screenshots"),
        LegacyFlag("captureInterval", .integer, .rest, "seconds between screenshots"),
        LegacyFlag("streamType", .integer, .call, "0 the high stream, 1 the low one"),
        LegacyFlag("triggerMode", .integer, .call, "0 automatic, 1 by SIGUSR1 and SIGUSR2"),
        LegacyFlag("proxyType", .integer, .rest, "what kind of proxy"),
        LegacyFlag("proxyServer", .text, .rest, "the proxy"),
        LegacyFlag("enableCloudProxy", .boolean, .rest, "1: go through a proxy"),
        LegacyFlag("audioProfile", .integer, .composite, "quality of the composite's sound"),
        LegacyFlag("audioIndicationInterval", .integer, .rest, "milliseconds between reports on speakers"),
        LegacyFlag("defaultVideoBg", .text, .composite, "a picture behind everybody"),
        LegacyFlag("defaultUserBg", .text, .composite, "a picture for who sends none"),
        LegacyFlag("logLevel", .integer, .rest, "1 fatal to 6 debug"),
        LegacyFlag("layoutMode", .integer, .composite, "0 floating, 1 best fit, 2 vertical"),
        LegacyFlag("maxResolutionUid", .integer, .composite, "who is large in layout 2, by number"),
        LegacyFlag("maxResolutionUserAccount", .text, .composite, "who is large in layout 2, by name"),
        LegacyFlag("autoSubscribe", .boolean, .call, "0: only listed users"),
        LegacyFlag("subscribeVideoUids", .text, .call, "whose pictures, with --autoSubscribe 0"),
        LegacyFlag("subscribeAudioUids", .text, .call, "whose sound, with --autoSubscribe 0"),
        LegacyFlag("keepLastFrame", .integer, .composite, "1: who left stays as a still"),
        LegacyFlag("enableIntraRequest", .boolean, .rest, "0: a keyframe every 2 s instead of on request"),
        LegacyFlag("enableH265Support", .boolean, .rest, "1: record H.265"),
        LegacyFlag("useStringUid", .boolean, .call, "1: --uid is a text", .fourth),
        LegacyFlag("subscribeVideoRegula", .text, .call, "an expression for whose pictures", .fourth),
        LegacyFlag("subscribeAudioRegula", .text, .call, "an expression for whose sound", .fourth),
        LegacyFlag("salt", .text, .rest, "the salt of encrypted media", .fourth),
        LegacyFlag("Recording_Dir", .text, .call, "the directory for the files themselves", .fourth),
        LegacyFlag("treatStringUidAsIntUid", .boolean, .rest, "1: texts of digits are numbers", .fourth),
    ]
}
