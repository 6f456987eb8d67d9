import Catalog
import Foundation
import Synchronization
import Testing

@testable import Service

@Suite("The outbox of events")
struct OutboxTests {
    @Test("keeps what many put in, in the order of each, and tells of it")
    func many() async throws {
        try await withOutbox { outbox in
            let heard = Mutex<Set<String>>([])
            let listener = outbox.listen { recordings in heard.withLock { $0.formUnion(recordings) } }
            await withTaskGroup(of: Void.self) { group in
                for recording in 0..<8 {
                    group.addTask {
                        for number in 1...200 {
                            outbox.put(makeEvent(number, of: "r\(recording)"))
                            if number % 50 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            #expect(await outbox.flush())
            let page = try await outbox.reader.page(after: 0, EventFilter(), limit: 10_000)
            #expect(page.events.count == 1600)
            for recording in 0..<8 {
                let own = page.events.filter { $0.recording == "r\(recording)" }.map(\.sequence)
                #expect(own == Array(1...200))
            }
            #expect(heard.withLock { $0.count } == 8)
            outbox.forget(listener)
        }
    }

    @Test("forgets old events by itself, once there are more than are kept")
    func pruning() async throws {
        try await withOutbox { outbox in
            let count = Catalog.keptEventCount + 1_500
            // In parts, since no more may wait.
            for part in stride(from: 1, through: count, by: 50_000) {
                for number in part...min(count, part + 49_999) { outbox.put(makeEvent(number, of: "r")) }
                await outbox.flush()
            }
            let page = try await outbox.reader.page(after: 0, EventFilter(), limit: 1)
            let kept = try #require(page.events.first?.sequence)
            #expect(kept > 1 && kept <= 1_501)
        }
    }

    @Test("gives a reader what happens, from where it was, and a sign where events are gone")
    func stream() async throws {
        try await withOutbox { outbox in
            let seats = EventSeats()
            for number in 1...250 { outbox.put(makeEvent(number, of: "r")) }
            await outbox.flush()
            let page = try await outbox.reader.page(after: 0, EventFilter(), limit: 250)
            let seat = try #require(seats.take())
            let stream = EventStream(outbox, EventFilter(), after: page.events[9].id, seat: seat)
            var text = String(decoding: try #require(await stream.next()), as: UTF8.self)
            #expect(text.hasSuffix("\n\n"))
            for _ in 0..<3 { text += String(decoding: try #require(await stream.next()), as: UTF8.self) }
            outbox.put(makeEvent(251, of: "r"))
            async let last = stream.next()
            await outbox.flush()
            text += String(decoding: try #require(await last), as: UTF8.self)
            let ids = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.map { Int64($0.dropFirst(4)) }
            #expect(ids == (10..<251).map { page.events[0].id + Int64($0) })
        }
    }

    @Test("tells a reader of events that are forgotten, with the oldest that is not")
    func gap() async throws {
        try await withOutbox { outbox in
            for number in 1...20 { outbox.put(makeEvent(number, of: "r")) }
            await outbox.flush()
            let all = try await outbox.reader.page(after: 0, EventFilter(), limit: 20).events
            #expect(try await outbox.catalog.prune(keeping: 5) == 0)
            let seat = try #require(EventSeats().take())
            let stream = EventStream(outbox, EventFilter(), after: all[1].id, seat: seat)
            _ = await stream.next()
            let text = String(decoding: try #require(await stream.next()), as: UTF8.self)
            #expect(text.hasPrefix("event: gap\ndata: {\"oldest\":\(all[15].id)}\n\nid: \(all[15].id)\n"))
        }
    }

    @Test("has so many seats for readers, which are free again when they leave")
    func seats() {
        let seats = EventSeats()
        var taken = (0..<EventSeats.readerLimit).map { _ in seats.take() }
        #expect(taken.allSatisfy { $0 != nil })
        #expect(seats.take() == nil)
        taken.removeLast()
        #expect(seats.count == EventSeats.readerLimit - 1)
        #expect(seats.take() != nil)
    }
}

/// An event of a recording that only tests know.
func makeEvent(_ sequence: Int, of recording: String, at moment: Int64? = nil) -> EventRecord {
    EventRecord(
        recording: recording, channel: "room", sequence: sequence,
        atUnixMilliseconds: moment ?? Int64(Date().timeIntervalSince1970 * 1000), type: "userJoined", uid: "7")
}

/// Runs with an outbox in a directory of its own.
func withOutbox(_ body: (Outbox) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "/lathe-outbox-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/lathe.db"
    try await body(try Outbox(try Catalog(path: path), path: path, log: try ProcessLog(ServiceOptions())))
}
