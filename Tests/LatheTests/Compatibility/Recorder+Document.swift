import Service

@testable import Lathe

extension Recorder {
    /// What the engine keeps of the recording that runs.
    func document() async throws -> RecordingDocument {
        let watch = try running()
        return try await watch.hub.recording(watch.recording.id)
    }

    /// Whom the engine records, by one user's id.
    func records(_ uid: String) async throws -> (sound: Bool, pictures: Bool) {
        let control = try await document().control ?? RecordingControl()
        return (control.audioUsers.includes(uid), control.videoUsers.includes(uid))
    }
}
