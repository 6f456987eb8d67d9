import Codecs
import CommandLineOptions
import Foundation
import Publish
import Service
import Units

/// `lathe publish`: native clients that send a pattern or a file.
enum PublishCommand: Command {
    static let name = "publish"
    static let summary = "joins a channel as native clients that send a file or a test pattern"
    static let usage = "publish --channel C [--server URL] [--file MEDIA | --pattern] [OPTION…]"
    static let groups = [
        OptionGroup("call", "where to, and for how long", call, common: call.map(\.name)),
        OptionGroup("media", "what is sent", media, common: ["file", "codec"]),
        OptionGroup("link", "a bad network in between", LinkOptions.table),
    ]
    static let options = groups.flatMap(\.options)

    private static let call = [
        OptionDescription("channel", "C", "the channel to join"),
        OptionDescription("server", "URL", "the server (http://127.0.0.1:8080)"),
        OptionDescription("uid", "U", "the user's id; further users count on from it"),
        OptionDescription("count", "N", "how many users join (1)"),
        OptionDescription("seconds", "S", "how long to send; until SIGINT if not given"),
        OptionDescription("script", "EVENTS", "what happens meanwhile, as rotate=90@5,leave=8-10; see operating.md"),
        OptionDescription("janus", "URL", "publish to a Janus VideoRoom instead; its HTTP API's URL"),
        OptionDescription("room", "N", "the room of --janus"),
    ]

    private static let media = [
        OptionDescription("file", "MEDIA", "send this file's picture and sound, to its end"),
        OptionDescription("pattern", nil, "send numbered pictures with a flash and a beep every second (default)"),
        OptionDescription("codec", "h264|h265|vp8|vp9|av1", "how the picture is encoded (h264)"),
        OptionDescription("audio-codec", "opus|pcmu|pcma|g722", "how the sound is encoded (opus)"),
        OptionDescription("bitrate", "KBIT", "the picture's rate in kbit/s (1000)"),
        OptionDescription("size", "WxH", "the pattern's pictures, 160x120 or larger (640x480)"),
        OptionDescription("b-frames", "N", "so many B-pictures of the pattern in a row, H.264 and H.265 (0)"),
        OptionDescription("simulcast", nil, "send the pattern in full, half and quarter size side by side"),
        OptionDescription("stereo", nil, "send the pattern's sound on two channels"),
        OptionDescription("dtx", nil, "do not send the pattern's silence; Opus only"),
        OptionDescription("red", nil, "repeat each Opus packet in the next (RFC 2198)"),
    ]

    static func run(_ arguments: Arguments) async throws -> Int32 {
        let order = try order(arguments)
        let fleet = try PublisherFleet(order)
        try await fleet.connect()
        say("\(order.count) connected to \(order.target)")
        let interrupted = Task {
            guard let signal = await Signals.next() else { return }
            say("\(Signals.name(signal)): leaving")
            await fleet.stop()
        }
        let reports = try await fleet.send(for: order.duration)
        interrupted.cancel()
        for (index, report) in reports.prefix(10).enumerated() { say(line(index, report)) }
        if reports.count > 10 { say("… \(reports.count) users") }
        say(total(reports))
        return 0
    }

    static func order(_ arguments: Arguments) throws -> PublishOrder {
        guard !(arguments.has("file") && arguments.has("pattern")) else {
            throw OptionError("--file and --pattern exclude each other; give one of them")
        }
        let codec = try codec("codec", arguments["codec"], .video) ?? .h264
        let seconds = try arguments.number("seconds", in: 0.1...1_000_000.0)
        var order = PublishOrder(
            server: try server(arguments), channel: try channel(arguments),
            uid: try arguments.number("uid", in: 1...UInt32.max),
            media: arguments["file"].map { .file($0) } ?? .pattern, codec: codec,
            count: try arguments.number("count", in: 1...2000) ?? 1, duration: seconds.map { .seconds($0) },
            conditions: try LinkOptions.conditions(arguments), seed: try LinkOptions.seed(arguments))
        order.bitsPerSecond = 1000 * (try arguments.number("bitrate", in: 50...50_000) ?? 1000)
        order.audioCodec = try self.codec("audio-codec", arguments["audio-codec"], .audio) ?? .opus
        order.reorderedPictureCount = try arguments.number("b-frames", in: 0...8) ?? 0
        order.isSimulcast = arguments.has("simulcast")
        order.isStereo = arguments.has("stereo")
        order.hasPauses = arguments.has("dtx")
        order.hasCopies = arguments.has("red")
        // A Janus room has no way back under the same name.
        order.isPersistent = !arguments.has("janus")
        if let text = arguments["size"] {
            do { order.size = try PictureSize(parsing: text) } catch { throw OptionError("--size: \(error)") }
        }
        if let text = arguments["script"] {
            do { order.script = try PublishScript(parsing: text) } catch { throw OptionError("--script: \(error)") }
        }
        return order
    }

    private static func channel(_ arguments: Arguments) throws -> String {
        if let channel = arguments["channel"], !channel.isEmpty { return channel }
        guard arguments.has("janus") else { throw OptionError("--channel is missing: name the channel to join") }
        return ""
    }

    private static func server(_ arguments: Arguments) throws -> PublishOrder.Server {
        let text = arguments["janus"] ?? arguments["server"] ?? "http://127.0.0.1:8080"
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw OptionError("'\(text)' is not a URL such as http://127.0.0.1:8080")
        }
        guard arguments.has("janus") else {
            guard !arguments.has("room") else { throw OptionError("--room belongs to --janus; add that or drop it") }
            return .whip(url)
        }
        guard !arguments.has("server") else { throw OptionError("--janus and --server exclude each other") }
        guard let room: Int = try arguments.number("room", in: 1...Int.max) else {
            throw OptionError("--janus needs --room, the number of a VideoRoom")
        }
        return .janus(url, room: room)
    }

    private static func codec(_ option: String, _ text: String?, _ kind: MediaKind) throws -> Codec? {
        guard let text else { return nil }
        let known = Codec.allCases.filter { $0.kind == kind && $0.isCarried }
        guard let codec = known.first(where: { $0.rawValue == text.lowercased() }) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw OptionError("--\(option) is one of \(names), not '\(text)'")
        }
        return codec
    }

    private static func total(_ reports: [PublishReport]) -> String {
        let sum = reports.reduce(into: PublishReport()) { $0.add($1) }
        var line = "in all: \(sum.packetCount) packets, \(sum.byteCount) bytes, \(sum.retransmittedCount) sent again"
        line += ", \(sum.refusedFrameCount) frames refused"
        return line + ", \(Double(sum.duration.wholeMilliseconds) / 1000) s of sending"
    }

    private static func line(_ index: Int, _ report: PublishReport) -> String {
        var line = "user \(index + 1): \(report.videoFrameCount) pictures, \(report.audioFrameCount) packets of sound"
        line += ", \(report.retransmittedCount) sent again, \(report.keyframeRequestCount) keyframes asked for"
        if report.reconnectCount > 0 { line += ", joined anew \(report.reconnectCount) times" }
        if report.refusedFrameCount > 0 { line += ", \(report.refusedFrameCount) frames refused" }
        if let link = report.link { line += "; the link lost \(link.lost) of \(link.sent) datagrams" }
        return line
    }
}

extension PublishOrder {
    /// Where it goes, in words.
    var target: String {
        switch server {
        case .whip(let url): "\(url), channel \(channel)"
        case .janus(let url, let room): "\(url), room \(room)"
        }
    }
}
