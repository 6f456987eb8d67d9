import Capture
import Foundation
import Service

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Whoever does the recording: this process or another.
protocol Recorder: Sendable {
    func start(_ request: RecordingRequest) async throws -> RecordingDocument
    func document(_ id: String) async throws -> RecordingDocument
    func stop(_ id: String, signal: Int32) async throws
    func pause(_ id: String) async throws
    func resume(_ id: String) async throws
}

/// The hub in this process.
struct LocalRecorder: Recorder {
    let hub: Hub

    func start(_ request: RecordingRequest) async throws -> RecordingDocument { try await hub.startRecording(request) }
    func document(_ id: String) async throws -> RecordingDocument { try await hub.recording(id) }
    func stop(_ id: String, signal: Int32) async throws { _ = try await hub.stopRecording(id, .signal(signal)) }
    func pause(_ id: String) async throws { _ = try await hub.pauseRecording(id) }
    func resume(_ id: String) async throws { _ = try await hub.resumeRecording(id) }
}

/// A server elsewhere, by its API.
struct RemoteRecorder: Recorder {
    let server: URL

    func start(_ request: RecordingRequest) async throws -> RecordingDocument {
        try await call("POST", "v1/recordings", body: try JSONEncoder().encode(request))
    }

    func document(_ id: String) async throws -> RecordingDocument { try await call("GET", "v1/recordings/\(id)") }

    func stop(_ id: String, signal: Int32) async throws { try await tell(id, "stop") }
    func pause(_ id: String) async throws { try await tell(id, "pause") }
    func resume(_ id: String) async throws { try await tell(id, "resume") }

    private func tell(_ id: String, _ verb: String) async throws {
        _ = try await call("POST", "v1/recordings/\(id)/\(verb)")
    }

    private func call(_ method: String, _ path: String, body: Data? = nil) async throws -> RecordingDocument {
        var request = URLRequest(url: server.appendingPathComponent(path), timeoutInterval: 30)
        request.httpMethod = method
        request.httpBody = body
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (answer, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, (200...299).contains(status) else {
            let problem = try? JSONSerialization.jsonObject(with: answer) as? [String: Any]
            throw Problem(
                status: 502, title: "Refused", detail: problem?["detail"] as? String ?? "\(server) refused \(path)")
        }
        return try RecordingDocument(reading: answer)
    }
}
