import Testing

@testable import Catalog

@Suite("Events in the catalogue")
struct CatalogEventsTests {
    @Test("are kept with all they say, under ids that grow over the end of whoever wrote them")
    func ids() async throws {
        try await withCatalogPath { path in
            var kept: [EventRecord] = []
            for round in 0..<2 {
                let catalog = try Catalog(path: path)
                kept += try await catalog.keep([event(round * 2 + 1), event(round * 2 + 2, isFinal: round == 1)])
            }
            #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.id < $1.id })
            let page = try await EventReader(path: path).page(after: 0, EventFilter(), limit: 10)
            #expect(page.events == kept)
            #expect(page.events.map(\.sequence) == [1, 2, 3, 4])
            #expect(page.next == kept.last?.id)
            #expect(page.oldest == kept.first?.id)
        }
    }

    @Test("get ids in a database that was begun anew which none of the one before had")
    func anew() async throws {
        var ids: [Int64] = []
        for _ in 0..<2 {
            try await withCatalogPath { path in ids += try await Catalog(path: path).keep([event(1)]).map(\.id) }
        }
        // Seconds since 1970, times a thousand: no recorder keeps a thousand events a second for years.
        #expect(ids.allSatisfy { $0 > 1_700_000_000_000 })
    }

    @Test("are written in batches, and leave the queue only then")
    func batches() async throws {
        try await withCatalogPath { path in
            let (catalog, queue) = (try Catalog(path: path), EventQueue())
            for number in 1...EventQueue.batchCount + 5 { queue.put(event(number)) }
            #expect(try await catalog.commit(queue).count == EventQueue.batchCount)
            #expect(queue.waitingCount == 5)
            #expect(try await catalog.commit(queue).map(\.sequence) == Array(1001...1005))
            #expect(try await catalog.commit(queue) == [])
        }
    }

    @Test("stay in the queue when the disk refuses them, and are kept once afterwards")
    func refused() async throws {
        try await withCatalogPath { path in
            let (catalog, queue) = (try Catalog(path: path), EventQueue())
            let other = try Database(path: path)
            try other.run("BEGIN IMMEDIATE")
            try other.run("ALTER TABLE events RENAME TO hidden")
            try other.run("COMMIT")
            queue.put(event(1))
            await #expect(throws: CatalogError.self) { try await catalog.commit(queue) }
            #expect(queue.waitingCount == 1)
            try other.run("ALTER TABLE hidden RENAME TO events")
            #expect(try await catalog.commit(queue).map(\.sequence) == [1])
            #expect(queue.isEmpty)
            #expect(try await EventReader(path: path).page(after: 0, EventFilter(), limit: 10).events.count == 1)
        }
    }

    @Test("are read by pages, from any id on, through filters")
    func pages() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            let kept = try await catalog.keep(
                (1...9).map { event($0, of: $0 % 3 == 0 ? "b" : "a", type: $0 < 5 ? "muted" : "unmuted") })
            let reader = try EventReader(path: path)
            let first = try await reader.page(after: 0, EventFilter(), limit: 4)
            #expect(first.events == Array(kept.prefix(4)))
            #expect(first.next == kept[3].id)
            let rest = try await reader.page(after: first.next, EventFilter(), limit: 10)
            #expect(rest.events == Array(kept.dropFirst(4)))
            #expect(
                try await reader.page(after: 0, EventFilter(recording: "b"), limit: 9).events.map(\.sequence) == [
                    3, 6, 9,
                ])
            #expect(try await reader.page(after: 0, EventFilter(channel: "room b"), limit: 9).events.count == 3)
            let muted = try await reader.page(after: 0, EventFilter(channel: "room b", types: ["muted"]), limit: 9)
            #expect(muted.events.map(\.sequence) == [3])
            // What the filter keeps back is not looked at again.
            #expect(muted.next == kept.last?.id)
            let either = EventFilter(types: ["muted", "unmuted"])
            #expect(try await reader.page(after: 0, either, limit: 9).events.count == 9)
        }
    }

    @Test("say how far a recording got")
    func standing() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.keep([event(1), event(4), event(2, of: "b", isFinal: true)])
            let reader = try EventReader(path: path)
            #expect(try await reader.standing(of: "a") == EventStanding(lastSequence: 4, isFinal: false))
            #expect(try await reader.standing(of: "b") == EventStanding(lastSequence: 2, isFinal: true))
            #expect(try await reader.standing(of: "c") == EventStanding())
            #expect(try await reader.events(of: "a", after: 1).map(\.sequence) == [4])
        }
    }

    @Test("are forgotten when enough newer ones are there, and whoever asks for them is told")
    func pruning() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            let kept = try await catalog.keep((1...20).map { event($0) })
            #expect(try await catalog.prune(keeping: 5, waiting: 10) == 0)
            let reader = try EventReader(path: path)
            let page = try await reader.page(after: 0, EventFilter(), limit: 100)
            #expect(page.events.map(\.sequence) == Array(16...20))
            #expect(page.isGap == false)
            #expect(try await reader.page(after: kept[2].id, EventFilter(), limit: 100).isGap)
            #expect(try await reader.page(after: kept[14].id, EventFilter(), limit: 100).isGap == false)
        }
    }

    @Test("stay for webhooks that have not got them, until there are too many, and those lost are counted")
    func awaited() async throws {
        try await withCatalogPath { path in
            let (catalog, queue) = (try Catalog(path: path), EventQueue())
            try await catalog.add(webhook("w"))
            let kept = try await catalog.keep((1...20).map { event($0) })
            queue.put(DeliveryReceipt(webhook: "w", recording: "a", event: kept[0].id))
            _ = try await catalog.commit(queue)
            #expect(try await catalog.prune(keeping: 5, waiting: 30) == 0)
            let reader = try EventReader(path: path)
            #expect(try await reader.page(after: 0, EventFilter(), limit: 100).events.map(\.sequence) == Array(2...20))
            #expect(try await catalog.prune(keeping: 5, waiting: 12) == 7)
            #expect(try await reader.page(after: 0, EventFilter(), limit: 100).events.map(\.sequence) == Array(9...20))
            #expect(
                try await reader.backlog(of: "w") == DeliveryBacklog(pendingCount: 12, deadCount: 0, lostCount: 7))
            #expect(try await reader.nextDelivery(to: "w", of: "a", after: 0)?.event == kept[8].id)
        }
    }
}
