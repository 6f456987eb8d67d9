import Catalog
import EventLoop
import Units

/// What became of a start that a client of the cloud's paths asked for.
public enum CloudStart: Sendable {
    case begun(RecordingDocument)
    /// The same resource has started this one already.
    case known(RecordingDocument)
    /// The same App ID, channel and uid record already, by another resource.
    case conflict
}

// What the documented paths of a cloud recorder ask for.
extension Hub {
    /// Gives the right to start one recording of a channel.
    public func acquireCloudResource(appID: String, channel: String, uid: UInt32) throws -> CloudResource {
        try checkName(channel)
        return CloudResource(appID: appID, channel: channel, uid: uid, atUnixSeconds: Self.unixSeconds())
    }

    /// Starts a recording by a resource, once.
    ///
    /// Fails with status 410 if the resource has been out for too long.
    public func startCloudRecording(
        _ request: RecordingRequest, by resource: CloudResource, appID: String
    ) async throws -> CloudStart {
        if let known = try await recording(by: resource) { return .known(known) }
        guard !resource.isOver(atUnixSeconds: Self.unixSeconds()) else {
            throw Problem(
                status: 410, title: "Gone",
                detail: "the resource was acquired over \(CloudResource.longestWaitSeconds) s ago; acquire another")
        }
        // Two requests at once: the catalogue knows of neither yet.
        let task = "\(appID)/\(resource.uid)/\(request.channel)"
        guard cloudStarts[task] == nil || cloudStarts[task] == resource else { return .conflict }
        cloudStarts[task] = resource
        defer { cloudStarts[task] = nil }
        guard try await !isRecorded(request.channel, by: resource.uid, of: appID) else { return .conflict }
        return .begun(try await startRecording(request, key: resource.key))
    }

    /// The recording that a resource has started; nothing if it has not, or if the recording is kept no longer.
    public func recording(by resource: CloudResource) async throws -> RecordingDocument? {
        let entry = try await stored { () throws(CatalogError) in try await catalog.entry(key: resource.key) }
        guard let entry else { return nil }
        return try await recording(entry.id)
    }

    /// Waits until a recording's files are closed, but not for ever, and says how it stands then.
    public nonisolated func settled(_ id: String, within patience: Duration) async throws -> RecordingDocument {
        let deadline = SystemClock.now() + patience
        while true {
            let document = try await recording(id)
            guard document.state != .finished, SystemClock.now() < deadline else { return document }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func isRecorded(_ channel: String, by uid: UInt32, of appID: String) async throws -> Bool {
        let unfinished = try await stored { () throws(CatalogError) in try await catalog.unfinished() }
        return unfinished.contains { entry in
            guard entry.channel == channel, entry.ending == nil, let resource = CloudResource(key: entry.key) else {
                return false
            }
            return resource.uid == uid && resource.belongs(to: appID, channel: channel)
        }
    }

    private static func unixSeconds() -> Int64 { SystemClock.wallNanoseconds() / 1_000_000_000 }
}
