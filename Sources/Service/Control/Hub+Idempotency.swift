import Catalog
import Foundation

/// A request that is being answered, which others of the same key wait for.
struct KeyedRequest {
    var request: RecordingRequest
    var answer: Task<RecordingDocument, any Error>
}

// Requests that may be sent twice.
extension Hub {
    private static let longestKey = 255

    /// Starts a recording, unless a request of the same key has: then that recording is the answer.
    ///
    /// Keys last as long as the recordings that they started.
    public func startRecording(_ request: RecordingRequest, key: String?) async throws -> RecordingDocument {
        guard let key else { return try await startRecording(request) }
        guard (1...Self.longestKey).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem.badField(
                "Idempotency-Key", "a key has 1 to \(Self.longestKey) visible ASCII characters, such as a UUID")
        }
        if let running = keyed[key] {
            guard running.request == request else { throw Self.keyMismatch(key) }
            return try await running.answer.value
        }
        let answer = Task { try await answerOnce(request, key: key) }
        keyed[key] = KeyedRequest(request: request, answer: answer)
        defer { keyed[key] = nil }
        return try await answer.value
    }

    private func answerOnce(_ request: RecordingRequest, key: String) async throws -> RecordingDocument {
        guard let entry = try await stored({ () throws(CatalogError) in try await catalog.entry(key: key) }) else {
            return try await startRecording(request, noting: key)
        }
        let known = try? JSONDecoder().decode(RecordingRequest.self, from: Data(entry.request.utf8))
        guard known == request else { throw Self.keyMismatch(key) }
        return try await recording(entry.id)
    }

    private static func keyMismatch(_ key: String) -> Problem {
        Problem(
            status: 422, title: "Key in use",
            detail: "Idempotency-Key '\(key)' stands for another request; choose a new one", field: "Idempotency-Key")
    }
}
