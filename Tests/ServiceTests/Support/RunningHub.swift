import Foundation
import Service
import Storage
import Units

/// A hub on free ports, with a directory of its own; it ends, and the directory goes, when `body` does.
func withHub<Result>(
    _ change: (inout ServiceOptions) -> Void = { _ in }, on fileSystem: (some FileSystem)? = LinuxFileSystem?.none,
    body: (Hub) async throws -> Result
) async throws -> Result {
    let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    return try await withHub(at: root, change, on: fileSystem) { hub, _ in try await body(hub) }
}

/// A hub that records to a directory, which stays; it has looked at what was there before.
func withHub<Result>(
    at root: String, _ change: (inout ServiceOptions) -> Void = { _ in },
    on fileSystem: (some FileSystem)? = LinuxFileSystem?.none, body: (Hub, ResumeReport) async throws -> Result
) async throws -> Result {
    var options = ServiceOptions()
    options.recordRoot = root
    options.loopCount = 2
    change(&options)
    let hub = try await startHub(&options, on: fileSystem)
    let report = await hub.resume()
    let running = Task { await hub.run() }
    do {
        let result = try await body(hub, report)
        await hub.shutDown(signal: 15)
        running.cancel()
        return result
    } catch {
        await hub.shutDown(signal: 15)
        running.cancel()
        throw error
    }
}

/// Tests run beside each other, so a range of ports may be taken; another is tried then.
private func startHub(_ options: inout ServiceOptions, on fileSystem: (some FileSystem)?) async throws -> Hub {
    for _ in 0..<50 {
        let low = UInt16.random(in: 12_000...31_000)
        options.udpPorts = low...(low + 3)
        guard let hub = try? makeHub(options, on: fileSystem) else { continue }
        try await hub.begin()
        return hub
    }
    throw Unmet("no free ports for a hub")
}

private func makeHub(_ options: ServiceOptions, on fileSystem: (some FileSystem)?) throws -> Hub {
    guard let fileSystem else { return try Hub(options) }
    let storage = try StorageThreads(
        threadCount: 2, durability: .power(every: .milliseconds(200)), queueLimit: 64 << 20, on: fileSystem)
    return try Hub(options, storage: storage)
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
            let document = try await recording(id)
            return document.state == .finished ? document : nil
        }
    }
}
