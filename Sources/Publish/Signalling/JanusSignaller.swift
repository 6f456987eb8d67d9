import Foundation
import Synchronization

/// Publishes into a VideoRoom of a Janus gateway, over its HTTP API.
///
/// A session, a handle of the plug-in, one request that joins and configures at once, and long polls
/// for the answer. From then on a message now and then keeps the session alive.
final class JanusSignaller: Signaller {
    /// Janus gives a silent session up after a minute, by default.
    private static let keepAliveInterval = Duration.seconds(20)

    private let base: URL
    private let room: Int
    private let display: String
    /// The session, as long as we stay in it.
    private let session = Mutex<URL?>(nil)

    init(base: URL, room: Int, display: String) {
        self.base = base
        self.room = room
        self.display = display
    }

    func exchange(offer: String) async throws -> String {
        let sessionID = try await create(at: base, ["janus": "create"])
        let sessionURL = base.appendingPathComponent(String(sessionID))
        let handleID = try await create(at: sessionURL, ["janus": "attach", "plugin": "janus.plugin.videoroom"])
        let body: [String: Any] = [
            "janus": "message",
            "body": ["request": "joinandconfigure", "ptype": "publisher", "room": room, "display": display],
            "jsep": ["type": "offer", "sdp": offer],
        ]
        _ = try await post(sessionURL.appendingPathComponent(String(handleID)), body)
        let answer = try await firstAnswer(sessionURL)
        session.withLock { $0 = sessionURL }
        Task { await keepAlive(sessionURL) }
        return answer
    }

    func leave() async {
        let taken = session.withLock { session in
            defer { session = nil }
            return session
        }
        guard let taken else { return }
        _ = try? await post(taken, ["janus": "destroy"])
    }

    private func firstAnswer(_ sessionURL: URL) async throws -> String {
        for _ in 0..<30 {
            let event = try await Self.poll(sessionURL)
            if let jsep = event["jsep"] as? [String: Any], let sdp = jsep["sdp"] as? String { return sdp }
            let data = (event["plugindata"] as? [String: Any])?["data"] as? [String: Any]
            if let reason = data?["error"] as? String { throw PublishError("Janus refused the publisher: \(reason)") }
        }
        throw PublishError("Janus sent no answer for room \(room)")
    }

    private func create(at url: URL, _ message: [String: Any]) async throws -> Int {
        let answer = try await post(url, message)
        guard let data = answer["data"] as? [String: Any], let id = data["id"] as? Int else {
            throw PublishError("Janus at \(base) answered without an id: \(answer)")
        }
        return id
    }

    private func post(_ url: URL, _ message: [String: Any]) async throws -> [String: Any] {
        var message = message
        message["transaction"] = UUID().uuidString
        let body = try JSONSerialization.data(withJSONObject: message)
        let call = HTTPCall(method: "POST", url: url, contentType: "application/json", body: body)
        let answer = try JSONSerialization.jsonObject(with: try await call.send().body) as? [String: Any] ?? [:]
        if let error = answer["error"] as? [String: Any] { throw PublishError("Janus: \(error["reason"] ?? error)") }
        return answer
    }

    private static func poll(_ url: URL) async throws -> [String: Any] {
        let answer = try await HTTPCall(method: "GET", url: url).send(timeout: 90)
        return try JSONSerialization.jsonObject(with: answer.body) as? [String: Any] ?? [:]
    }

    /// Says every now and then that we are there; whatever Janus has to tell is of no interest.
    ///
    /// Not by the long polls that its documentation suggests: URLSession turns a processor hot while one waits.
    private func keepAlive(_ url: URL) async {
        while true {
            try? await Task.sleep(for: Self.keepAliveInterval)
            guard session.withLock({ $0 != nil }) else { return }
            do { _ = try await post(url, ["janus": "keepalive"]) } catch { return }
        }
    }
}
