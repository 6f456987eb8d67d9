import Foundation

@testable import Catalog

/// Runs with a database's path in a directory of its own, which goes away afterwards.
func withCatalogPath(_ body: (String) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "/lathe-catalog-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory + "/lathe.db")
}

/// An event whose fields all tell its number.
func event(_ sequence: Int, of recording: String = "a", type: String = "started", isFinal: Bool = false) -> EventRecord
{
    EventRecord(
        recording: recording, channel: "room \(recording)", sequence: sequence,
        atUnixMilliseconds: 1_790_000_000_000 + Int64(sequence), type: type, uid: sequence % 2 == 0 ? "7" : nil,
        detail: sequence % 3 == 0 ? "“\(sequence)”\n" : nil, outcome: isFinal ? "{}" : nil, isFinal: isFinal)
}

func webhook(_ id: String, isConfigured: Bool = false) -> WebhookRecord {
    WebhookRecord(
        id: id, url: "http://127.0.0.1/\(id)", secret: "s", isConfigured: isConfigured, createdAtUnixMilliseconds: 1)
}

extension Catalog {
    /// Keeps events at once.
    @discardableResult
    func keep(_ events: [EventRecord]) throws -> [EventRecord] {
        let queue = EventQueue()
        for event in events { queue.put(event) }
        var kept: [EventRecord] = []
        while !queue.isEmpty { kept += try commit(queue) }
        return kept
    }
}
