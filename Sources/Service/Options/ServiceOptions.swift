import Capture
package import Channel
public import CommandLineOptions
import Foundation
public import Units

/// Everything that the operator can choose about a server, with the defaults.
///
/// The command line and the configuration file set the same names through the same door, so that both
/// accept and refuse the same things.
public struct ServiceOptions: Equatable, Sendable {
    /// What is recorded without being asked for.
    public enum AutoRecord: String, CaseIterable, Sendable {
        /// Every user of every channel, one file each.
        case individual
        case off
    }

    /// What the files of a recording survive.
    public enum Durability: String, CaseIterable, Sendable {
        /// The machine's power going: what was written is on the disk within a second or two.
        case power
        /// The process's end, however that comes; the kernel writes to the disk when it likes.
        case process
    }

    /// Where the HTTP server listens.
    public var httpHost = "127.0.0.1"
    public var httpPort: UInt16 = 8080
    /// Where media arrives: one port per loop, taken from the low end.
    public var udpPorts: ClosedRange<UInt16> = 40_000...40_015
    /// Addresses to announce besides the host's own: a router's public side, for instance.
    public var publicIPs: [IPAddress] = []
    /// Where recordings go; made if it is missing.
    public var recordRoot = "recordings"
    public var autoRecord = AutoRecord.off
    /// What a channel is whose first user does not say.
    package var usualProfile = ChannelProfile.communication
    /// How long a recording waits in a channel without users.
    public var idle: Duration = .seconds(300)
    /// How files are made of what users send.
    public var files = FileChoices()
    /// Whether files survive a power cut, or only the process.
    public var durability = Durability.power
    /// How much of the disk must be free for a recording to be started.
    public var minimumFree = ByteCount(500 << 20)
    /// Which finished recordings are deleted; none unless days or bytes are given.
    public var keepDays: Double?
    public var keepBytes: ByteCount?
    /// Whether recordings go on that a crash interrupted; otherwise their files are closed.
    public var continuesRecordings = false
    /// How many media loops run; nothing means one per core.
    public var loopCount: Int?
    /// How many users may be in all channels together; more are refused.
    public var userLimit = 1000
    /// Where events are delivered to, and the file that holds what deliveries are signed with.
    var webhooks: [WebhookTarget] = []
    var webhookSecretFile: String?
    /// The file that holds who may use the cloud's paths; nothing if everybody may.
    var cloudCredentialsFile: String?
    /// What the process's own log tells, and how; nothing as the level leaves it to the command.
    public var logLevel: LogLevel?
    var logFormat = LogLine.Format.text
    /// Where the log goes instead of standard error, how long each file may be, and how many there are.
    var logFile: String?
    var logBytes = ByteCount(10 << 20)
    var logFileCount = 2

    public init() {}
}

extension ServiceOptions {
    /// The names that `set` knows, in the order of the help text.
    public static let names = [
        "http", "udp-ports", "public-ip", "record-root", "auto-record", "idle", "audio", "mp3", "mp3-rate", "container",
        "splitting", "stream-type", "on-loss", "recover-files", "durability", "min-free", "keep-days", "keep-bytes",
        "loops", "max-users", "webhook", "webhook-secret-file", "cloud-credentials", "log-level", "log-format",
        "log-file", "log-bytes", "log-files",
    ]

    /// Other names of some of them, as the product that Lathe stands in for calls them.
    public static let aliases = ["streamType": "stream-type", "logLevel": "log-level"]

    /// Those that may be given more than once.
    static let repeatableNames: Set<String> = ["public-ip", "webhook"]

    /// Sets one option from its text, as it stands on the command line or in the file.
    public mutating func set(_ name: String, to text: String) throws(OptionError) {
        switch Self.aliases[name] ?? name {
        case "http": try setHTTP(text)
        case "udp-ports": udpPorts = try Self.portRange(text)
        case "public-ip": publicIPs.append(try Self.address(text))
        case "record-root": recordRoot = try Self.path(text)
        case "auto-record": autoRecord = try Self.choice(name, text)
        case "audio": files.audio = try Self.choice(name, text)
        case "mp3": files.mp3 = try Self.choice(name, text)
        case "mp3-rate": files.mp3Rate = try Self.mp3Rate(name, text)
        case "container": files.container = try Self.choice(name, text)
        case "splitting": files.splitting = try Self.choice(name, text)
        case "stream-type": files.streamType = try Self.streamType(name, text)
        case "on-loss": files.onLoss = try Self.choice(name, text)
        case "recover-files": files.hasRecoveryStreams = try Self.number(name, text, in: 0...1) == 1
        case "durability": durability = try Self.choice(name, text)
        case "min-free": minimumFree = try Self.byteCount(name, text)
        case "keep-days": keepDays = try Self.days(name, text)
        case "keep-bytes": keepBytes = try Self.byteCount(name, text)
        case "idle": idle = .seconds(try Self.number(name, text, in: 3...86_400))
        case "loops": loopCount = try Self.number(name, text, in: 1...256)
        case "max-users": userLimit = try Self.number(name, text, in: 1...100_000)
        case "webhook": try addWebhook(text)
        case "webhook-secret-file": webhookSecretFile = try Self.file(name, text)
        case "cloud-credentials": cloudCredentialsFile = try Self.file(name, text)
        case "log-level": logLevel = try Self.level(name, text)
        case "log-format": logFormat = try Self.choice(name, text)
        case "log-file": logFile = try Self.file(name, text)
        case "log-bytes": logBytes = try Self.logBytes(name, text)
        case "log-files": logFileCount = try Self.number(name, text, in: 1...100)
        default:
            throw OptionError("unknown option '\(name)'; known are: \(Self.names.joined(separator: ", "))")
        }
    }

