import Catalog

// What code in this process may see of a recording, beside its document.
extension Hub {
    /// The id of the newest event of all; those of a recording that starts from now on come behind it.
    package nonisolated func newestEvent() async throws -> Int64 { try await outbox.reader.newest() }

    /// A reader of a recording's events behind an id.
    package nonisolated func follower(of recording: String, after id: Int64) -> RecordingFollower {
        RecordingFollower(outbox, recording: recording, after: id)
    }

    /// Where the frames of a recording's users can be watched.
    package func tap(of recording: String) throws -> FrameTap { try session(recording).tap }
}
