import CommandLineOptions
import Service

/// The options of commands that host channels: on the command line, and in a file.
enum ServerOptions {
    static let recording = [
        OptionDescription("auto-record", "individual|off", "what is recorded without being asked for (off)"),
        OptionDescription("idle", "SECONDS", "how long it waits without users, 3 or more (300)"),
    ]

    static let files = [
        OptionDescription("record-root", "DIR", "where recordings go (recordings)"),
        OptionDescription("audio", "aac|opus", "how MP4 files keep sound (aac)"),
        OptionDescription("mp3", "none|beside|only", "of sound alone, MP3 beside the usual file or only that (none)"),
        OptionDescription("mp3-rate", "HZ", "of MP3: 16000, 32000, 44100 or 48000 (48000)"),
        OptionDescription(
            "container", "auto|mp4|webm|ts", "what kind of files, where the codec leaves a choice (auto)"),
        OptionDescription("splitting", "continuous|legacy", "one file through it all, or cut as before (continuous)"),
        OptionDescription(
            "stream-type", "0|1", "of a simulcast, the high (0) or the low (1) stream; also --streamType",
            alias: "streamType"),
        OptionDescription("on-loss", "hold|keep", "after loss, hold the last clean picture or keep broken ones (hold)"),
        OptionDescription(
            "recover-files", "0|1", "write .h264 and .aac beside each MP4, deleted when it is whole (0)"),
    ]

    static let disk = [
        OptionDescription(
            "durability", "power|process", "files survive a power cut, or only the process's end (power)"),
        OptionDescription("min-free", "SIZE", "refuse new recordings while less is free on the disk (500m)"),
        OptionDescription("keep-days", "N", "delete finished recordings so many days after their end (never)"),
        OptionDescription("keep-bytes", "SIZE", "delete the oldest when all finished ones take more (never)"),
    ]

    static let server = [
        OptionDescription("http", "HOST:PORT", "where HTTP listens (127.0.0.1:8080)"),
        OptionDescription("udp-ports", "LOW-HIGH", "where media arrives, one port a loop (40000-40015)"),
        OptionDescription("public-ip", "IP", "an address to announce besides the host's own", isRepeatable: true),
        OptionDescription("loops", "N", "media loops (one a core)"),
        OptionDescription("max-users", "N", "how many users may be in all channels together (1000)"),
        OptionDescription(
            "cloud-credentials", "FILE", "who may use the cloud recorder's paths: id:secret, one pair a line (all)"),
        OptionDescription("config", "FILE", "the same options as JSON; the command line wins"),
    ]

    static let events = [
        OptionDescription(
            "webhook", "URL", "deliver every event there, until it is taken; may be repeated", isRepeatable: true),
        OptionDescription("webhook-secret-file", "FILE", "sign deliveries with the secret in this file"),
    ]

    static let log = [
        OptionDescription(
            "log-level", "LEVEL", "fatal, error, warning, notice, info or debug, or 1 to 6; also --logLevel",
            alias: "logLevel"),
        OptionDescription("log-format", "text|json", "how lines of the log are written (text)"),
        OptionDescription("log-file", "FILE", "log there, not on standard error"),
        OptionDescription("log-bytes", "SIZE", "begin another file after so many bytes (10m)"),
        OptionDescription("log-files", "N", "how many files of the log are kept (2)"),
    ]

    static let groups = [
        OptionGroup(
            "server", "where clients find it", server, common: ["http", "udp-ports", "public-ip", "config"]),
        OptionGroup("recording", "what is recorded, and how long", recording, common: ["auto-record", "idle"]),
        OptionGroup("files", "what the files are like", files, common: ["record-root"]),
        OptionGroup("disk", "what is kept, and how safely", disk),
        OptionGroup("events", "who is told what happens", events),
        OptionGroup("log", "what the process says of itself", log, common: ["log-level"]),
    ]

    static let table = groups.flatMap(\.options)

    /// The defaults, then the file, then the command line.
    static func read(_ arguments: Arguments) throws -> ServiceOptions {
        var options = try defaults(arguments)
        try set(arguments, &options)
        return try options.validated()
    }

    /// The defaults, and the file that the command line names.
    static func defaults(_ arguments: Arguments) throws -> ServiceOptions {
        var options = ServiceOptions()
        if let file = arguments["config"] { try ConfigurationFile.apply(file, to: &options) }
        return options
    }

    /// What the command line says itself.
    static func set(_ arguments: Arguments, _ options: inout ServiceOptions) throws {
        if arguments.has("public-ip") { options.publicIPs = [] }
        if arguments.has("webhook") { options.forgetWebhooks() }
        for option in arguments.options where ServiceOptions.names.contains(option.name) {
            try options.set(option.name, to: option.value)
        }
        guard arguments.words.isEmpty else {
            throw OptionError("'\(arguments.words[0])' is not an option; every option begins with --")
        }
    }
}