    /// Refuses values that are fine alone but contradict each other.
    public func validated() throws(OptionError) -> ServiceOptions {
        let needed = effectiveLoopCount
        guard udpPorts.count >= needed else {
            throw OptionError(
                "--udp-ports has \(udpPorts.count) ports but --loops needs \(needed), one each; "
                    + "widen the range or name fewer loops")
        }
        if webhookSecretFile != nil, webhooks.isEmpty {
            throw OptionError("--webhook-secret-file signs what goes to a --webhook; name one, or leave it out")
        }
        if let wrong = files.contradiction { throw OptionError("--\(wrong.field): \(wrong.why)") }
        return self
    }

    /// Where what has to outlive the process is kept: what is to be recorded, and what crashes left.
    public var stateDirectory: String { recordRoot + "/.lathe" }

    /// Which finished recordings are deleted.
    ///
    /// Room is made by deleting only where somebody chose that recordings are deleted at all.
    public var retention: RetentionPolicy {
        guard keepDays != nil || keepBytes != nil else { return RetentionPolicy() }
        return RetentionPolicy(days: keepDays, bytes: keepBytes?.bytes, minimumFree: minimumFree.bytes)
    }

    /// One loop per core, but no more than there are ports for.
    public var effectiveLoopCount: Int {
        loopCount ?? min(ProcessInfo.processInfo.activeProcessorCount, udpPorts.count)
    }

    private mutating func setHTTP(_ text: String) throws(OptionError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw OptionError("--http wants HOST:PORT, such as 127.0.0.1:8080 or [::]:8080, not '\(text)'")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        httpHost = host.isEmpty ? "0.0.0.0" : String(host)
        httpPort = port
    }

    private mutating func addWebhook(_ text: String) throws(OptionError) {
        do {
            let target = try WebhookTarget(text)
            guard !webhooks.contains(target) else { throw OptionError("\(target.shown) is given twice") }
            guard webhooks.count < WebhookOffice.webhookLimit else {
                throw OptionError("no more than \(WebhookOffice.webhookLimit) may be given")
            }
            webhooks.append(target)
        } catch {
            throw OptionError("--webhook: \(error)")
        }
    }

    /// Lets the options name other webhooks than those that a file named.
    public mutating func forgetWebhooks() { webhooks = [] }

    private static func portRange(_ text: String) throws(OptionError) -> ClosedRange<UInt16> {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count == 2, let low = parts[0], let high = parts[1], low > 0 else {
            throw OptionError("--udp-ports wants LOW-HIGH, such as 40000-40015, not '\(text)'")
        }
        guard low <= high else {
            throw OptionError("--udp-ports runs from low to high: write \(high)-\(low)")
        }
        return low...high
    }

    private static func address(_ text: String) throws(OptionError) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw OptionError("--public-ip wants an IPv4 or IPv6 address, not '\(text)'; names are not looked up")
        }
        return address
    }

    private static func path(_ text: String) throws(OptionError) -> String {
        guard !text.isEmpty else { throw OptionError("--record-root wants a directory, such as ./recordings") }
        return text
    }

    private static func level(_ name: String, _ text: String) throws(OptionError) -> LogLevel {
        guard let level = LogLevel(parsing: text) else {
            throw OptionError(
                "--\(name) is fatal, error, warning, notice, info or debug, or a number from 1 to 6, not '\(text)'")
        }
        return level
    }

    private static func logBytes(_ name: String, _ text: String) throws(OptionError) -> ByteCount {
        let count = try byteCount(name, text)
        guard count.bytes >= 65_536 else { throw OptionError("--\(name) is 64k or more, not '\(text)'") }
        return count
    }

    private static func file(_ name: String, _ text: String) throws(OptionError) -> String {
        guard !text.isEmpty else { throw OptionError("--\(name) wants the name of a file") }
        return text
    }

    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ text: String
    ) throws(OptionError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue)
            let listed = known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "")
            throw OptionError("--\(name) is \(listed), not '\(text)'")
        }
        return choice
    }

    private static func streamType(_ name: String, _ text: String) throws(OptionError) -> LayerChoice {
        guard let choice = Int(text).flatMap(LayerChoice.init) else {
            throw OptionError("--\(name) is 0 for the high stream or 1 for the low one, not '\(text)'")
        }
        return choice
    }

    private static func mp3Rate(_ name: String, _ text: String) throws(OptionError) -> MP3Rate {
        guard let rate = Int(text).flatMap(MP3Rate.init) else {
            throw OptionError("--\(name) is \(MP3Rate.listed), not '\(text)'")
        }
        return rate
    }

    static func byteCount(_ name: String, _ text: String) throws(OptionError) -> ByteCount {
        guard let count = ByteCount(parsing: text) else {
            throw OptionError("--\(name) wants a size such as 500m or 2g, not '\(text)'")
        }
        return count
    }

    private static func days(_ name: String, _ text: String) throws(OptionError) -> Double {
        guard let days = Double(text), days > 0, days <= 100_000 else {
            throw OptionError("--\(name) is a number of days such as 30 or 0.5, not '\(text)'")
        }
        return days
    }

    static func number(
        _ name: String, _ text: String, in range: ClosedRange<Int>
    ) throws(OptionError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw OptionError("--\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }
}
