import Testing

@testable import Catalog

@Suite("Webhooks in the catalogue")
struct CatalogWebhooksTests {
    @Test("get what happens from then on, each for itself, in order within a recording")
    func deliveries() async throws {
        try await withCatalogPath { path in
            let (catalog, queue) = (try Catalog(path: path), EventQueue())
            let reader = try EventReader(path: path)
            try await catalog.keep([event(1)])
            try await catalog.add(webhook("v"))
            let second = try await catalog.keep([event(2), event(1, of: "b")])
            try await catalog.add(webhook("w"))
            let third = try await catalog.keep([event(3)])
            #expect(Set(try await reader.recordingsAwaited(by: "v")) == ["a", "b"])
            #expect(try await reader.recordingsAwaited(by: "w") == ["a"])
            #expect(try await reader.nextDelivery(to: "v", of: "a", after: 0)?.record == second[0])
            #expect(try await reader.nextDelivery(to: "v", of: "a", after: second[0].id)?.record == third[0])
            #expect(try await reader.nextDelivery(to: "v", of: "a", after: third[0].id) == nil)
            queue.put(DeliveryReceipt(webhook: "v", recording: "a", event: second[0].id))
            _ = try await catalog.commit(queue)
            #expect(try await reader.nextDelivery(to: "v", of: "a", after: 0)?.record == third[0])
            #expect(try await reader.backlog(of: "v").pendingCount == 2)
            #expect(try await reader.backlog(of: "w").pendingCount == 1)
        }
    }

    @Test("can be told again what was given up, even when the event itself is gone")
    func deadLetters() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            let reader = try EventReader(path: path)
            try await catalog.add(webhook("w"))
            let kept = try await catalog.keep((1...3).map { event($0) })
            let letter = DeadLetter(body: #"{"id":1}"#, failure: "answered 410", atUnixMilliseconds: 5)
            let receipt = DeliveryReceipt(webhook: "w", recording: "a", event: kept[0].id)
            try await catalog.bury(letter, of: receipt)
            #expect(try await reader.nextDelivery(to: "w", of: "a", after: 0)?.event == kept[1].id)
            #expect(try await reader.backlog(of: "w") == DeliveryBacklog(pendingCount: 2, deadCount: 1, lostCount: 0))
            let found = try await reader.deadLetters(of: "w", after: 0, limit: 10)
            #expect(found.map(\.event) == [kept[0].id])
            #expect(found.map(\.letter) == [letter])
            // Dead letters do not keep events from being forgotten.
            #expect(try await catalog.prune(keeping: 1, waiting: 2) == 0)
            #expect(try await catalog.reviveLetters(of: "w") == 1)
            let again = try await reader.nextDelivery(to: "w", of: "a", after: 0)
            #expect(again == PendingDelivery(event: kept[0].id, record: nil, body: letter.body))
            #expect(try await reader.deadLetters(of: "w", after: 0, limit: 10).isEmpty)
        }
    }

    @Test("keep the newest dead letters, and count those there was no room for")
    func tooManyDeadLetters() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.add(webhook("w"))
            let letter = DeadLetter(body: "{}", failure: "x", atUnixMilliseconds: 5)
            for number in 1...7 {
                let receipt = DeliveryReceipt(webhook: "w", recording: "a", event: Int64(number))
                try await catalog.bury(letter, of: receipt, keeping: 5)
            }
            let reader = try EventReader(path: path)
            #expect(
                try await reader.backlog(of: "w") == DeliveryBacklog(pendingCount: 0, deadCount: 5, lostCount: 2))
            #expect(try await reader.deadLetters(of: "w", after: 0, limit: 1).first?.event == 3)
        }
    }

    @Test("go with all that they have not got")
    func removal() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.add(webhook("v", isConfigured: true))
            try await catalog.add(webhook("w"))
            #expect(try await catalog.webhooks() == [webhook("v", isConfigured: true), webhook("w")])
            try await catalog.keep([event(1), event(2)])
            #expect(try await catalog.removeWebhook("v") == 2)
            #expect(try await catalog.webhooks() == [webhook("w")])
            #expect(try await EventReader(path: path).backlog(of: "v") == DeliveryBacklog())
            #expect(try await EventReader(path: path).backlog(of: "w").pendingCount == 2)
        }
    }

    @Test("get another secret when they are added anew, and keep what they wait for")
    func renewed() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            var record = webhook("w")
            try await catalog.add(record)
            try await catalog.keep([event(1)])
            record.secret = "another"
            try await catalog.add(record)
            #expect(try await catalog.webhooks() == [record])
            #expect(try await EventReader(path: path).backlog(of: "w").pendingCount == 1)
        }
    }
}
