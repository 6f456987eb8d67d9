import DTLS
import EventLoop
import Foundation

/// Many publishers at once, on one event loop per core.
public struct PublisherFleet: Sendable {
    private static let loopSeconds = 10
    /// How many join at a time: each costs a handshake.
    private static let joinWidth = 8

    let publishers: [Publisher]

    /// Prepares the media and the sockets; nobody joins yet.
    public init(_ order: PublishOrder) throws {
        try order.check()
        let loops = try (0..<min(order.count, ProcessInfo.processInfo.activeProcessorCount)).map {
            try EventLoop(name: "publish-\($0)")
        }
        let certificate = try Certificate()
        let shared = try Self.sharedLoop(order)
        publishers = try (0..<order.count).map { index in
            try Publisher(
                source: try Self.source(order, index, shared), signaller: try Self.signaller(order, index),
                certificate: certificate, conditions: order.conditions, script: order.script,
                hasCopies: order.hasCopies, isPersistent: order.isPersistent,
                seed: order.seed &+ UInt64(index) &* 1000,
                on: loops[index % loops.count])
        }
    }

    /// Joins everybody, a few at a time.
    public func connect() async throws {
        for start in stride(from: 0, to: publishers.count, by: Self.joinWidth) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in publishers[start..<min(start + Self.joinWidth, publishers.count)] {
                    group.addTask { try await publisher.connect() }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Sends for as long as was asked, and returns what each publisher sent, in their order.
    public func send(for duration: Duration?) async throws -> [PublishReport] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in publishers { group.addTask { try await publisher.send(for: duration) } }
            try await group.waitForAll()
        }
        var reports: [PublishReport] = []
        for publisher in publishers { reports.append(await publisher.report) }
        return reports
    }

    /// Ends early, in order.
    public func stop() async {
        for publisher in publishers { await publisher.stop() }
    }

    private static func sharedLoop(_ order: PublishOrder) throws -> PatternLoop? {
        guard order.count > PublishOrder.liveLimit, case .pattern = order.media else { return nil }
        var settings = order.patternSettings(0)
        settings.tag = 0
        return try PatternLoop(settings, seconds: loopSeconds)
    }

    private static func source(_ order: PublishOrder, _ index: Int, _ shared: PatternLoop?) throws -> any MediaSource {
        if let shared { return LoopedSource(shared) }
        switch order.media {
        case .file(let path):
            var settings = FileSettings(path: path, videoCodec: order.codec)
            settings.audioCodec = order.audioCodec
            settings.bitsPerSecond = order.bitsPerSecond
            return try ThreadedSource(file: settings)
        case .pattern: return try ThreadedSource(pattern: order.patternSettings(index))
        }
    }

    private static func signaller(_ order: PublishOrder, _ index: Int) throws -> any Signaller {
        let uid = order.uid.map { $0 &+ UInt32(index) }
        switch order.server {
        case .janus(let url, let room): return JanusSignaller(base: url, room: room, display: "lathe-\(index)")
        case .whip(let base):
            var parts = URLComponents(url: base.appendingPathComponent("whip"), resolvingAgainstBaseURL: false)
            let name = order.channel.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? order.channel
            parts?.percentEncodedPath += "/" + name
            parts?.queryItems = uid.map { [URLQueryItem(name: "uid", value: "\($0)")] }
            guard let url = parts?.url else { throw PublishError("\(base) is not a server's URL") }
            return WHIPSignaller(endpoint: url)
        }
    }
}
