import Catalog
import Foundation
import Publish
import Testing

@testable import Service

@Suite("Events of recordings")
struct HubEventsTests {
    private static func events(of id: String, _ hub: Hub) async throws -> [EventDocument] {
        try await hub.events(after: nil, EventFilter(recording: id), limit: 1_000).events
    }

    @Test("are those of the story, and the last says how it ended")
    func life() async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .milliseconds(600))
            let document = try await hub.stopAndFinish(id)
            let events = try await Self.events(of: id, hub)
            #expect(events.map(\.type) == document.events.map(\.type))
            #expect(events.map(\.sequence) == document.events.map(\.sequence))
            #expect(events.map(\.uid) == document.events.map(\.uid))
            #expect(events.map(\.detail) == document.events.map(\.detail))
            #expect(events.filter { $0.final == true }.map(\.type) == ["finished"])
            #expect(events.last?.outcome?.name == "stopped")
            #expect(events.last?.outcome?.leaveCode == 16)
            #expect(events.allSatisfy { $0.channel == "room" })
        }
    }

    @Test("go on after ten thousand, where the story stops")
    func many() async throws {
        try await withHub { hub in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            await hub.noteOften(id, 10_100)
            let document = try await hub.stopAndFinish(id)
            #expect(document.events.count == 10_000)
            var (all, after): ([EventDocument], Int64) = ([], 0)
            while true {
                let page = try await hub.events(after: after, EventFilter(recording: id), limit: 1_000)
                guard !page.events.isEmpty else { break }
                all += page.events
                after = page.next
            }
            #expect(all.map(\.sequence) == Array(1...10_103))
            #expect(all.last?.final == true)
        }
    }

    @Test(
        "of a crash end once, as crashed, however often it is looked at, and no number comes twice",
        .timeLimit(.minutes(2)))
    func crash() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        let image = root + "-image"
        defer { for path in [root, image] { try? FileManager.default.removeItem(atPath: path) } }
        let id = try await withHub(at: root) { hub, _ in
            let id = try await hub.startRecording(RecordingRequest(channel: "room")).id
            let user = try await PatternUser.join(hub, uid: "42")
            try await user.send(for: .seconds(1.5))
            await hub.outbox.flush()
            // Drafts come and go while it is copied; then it is copied again.
            _ = try await eventually("a copy is made") {
                try? FileManager.default.removeItem(atPath: image)
                return try? FileManager.default.copyItem(atPath: root, toPath: image)
            }
            return id
        }
        _ = try await eventually("the catalogue is closed") {
            FileManager.default.fileExists(atPath: root + "/.lathe/lathe.db-wal") ? nil : true
        }
        try FileManager.default.removeItem(atPath: root)
        try FileManager.default.moveItem(atPath: image, toPath: root)
        for _ in 0..<2 {
            try await withHub(at: root) { hub, report in
                if report.closed.count == 1 { _ = try await hub.finished(id) }
                let events = try await Self.events(of: id, hub)
                #expect(events.map(\.sequence) == Array(1...events.count))
                #expect(events.contains { $0.type == "interrupted" })
                #expect(events.filter { $0.final == true }.count == 1)
                #expect(events.last?.final == true)
                #expect(events.last?.outcome?.name == "crashed")
                #expect(events.last?.outcome?.isNormal == false)
            }
        }
    }

    @Test("of a recording whose directory is gone end, too")
    func gone() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/.lathe", withIntermediateDirectories: true)
        do {
            let catalog = try Catalog(path: root + "/.lathe/lathe.db")
            try await catalog.begin(
                CatalogEntry(
                    id: "x", channel: "room", directory: root + "/none", startedAtUnixNanoseconds: 0, request: "{}",
                    isContinued: true, run: CatalogRun(boot: "b", process: 7)))
        }
        try await withHub(at: root) { hub, report in
            #expect(report.troubles.count == 1)
            let events = try await Self.events(of: "x", hub)
            #expect(events.map(\.type) == ["interrupted", "finished"])
            #expect(events.last?.outcome?.name == "crashed")
        }
    }

    @Test("behind an id that none has had are refused, and so are too many readers")
    func refusals() async throws {
        try await withHub { hub in
            await #expect(throws: Problem.self) {
                try await hub.events(after: Int64.max, EventFilter(), limit: 1)
            }
            var streams: [AsyncStream<[UInt8]>] = []
            for _ in 0..<EventSeats.readerLimit {
                streams.append(try await hub.followEvents(after: nil, EventFilter()))
            }
            let problem = await #expect(throws: Problem.self) {
                try await hub.followEvents(after: nil, EventFilter())
            }
            #expect(problem?.status == 503)
            streams = []
            _ = try await hub.followEvents(after: nil, EventFilter())
        }
    }
}

extension Hub {
    /// Lets something happen to a recording many times.
    fileprivate func noteOften(_ id: String, _ count: Int) {
        for session in sessions where session.document.id == id {
            for _ in 0..<count { session.note("trouble", "none in truth") }
        }
    }
}
