import Capture
public import Catalog
import Foundation

/// A part of the events, and how to go on.
public struct EventPageDocument: Encodable, Sendable {
    public var events: [EventDocument]
    /// What to ask for next: the events behind this id.
    public var next: Int64
    /// The oldest event that is still kept.
    public var oldest: Int64?
    /// True if events that were asked for are kept no longer; else absent.
    public var gap: Bool?
}

// What whoever asks gets of the events.
extension Hub {
    /// The events behind an id, oldest first; without an id, from the oldest that is kept.
    public nonisolated func events(after id: Int64?, _ filter: EventFilter, limit: Int) async throws
        -> EventPageDocument
    {
        try await checkIsKnown(id)
        let page = try await outbox.reader.page(after: id ?? 0, filter, limit: limit)
        return EventPageDocument(
            events: page.events.map(EventDocument.init), next: page.next, oldest: page.oldest,
            gap: page.isGap ? true : nil)
    }

    /// The events behind an id as `text/event-stream`, without an end; without an id, those that happen from now on.
    ///
    /// Refused with 503 if too many follow already.
    public nonisolated func followEvents(after id: Int64?, _ filter: EventFilter) async throws -> AsyncStream<[UInt8]> {
        guard let seat = seats.take() else {
            throw Problem(
                status: 503, title: "Too many readers",
                detail: "\(EventSeats.readerLimit) follow the events already; read pages of them, or come back later")
        }
        try await checkIsKnown(id)
        let newest = try await outbox.reader.newest()
        let stream = EventStream(outbox, filter, after: id ?? newest, seat: seat)
        return AsyncStream(unfolding: { await stream.next() })
    }

    /// How many follow the events.
    public nonisolated var followerCount: Int { seats.count }

    /// Refuses an id that no event has had yet: whoever waits behind it would miss what happens until then.
    private nonisolated func checkIsKnown(_ id: Int64?) async throws {
        guard let id, id != 0 else { return }
        let newest = try await outbox.reader.newest()
        guard id > newest else { return }
        throw Problem.notFound(
            "no event has the id \(id) yet, the newest has \(newest): go on from an id you got", field: "after")
    }
}

// What a crash left.
extension Hub {
    /// Lets the story and the outbox of a recording know the same events, whichever of the two got further before the
    /// crash; says where they stand.
    func reconcile(_ story: inout RecoveredStory, startedAt origin: Int64) async throws -> EventStanding {
        let document = story.document
        var standing = try await outbox.reader.standing(of: document.id)
        let told = document.events.last?.sequence ?? 0
        if !standing.isFinal {
            // What was written down as the last event was not: the files are closed only now.
            let unkept = document.events.filter { $0.sequence > standing.lastSequence && $0.type != "finished" }
            for event in unkept {
                outbox.put(
                    EventRecord(
                        recording: document.id, channel: document.channel, sequence: event.sequence,
                        atUnixMilliseconds: origin / 1_000_000 + event.atMilliseconds, type: event.type,
                        uid: event.uid, detail: event.detail))
            }
        }
        let untold = try await outbox.reader.events(of: document.id, after: told)
        story.takeOver(
            untold.map { event in
                RecordingDocument.Event(
                    sequence: event.sequence, atMilliseconds: event.atUnixMilliseconds - origin / 1_000_000,
                    type: event.type, uid: event.uid, detail: event.detail)
            })
        standing.lastSequence = max(standing.lastSequence, told)
        return standing
    }

    /// Ends the events of a recording of which nothing else is left.
    func sealEvents(of entry: CatalogEntry, _ detail: String) async throws {
        let standing = try await outbox.reader.standing(of: entry.id)
        guard !standing.isFinal else { return }
        let outcome = EventDocument.Outcome(RecordingDocument.End(.crashed), name: "crashed", isNormal: false)
        var event = EventRecord(
            recording: entry.id, channel: entry.channel, sequence: standing.lastSequence + 1,
            atUnixMilliseconds: Int64(Date().timeIntervalSince1970 * 1000), type: "interrupted", detail: detail)
        outbox.put(event)
        (event.sequence, event.type, event.detail) = (event.sequence + 1, "finished", nil)
        (event.isFinal, event.outcome) = (true, RecordingSession.text(of: outcome))
        outbox.put(event)
        await outbox.flush()
    }
}
