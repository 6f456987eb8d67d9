import Foundation
import HTTPServer
public import Service

/// A hub and its HTTP server, running.
public final class RunningServer: Sendable {
    public let hub: Hub
    /// Nothing where nobody comes by HTTP.
    private let http: HTTPServer?
    /// What was found that a crash had left.
    public let resumed: ResumeReport
    private let running: Task<Void, any Error>

    /// Starts everything; fails with a sentence if a port is taken.
    ///
    /// Without HTTP, whoever made it has to bring users in by the hub.
    public init(_ options: ServiceOptions, hasHTTP: Bool = true) async throws {
        let hub = try Hub(options)
        self.hub = hub
        try await hub.begin()
        resumed = await hub.resume()
        running = Task { await hub.run() }
        let router = Router(hub: hub)
        let limits = HTTPLimits(bodyByteCount: 128 * 1024)
        do {
            http =
                !hasHTTP
                ? nil
                : try HTTPServer(HTTPConfiguration(host: options.httpHost, port: options.httpPort, limits: limits)) {
                    await router.respond(to: $0)
                }
        } catch {
            // Recordings that a crash left may go on already.
            await hub.shutDown(signal: SIGTERM)
            running.cancel()
            throw error
        }
    }

    /// Where clients find it; empty where nobody comes by HTTP.
    public var url: String { http.map { "http://\($0.address)" } ?? "" }

    /// The media ports in use.
    public var mediaPorts: String {
        let ports = hub.mediaPorts
        return ports.count == 1 ? "\(ports[0])" : "\(ports[0])-\(ports[ports.count - 1])"
    }

    /// Ends every recording in order, then everything else; `signal` is the number of what asked for it.
    public func stop(signal: Int32) async {
        await hub.shutDown(signal: signal)
        await http?.stop()
        running.cancel()
    }
}
