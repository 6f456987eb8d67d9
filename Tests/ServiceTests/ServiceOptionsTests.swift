import Capture
import CommandLineOptions
import Testing
import Units

@testable import Service

@Suite("A server's options")
struct ServiceOptionsTests {
    private static func options(_ pairs: (String, String)...) throws -> ServiceOptions {
        var options = ServiceOptions()
        for (name, text) in pairs { try options.set(name, to: text) }
        return options
    }

    @Test("are all set by the names that the help lists")
    func all() throws {
        var expected = ServiceOptions()
        (expected.httpHost, expected.httpPort) = ("0.0.0.0", 80)
        expected.udpPorts = 5000...5003
        expected.publicIPs = [.v4(0xCB00_7107), .v6(high: 0, low: 1)]
        expected.recordRoot = "/var/lathe"
        expected.autoRecord = .individual
        expected.idle = .seconds(60)
        expected.files.audio = .opus
        expected.files.container = .mp4
        (expected.files.mp3, expected.files.mp3Rate) = (.beside, .hz44100)
        expected.files.streamType = .low
        expected.files.onLoss = .keep
        expected.files.hasRecoveryStreams = true
        expected.loopCount = 4
        expected.userLimit = 12
        expected.durability = .process
        expected.minimumFree = ByteCount(2 << 30)
        (expected.keepDays, expected.keepBytes) = (30.5, ByteCount(1 << 40))
        expected.webhooks = try ["http://127.0.0.1:9/a", "https://example.org/b"].map { try WebhookTarget($0) }
        expected.webhookSecretFile = "/etc/lathe/secret"
        expected.cloudCredentialsFile = "/etc/lathe/cloud"
        (expected.logLevel, expected.logFormat, expected.logFile) = (.debug, .json, "/var/log/lathe.log")
        (expected.logBytes, expected.logFileCount) = (ByteCount(1 << 20), 5)
        let texts = [
            ("http", "0.0.0.0:80"), ("udp-ports", "5000-5003"), ("public-ip", "203.0.113.7"), ("public-ip", "::1"),
            ("record-root", "/var/lathe"), ("auto-record", "individual"), ("idle", "60"), ("audio", "opus"),
            ("mp3", "beside"), ("mp3-rate", "44100"), ("container", "mp4"), ("stream-type", "1"), ("on-loss", "keep"),
            ("splitting", "continuous"),
            ("loops", "4"), ("max-users", "12"), ("durability", "process"), ("min-free", "2g"), ("recover-files", "1"),
            ("keep-days", "30.5"),
            ("keep-bytes", "1t"), ("webhook", "http://127.0.0.1:9/a"), ("webhook", "https://example.org/b"),
            ("webhook-secret-file", "/etc/lathe/secret"), ("cloud-credentials", "/etc/lathe/cloud"), ("log-level", "6"),
            ("log-format", "json"),
            ("log-file", "/var/log/lathe.log"), ("log-bytes", "1m"), ("log-files", "5"),
        ]
        var given = ServiceOptions()
        for (name, text) in texts { try given.set(name, to: text) }
        #expect(given == expected)
        #expect(Set(ServiceOptions.names) == Set(texts.map(\.0)))
    }

