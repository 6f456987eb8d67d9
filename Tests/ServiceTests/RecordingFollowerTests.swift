import Service
import Testing

@Suite("Following a recording")
struct RecordingFollowerTests {
    @Test("gives its events and no other's, from the first to the last")
    func wholeRecording() async throws {
        try await withHub { hub in
            let newest = try await hub.newestEvent()
            let other = try await hub.startRecording(RecordingRequest(channel: "other"))
            let document = try await hub.startRecording(RecordingRequest(channel: "room"))
            let follower = hub.follower(of: document.id, after: newest)
            #expect(try await follower.next()?.type == "started")
            // Somebody waits for what has not happened yet.
            let waiting = Task { try await follower.next()?.type }
            _ = try await hub.pauseRecording(other.id)
            _ = try await hub.pauseRecording(document.id)
            #expect(try await waiting.value == "paused")
            _ = try await hub.stopAndFinish(document.id)
            var types: [String] = []
            while let event = try await follower.next() {
                #expect(event.recording == document.id)
                types.append(event.type)
            }
            #expect(types == ["stopping", "finished"])
            #expect(try await follower.next() == nil)
        }
    }

    @Test("ends when whoever follows is cancelled")
    func cancellation() async throws {
        try await withHub { hub in
            let document = try await hub.startRecording(RecordingRequest(channel: "room"))
            let follower = hub.follower(of: document.id, after: try await hub.newestEvent())
            let waiting = Task {
                while let event = try await follower.next() { if event.type == "finished" { return "finished" } }
                return "cancelled"
            }
            waiting.cancel()
            #expect(try await waiting.value == "cancelled")
        }
    }
}
