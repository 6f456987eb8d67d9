import Codecs
import Foundation
import Lathe
import Publish
import Testing

/// A service on free ports, with a directory of its own; it ends, and the directory goes, when `body` does.
func withService<Result>(
    _ change: (inout ServiceConfiguration) -> Void = { _ in }, body: (LatheService) async throws -> Result
) async throws -> Result {
    let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let service = try await startService(at: root, change)
    do {
        let result = try await body(service)
        await service.stop()
        return result
    } catch {
        await service.stop()
        throw error
    }
}

/// Tests run beside each other, so a range of ports may be taken; another is tried then.
private func startService(
    at root: String, _ change: (inout ServiceConfiguration) -> Void
) async throws -> LatheService {
    for _ in 0..<50 {
        var configuration = ServiceConfiguration()
        (configuration.recordRoot, configuration.httpPort) = (root, 0)
        configuration.lowUDPPort = .random(in: 12_000...31_000)
        configuration.highUDPPort = configuration.lowUDPPort + 3
        change(&configuration)
        let service = try LatheService(configuration)
        do {
            try await service.start()
            return service
        } catch { continue }
    }
    throw Unmet(description: "no free ports for a service")
}

extension LatheService {
    /// A user who sends the pattern to a channel; media flows when this returns.
    func join(_ channel: String, uid: UInt32, seed: UInt64 = 1) async throws -> PublisherFleet {
        let url = try #require(url.flatMap { URL(string: $0) })
        var order = PublishOrder(
            server: .whip(url), channel: channel, uid: uid, media: .pattern, codec: .h264, count: 1, duration: nil,
            conditions: nil, seed: seed)
        (order.size.width, order.size.height) = (320, 240)
        order.bitsPerSecond = 300_000
        let fleet = try PublisherFleet(order)
        try await fleet.connect()
        return fleet
    }
}