    @Test(
        "take an address with its port",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::]:0", "::", 0), (":9000", "0.0.0.0", 9000),
            ("localhost:65535", "localhost", 65_535),
        ] as [(String, String, UInt16)])
    func http(text: String, host: String, port: UInt16) throws {
        let options = try Self.options(("http", text))
        #expect(options.httpHost == host)
        #expect(options.httpPort == port)
    }

    @Test(
        "refuse what cannot be honoured, and say what to write",
        arguments: [
            ("http", "8080", "--http wants HOST:PORT, such as 127.0.0.1:8080 or [::]:8080, not '8080'"),
            ("http", "a:65536", "--http wants HOST:PORT, such as 127.0.0.1:8080 or [::]:8080, not 'a:65536'"),
            ("udp-ports", "40000", "--udp-ports wants LOW-HIGH, such as 40000-40015, not '40000'"),
            ("udp-ports", "0-9", "--udp-ports wants LOW-HIGH, such as 40000-40015, not '0-9'"),
            ("udp-ports", "1-2-3", "--udp-ports wants LOW-HIGH, such as 40000-40015, not '1-2-3'"),
            ("udp-ports", "9-8", "--udp-ports runs from low to high: write 8-9"),
            (
                "public-ip", "example.org",
                "--public-ip wants an IPv4 or IPv6 address, not 'example.org'; names are not looked up"
            ),
            ("record-root", "", "--record-root wants a directory, such as ./recordings"),
            ("auto-record", "all", "--auto-record is individual or off, not 'all'"),
            ("container", "avi", "--container is auto, mp4, webm or ts, not 'avi'"),
            ("splitting", "never", "--splitting is continuous or legacy, not 'never'"),
            ("stream-type", "2", "--stream-type is 0 for the high stream or 1 for the low one, not '2'"),
            ("streamType", "high", "--streamType is 0 for the high stream or 1 for the low one, not 'high'"),
            ("on-loss", "freeze", "--on-loss is hold or keep, not 'freeze'"),
            ("audio", "mp3", "--audio is aac or opus, not 'mp3'"),
            ("mp3", "wav", "--mp3 is none, beside or only, not 'wav'"),
            ("mp3-rate", "22050", "--mp3-rate is 16000, 32000, 44100 or 48000, not '22050'"),
            ("mp3-rate", "high", "--mp3-rate is 16000, 32000, 44100 or 48000, not 'high'"),
            ("idle", "2", "--idle is a number from 3 to 86400, not '2'"),
            ("idle", "86401", "--idle is a number from 3 to 86400, not '86401'"),
            ("loops", "0", "--loops is a number from 1 to 256, not '0'"),
            ("loops", "two", "--loops is a number from 1 to 256, not 'two'"),
            ("max-users", "0", "--max-users is a number from 1 to 100000, not '0'"),
            ("webhook", "ftp://a/", "--webhook: a webhook's URL begins with http:// or https://, not ftp:"),
            (
                "log-level", "7",
                "--log-level is fatal, error, warning, notice, info or debug, or a number from 1 to 6, not '7'"
            ),
            ("log-format", "xml", "--log-format is text or json, not 'xml'"),
            ("log-bytes", "1k", "--log-bytes is 64k or more, not '1k'"),
            ("webhook-secret-file", "", "--webhook-secret-file wants the name of a file"),
        ])
    func refusals(name: String, text: String, message: String) {
        var options = ServiceOptions()
        #expect(throws: OptionError(message)) { try options.set(name, to: text) }
        #expect(options == ServiceOptions())
    }

    @Test("refuse unknown names with the known ones")
    func unknown() {
        var options = ServiceOptions()
        let names = ServiceOptions.names.joined(separator: ", ")
        #expect(throws: OptionError("unknown option 'port'; known are: \(names)")) { try options.set("port", to: "1") }
    }

    @Test("take the legacy name of the stream type, and refuse Opus where scripts expect AAC")
    func files() throws {
        #expect(try Self.options(("streamType", "1")).files.streamType == .low)
        #expect(throws: OptionError.self) {
            try Self.options(("splitting", "legacy"), ("audio", "opus")).validated()
        }
        #expect(try Self.options(("splitting", "legacy")).validated().files.splitting == .legacy)
    }

    @Test("sign nothing that goes nowhere, and send nothing twice to one place")
    func webhooks() {
        #expect(throws: OptionError.self) { try Self.options(("webhook-secret-file", "/f")).validated() }
        #expect(throws: OptionError("--webhook: http://a/ is given twice")) {
            try Self.options(("webhook", "http://a/"), ("webhook", "http://a/"))
        }
    }

    @Test("want a port for each loop, and make no more loops than there are ports")
    func loops() throws {
        #expect(throws: OptionError.self) {
            try Self.options(("udp-ports", "1-2"), ("loops", "3")).validated()
        }
        #expect(try Self.options(("udp-ports", "1-2"), ("loops", "2")).validated().effectiveLoopCount == 2)
        #expect(try Self.options(("udp-ports", "1-1")).validated().effectiveLoopCount == 1)
    }
}
