import Capture
public import CommandLineOptions

extension RecordingRequest {
    /// The names that `set` knows, in the order of the help text: what is told to one recording, and to no server.
    public static let optionNames = [
        "media", "trigger", "on-pause", "subscribe-audio", "subscribe-video", "except-audio", "except-video",
        "match-audio", "match-video", "directory", "names", "chunk-seconds", "chunk-bytes", "max-duration",
        "at-maximum",
    ]

    /// The longest recording that may be asked for, in seconds: a year.
    static let longestSeconds = 366 * 86_400

    /// Sets one field from its option's text, as it stands on the command line.
    public mutating func set(_ name: String, to text: String) throws(OptionError) {
        switch name {
        case "media": media = try ServiceOptions.choice(name, text)
        case "trigger": trigger = try ServiceOptions.choice(name, text)
        case "on-pause": onPause = try ServiceOptions.choice(name, text)
        case "subscribe-audio", "except-audio", "match-audio": audioUsers = try Self.users(audioUsers, name, text)
        case "subscribe-video", "except-video", "match-video": videoUsers = try Self.users(videoUsers, name, text)
        case "directory": directory = try Self.text(name, text, "a directory, such as ./call")
        case "names": names = try Self.template(name, text)
        case "chunk-seconds":
            chunkSeconds = try ServiceOptions.number(name, text, in: RecordingControl.shortestChunk...86_400)
        case "chunk-bytes": chunkBytes = try Self.chunkBytes(name, text)
        case "max-duration":
            maximumSeconds = try ServiceOptions.number(name, text, in: 1...Self.longestSeconds)
        case "at-maximum": atMaximum = try Self.atMaximum(name, text)
        default: throw OptionError("unknown option '\(name)'; known are: \(Self.optionNames.joined(separator: ", "))")
        }
    }

    /// Asks for what a server's options say about files and idle time, whatever server is asked.
    public mutating func take(_ options: ServiceOptions) {
        idleSeconds = Int(options.idle.components.seconds)
        (audio, container, splitting) = (options.files.audio, options.files.container, options.files.splitting)
        (streamType, onLoss) = (options.files.streamType, options.files.onLoss)
        recoverFiles = options.files.hasRecoveryStreams
        (mp3, mp3Rate) = (options.files.mp3, options.files.mp3Rate)
    }

    private static func text(_ name: String, _ text: String, _ what: String) throws(OptionError) -> String {
        guard !text.isEmpty else { throw OptionError("--\(name) wants \(what)") }
        return text
    }

    private static func template(_ name: String, _ text: String) throws(OptionError) -> String {
        do throws(NameTemplateError) {
            _ = try NameTemplate(text)
            return text
        } catch {
            throw OptionError("--\(name): \(error)")
        }
    }

    /// The users meant so far, with what one more option says of them.
    private static func users(
        _ known: UserSelection?, _ name: String, _ text: String
    ) throws(OptionError) -> UserSelection {
        var users = known ?? .everybody
        let list = text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
        switch name.prefix(while: { $0 != "-" }) {
        case "subscribe": users.only = list
        case "except": users.except = list
        default: users.matching = try Self.text(name, text, "a regular expression for whole ids, such as '1.*'")
        }
        guard let fault = users.fault else { return users }
        guard users.except != nil, users.only != nil || users.matching != nil else {
            throw OptionError("--\(name): \(fault)")
        }
        let medium = name.drop { $0 != "-" }
        let other = users.only != nil ? "subscribe" : "match"
        throw OptionError("--except\(medium) and --\(other)\(medium) exclude each other; keep one of them")
    }

    private static func chunkBytes(_ name: String, _ text: String) throws(OptionError) -> Int {
        let count = try ServiceOptions.byteCount(name, text)
        guard count.bytes >= RecordingControl.smallestChunk else {
            throw OptionError("--\(name) is at least \(ByteCount(RecordingControl.smallestChunk)), not \(text)")
        }
        return count.bytes
    }

    private static func atMaximum(_ name: String, _ text: String) throws(OptionError) -> AtMaximum {
        switch text {
        case "roll-over": .rollOver
        case "stop": .stop
        default: throw OptionError("--\(name) is roll-over or stop, not '\(text)'")
        }
    }
}
