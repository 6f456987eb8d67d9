import CommandLineOptions
import Foundation
import Legacy
import Service

/// What `lathe record` is told: by options of ours, by legacy flags, and by files of either kind.
struct RecordOrder {
    private(set) var service: ServiceOptions
    private(set) var request: RecordingRequest
    /// A running server; nothing if this process is to host the channel.
    private(set) var server: URL?
    /// What the user should know of settings that mean nothing here.
    private(set) var notes: [String]
    /// Whether somebody chose where HTTP listens, and where media arrives.
    private(set) var choosesHTTP: Bool
    private(set) var choosesUDP: Bool

    /// Options of a server of our own, which mean nothing to somebody else's.
    private static let hosting: Set<String> = [
        "http", "udp-ports", "public-ip", "record-root", "loops", "config", "webhook", "webhook-secret-file",
        "cloud-credentials",
    ]

    /// Reads everything; `defaults` are taken where neither side says otherwise.
    init(_ arguments: Arguments, _ legacy: LegacyValues, defaults: [LegacyOption] = []) throws {
        for option in try LegacyOrder(legacy).options where arguments.has(option.name) {
            throw OptionError(
                "--\(option.name) and a legacy flag that means the same exclude each other; keep one of them")
        }
        var order = try LegacyOrder(legacy, configuration: try Self.configuration(legacy.text("cfgFilePath")))
        order.options.removeAll { arguments.has($0.name) }
        order.leaveOutMP3(media: arguments["media"] ?? order["media"])
        notes = order.notes
        server = try Self.server(arguments)
        if server != nil {
            notes += order.options.filter { Self.hosting.contains($0.name) }
                .map { "--\($0.name) means nothing with --server, which has its own" }
        }
        order.options += defaults.filter { order[$0.name] == nil && !arguments.has($0.name) }
        service = try ServerOptions.defaults(arguments)
        choosesHTTP = arguments.has("http") || service.httpPort != ServiceOptions().httpPort
        choosesUDP = arguments.has("udp-ports") || order["udp-ports"] != nil
        request = RecordingRequest(channel: arguments["channel"] ?? order.channel)
        try order.fill(&service, &request)
        try ServerOptions.set(arguments, &service)
        for option in arguments.options where RecordingRequest.optionNames.contains(option.name) {
            try request.set(option.name, to: option.value)
        }
        service = try service.validated()
        request.take(service)
        if let fault = request.mp3Fault(dashes: "--") { throw OptionError(fault) }
    }

    private static func configuration(_ file: String) throws -> LegacyConfiguration? {
        guard !file.isEmpty else { return nil }
        guard let text = FileManager.default.contents(atPath: file) else {
            throw OptionError("--cfgFilePath \(file): the file cannot be read; check its name and permissions")
        }
        return try LegacyConfiguration(parsing: text, named: file)
    }

    private static func server(_ arguments: Arguments) throws -> URL? {
        guard let text = arguments["server"] else { return nil }
        if let extra = arguments.options.first(where: { hosting.contains($0.name) }) {
            throw OptionError("--server and --\(extra.name) exclude each other: the server has its own")
        }
        guard let url = URL(string: text), url.host != nil else {
            throw OptionError("--server wants a URL such as http://127.0.0.1:8080, not '\(text)'")
        }
        return url
    }
}
