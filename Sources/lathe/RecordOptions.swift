import CommandLineOptions
import Legacy

/// The options of `lathe record`: our own, and those of the product that it stands in for.
enum RecordOptions {
    private static let recording = [
        OptionDescription("channel", "C", "the channel to record"),
        OptionDescription("server", "URL", "a running server; else this command is one"),
        OptionDescription("media", "both|audio|video", "what of each user is recorded (both)"),
        OptionDescription("trigger", "automatic|manual", "record at once, or when told (automatic)"),
        OptionDescription("on-pause", "cut|hold", "leave pauses out, or fill them (cut)"),
        OptionDescription("subscribe-audio", "LIST", "whose sound is recorded, as 1,anna (everybody's)"),
        OptionDescription("subscribe-video", "LIST", "whose pictures are recorded (everybody's)"),
        OptionDescription("except-audio", "LIST", "whose sound is not recorded"),
        OptionDescription("except-video", "LIST", "whose pictures are not recorded"),
        OptionDescription("match-audio", "REGEX", "whose sound is recorded, besides a list's; for whole ids"),
        OptionDescription("match-video", "REGEX", "whose pictures are recorded, likewise"),
    ]

    private static let length = [
        OptionDescription("chunk-seconds", "N", "begin another file after so many seconds, at least 10"),
        OptionDescription("chunk-bytes", "SIZE", "begin another file after so many bytes"),
        OptionDescription("max-duration", "SECONDS", "how long files or the recording may be"),
        OptionDescription("at-maximum", "roll-over|stop", "go on in new files then, or stop (roll-over)"),
    ]

    private static let files = [
        OptionDescription("directory", "DIR", "put the files directly here"),
        OptionDescription("names", "TEMPLATE", "what files are called"),
    ]

    /// Our own.
    static let own = [
        OptionGroup(
            "recording", "what is recorded", recording + ServerOptions.recording.filter { $0.name == "idle" },
            common: ["channel", "server", "media", "trigger", "idle"]),
        OptionGroup(
            "files", "what the files are like", files + ServerOptions.files, common: ["directory"]),
        OptionGroup("length", "when files and recordings end", length, common: ["max-duration"]),
        OptionGroup("disk", "what is kept, and how safely", ServerOptions.disk),
        OptionGroup("server", "where clients find it, without --server", ServerOptions.server),
        OptionGroup("events", "who is told what happens, without --server", ServerOptions.events),
        OptionGroup("log", "what the process says of itself", ServerOptions.log),
    ]

    /// The flags of the older program that are not ours under the same name.
    static let legacy = LegacyFlag.Topic.allCases.map { topic in
        OptionGroup("legacy-\(topic.rawValue)", topic.words, flags.filter { $0.topic == topic }.map(description))
    }

    /// The older program's flags among the options given.
    static func legacyValues(_ arguments: Arguments) throws(OptionError) -> LegacyValues {
        var values = LegacyValues()
        for option in arguments.options {
            guard let flag = flags.first(where: { $0.name == option.name }) else { continue }
            try values.set(flag, to: option.value)
        }
        return values
    }

    private static let flags = {
        let known = Set(own.flatMap(\.options).flatMap { [$0.name, $0.alias ?? $0.name] })
        return LegacyFlag.all.filter { !known.contains($0.name) }
    }()

    private static func description(_ flag: LegacyFlag) -> OptionDescription {
        let placeholder =
            switch flag.value {
            case .boolean: "0|1"
            case .text: "TEXT"
            case .integer, .unsigned: "N"
            }
        return OptionDescription(flag.name, placeholder, flag.help)
    }
}

extension LegacyFlag.Topic {
    /// What the flags are about, in words.
    fileprivate var words: String {
        switch self {
        case .call: "the older program's flags for channel, users and times"
        case .composite: "its flags for composites, of which Lathe makes none"
        case .rest: "its flags for networks, raw media, ciphers and logs"
        }
    }
}
