import Catalog
import Foundation
import Synchronization
import Units

/// One reader's way through the events, at its own pace: what it has not read lies in the database.
final class EventStream: Sendable {
    /// How many events are read at once.
    private static let pageCount = 100
    /// How often a connection without events gets a sign of life.
    private static let heartbeat = Duration.seconds(15)

    private let outbox: Outbox
    private let filter: EventFilter
    private let seat: EventSeat
    private let cursor: Mutex<Int64>
    private let isBegun = Mutex(false)

    init(_ outbox: Outbox, _ filter: EventFilter, after id: Int64, seat: EventSeat) {
        self.outbox = outbox
        self.filter = filter
        self.seat = seat
        cursor = Mutex(id)
    }

    /// The next bytes of `text/event-stream`, as soon as there are any; nothing when the task is cancelled.
    func next() async -> [UInt8]? {
        let isFirst = isBegun.withLock { isBegun in
            defer { isBegun = true }
            return !isBegun
        }
        // The client learns at once that it is heard, and how long to wait when it is not any more.
        if isFirst { return Array(": welcome\nretry: 2000\n\n".utf8) }
        let begun = ContinuousClock.now
        while !Task.isCancelled {
            let id = cursor.withLock { $0 }
            let page: EventPage
            do {
                page = try await outbox.reader.page(after: id, filter, limit: Self.pageCount)
            } catch {
                return nil
            }
            cursor.withLock { $0 = page.next }
            let bytes = Self.bytes(of: page)
            if !bytes.isEmpty { return bytes }
            let left = Self.heartbeat - (ContinuousClock.now - begun)
            guard left > .zero else { return Array(": nothing happened\n\n".utf8) }
            await outbox.bell.wait(past: page.next, atMost: left)
        }
        return nil
    }

    /// A page as `text/event-stream` (HTML Living Standard §9.2).
    static func bytes(of page: EventPage) -> [UInt8] {
        var bytes: [UInt8] = []
        if page.isGap, let oldest = page.oldest {
            bytes += Array("event: gap\ndata: {\"oldest\":\(oldest)}\n\n".utf8)
        }
        for event in page.events {
            guard let json = try? EventDocument(event).json else { continue }
            bytes += Array("id: \(event.id)\ndata: ".utf8) + json + Array("\n\n".utf8)
        }
        return bytes
    }
}

/// How many may follow the events at once.
final class EventSeats: Sendable {
    /// Each is a connection, and a query for each event.
    static let readerLimit = 64

    private let taken = Mutex(0)

    /// How many follow.
    var count: Int { taken.withLock { $0 } }

    /// A seat for one more, if there is one.
    func take() -> EventSeat? {
        let isFree = taken.withLock { taken in
            guard taken < Self.readerLimit else { return false }
            taken += 1
            return true
        }
        return isFree ? EventSeat(self) : nil
    }

    fileprivate func giveBack() { taken.withLock { $0 -= 1 } }
}

/// A place among those who follow; it is free again when nobody holds it.
final class EventSeat: Sendable {
    private let seats: EventSeats

    fileprivate init(_ seats: EventSeats) { self.seats = seats }

    deinit { seats.giveBack() }
}
