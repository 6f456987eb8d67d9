import Foundation
import Service
import Units

/// A hub on free ports, with a directory of its own; it ends, and the directory goes, when `body` does.
func withHub<Result>(
    _ change: (inout ServiceOptions) -> Void = { _ in }, body: (Hub) async throws -> Result
) async throws -> Result {
    var options = ServiceOptions()
    let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
    options.recordRoot = root.path
    options.loopCount = 2
    change(&options)
    let hub = try await startHub(&options)
    let running = Task { await hub.run() }
    do {
        let result = try await body(hub)
        await hub.shutDown(signal: 15)
        running.cancel()
        try? FileManager.default.removeItem(at: root)
        return result
    } catch {
        await hub.shutDown(signal: 15)
        running.cancel()
        throw error
    }
}

/// Tests run beside each other, so a range of ports may be taken; another is tried then.
private func startHub(_ options: inout ServiceOptions) async throws -> Hub {
    for _ in 0..<50 {
        let low = UInt16.random(in: 12_000...31_000)
        options.udpPorts = low...(low + 3)
        guard let hub = try? Hub(options) else { continue }
        try await hub.begin()
        return hub
    }
    throw Unmet("no free ports for a hub")
}

/// Something that a test waited for in vain.
struct Unmet: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Waits until `condition` gives something; fails after half a minute, which nothing here takes.
func eventually<Result>(_ what: String, _ condition: () async throws -> Result?) async throws -> Result {
    for _ in 0..<3000 {
        if let result = try await condition() { return result }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Unmet("never: \(what)")
}

extension Hub {
    /// Stops a recording and waits for its last file.
    func stopAndFinish(_ id: String) async throws -> RecordingDocument {
        _ = try await stopRecording(id)
        return try await finished(id)
    }

    func finished(_ id: String) async throws -> RecordingDocument {
        try await eventually("\(id) finishes") {
            let document = try recording(id)
            return document.state == .finished ? document : nil
        }
    }
}
