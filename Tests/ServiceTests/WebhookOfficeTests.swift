import Catalog
import Foundation
import HTTPServer
import Synchronization
import Testing

@testable import Service

@Suite("Delivering events")
struct WebhookOfficeTests {
    /// A receiver on loopback that answers as it is told, and keeps what it got.
    private final class Receiver: Sendable {
        struct Delivery: Sendable {
            var id: Int64
            var event: EventDocument
            var signature: String?
            var body: [UInt8]
        }

        let got = Mutex<[Delivery]>([])
        private let status = Mutex<@Sendable (Delivery) -> Int>({ _ in 204 })

        func answer(_ status: @escaping @Sendable (Delivery) -> Int) { self.status.withLock { $0 = status } }

        func respond(to request: HTTPRequest) -> HTTPResponse {
            guard let id = request.headers["Lathe-Event-Id"].flatMap(Int64.init),
                let event = try? JSONDecoder().decode(EventDocument.self, from: Data(request.body))
            else { return HTTPResponse(status: 400) }
            let delivery = Delivery(
                id: id, event: event, signature: request.headers["Lathe-Signature"], body: request.body)
            got.withLock { $0.append(delivery) }
            return HTTPResponse(status: status.withLock { $0 }(delivery))
        }

        /// What arrived of a recording, by the events' own numbers.
        func sequences(of recording: String) -> [Int] {
            got.withLock { $0 }.filter { $0.event.recording == recording }.map(\.event.sequence)
        }
    }

    /// Runs with an office that delivers to a receiver, by a webhook that the API added.
    private static func withOffice(
        _ body: (WebhookOffice, Outbox, Receiver, WebhookDocument) async throws -> Void
    ) async throws {
        try await withOutbox { outbox in
            let receiver = Receiver()
            let server = try HTTPServer(HTTPConfiguration(port: 0)) { receiver.respond(to: $0) }
            let office = try WebhookOffice(outbox, ServiceOptions()) { _ in }
            try await office.open()
            let running = Task { await office.run() }
            let hook = try await office.add(
                WebhookRequest(url: "http://\(server.address)/hook", secret: "correct horse battery"))
            try await body(office, outbox, receiver, hook)
            running.cancel()
            await running.value
            await server.stop()
        }
    }

    @Test("brings every event in the order of its recording, signed")
    func order() async throws {
        try await Self.withOffice { office, outbox, receiver, hook in
            for number in 1...20 {
                for recording in ["a", "b", "c"] { outbox.put(makeEvent(number, of: recording)) }
            }
            await outbox.flush()
            _ = try await eventually("all arrive") { receiver.got.withLock { $0.count } == 60 ? true : nil }
            for recording in ["a", "b", "c"] { #expect(receiver.sequences(of: recording) == Array(1...20)) }
            for delivery in receiver.got.withLock({ $0 }) {
                #expect(delivery.id == delivery.event.id)
                let parts = try #require(delivery.signature?.split(separator: ","))
                let seconds = try #require(Int64(parts[0].dropFirst(2)))
                #expect(
                    delivery.signature
                        == WebhookSignature.header(
                            of: delivery.body, secret: "correct horse battery", atUnixSeconds: seconds))
            }
            await office.settle()
            await outbox.flush()
            let shown = try await office.webhook(hook.id)
            #expect((shown.pendingCount, shown.deadCount, shown.deliveredCount) == (0, 0, 60))
        }
    }

    @Test("tries again what was refused, before anything that follows in its recording, and keeps no other waiting")
    func retries() async throws {
        try await Self.withOffice { _, outbox, receiver, hook in
            let refusals = Mutex(0)
            receiver.answer { delivery in
                guard delivery.event.recording == "a", delivery.event.sequence == 2 else { return 204 }
                return refusals.withLock { count in
                    count += 1
                    return count < 2 ? 500 : 204
                }
            }
            for number in 1...3 { for recording in ["a", "b"] { outbox.put(makeEvent(number, of: recording)) } }
            await outbox.flush()
            _ = try await eventually("the last arrives") { receiver.sequences(of: "a").last == 3 ? true : nil }
            #expect(receiver.sequences(of: "a") == [1, 2, 2, 3])
            #expect(receiver.sequences(of: "b") == [1, 2, 3])
            let repeated = receiver.got.withLock { $0 }.filter { $0.event.recording == "a" && $0.event.sequence == 2 }
            #expect(Set(repeated.map(\.id)).count == 1)
        }
    }

    @Test("puts aside what is refused for good, goes on, and tries it again when it is asked to")
    func deadLetters() async throws {
        try await Self.withOffice { office, outbox, receiver, hook in
            receiver.answer { $0.event.sequence == 1 ? 410 : 204 }
            for number in 1...2 { outbox.put(makeEvent(number, of: "a")) }
            await outbox.flush()
            let dead = try await eventually("a letter is dead") {
                let letters = try await office.deadLetters(of: hook.id, after: 0, limit: 10)
                return letters.isEmpty || receiver.sequences(of: "a").last != 2 ? nil : letters
            }
            #expect(dead.map(\.failure) == ["answered 410"])
            #expect(dead[0].body.contains(#""sequence":1"#))
            receiver.answer { _ in 204 }
            #expect(try await office.retry(hook.id) == 1)
            _ = try await eventually("it arrives") { receiver.sequences(of: "a").last == 1 ? true : nil }
            #expect(receiver.sequences(of: "a").prefix(2) == [1, 2])
            await office.settle()
            await outbox.flush()
            let shown = try await office.webhook(hook.id)
            #expect((shown.pendingCount, shown.deadCount) == (0, 0))
        }
    }

    @Test("gives up what is a day old and failed ten times, not before")
    func tooOld() {
        // Ten pauses are over well within the day that a new event has.
        let pauses = (1..<WebhookCourier.fewestTries).map { BackOff.delay(afterFailures: $0, chance: 0) }
        #expect(pauses.reduce(.zero, +) < WebhookCourier.longestTry)
        #expect(WebhookCourier.isHopeless(age: .seconds(86_400), failures: 10))
        #expect(!WebhookCourier.isHopeless(age: .seconds(86_399), failures: 1_000))
        #expect(!WebhookCourier.isHopeless(age: .seconds(1_000_000), failures: 9))
    }

    @Test("goes on after a start with what was not delivered before")
    func restart() async throws {
        try await withOutbox { outbox in
            let first = try WebhookOffice(outbox, ServiceOptions()) { _ in }
            try await first.open()
            let receiver = Receiver()
            let server = try HTTPServer(HTTPConfiguration(port: 0)) { receiver.respond(to: $0) }
            // Nobody runs this office: what happens only waits.
            _ = try await first.add(WebhookRequest(url: "http://\(server.address)/", secret: nil))
            for number in 1...3 { outbox.put(makeEvent(number, of: "a")) }
            await outbox.flush()
            let second = try WebhookOffice(outbox, ServiceOptions()) { _ in }
            try await second.open()
            let running = Task { await second.run() }
            _ = try await eventually("they arrive") { receiver.sequences(of: "a") == [1, 2, 3] ? true : nil }
            running.cancel()
            await running.value
            await server.stop()
        }
    }

    @Test("brings those who know the cloud recorder's notifications what has a counterpart there, signed their way")
    func cloud() async throws {
        try await withOutbox { outbox in
            let got = Mutex<[HTTPRequest]>([])
            let server = try HTTPServer(HTTPConfiguration(port: 0)) { request in
                got.withLock { $0.append(request) }
                return HTTPResponse(status: 200)
            }
            let office = try WebhookOffice(outbox, ServiceOptions()) { _ in }
            try await office.open()
            let running = Task { await office.run() }
            let wanted = WebhookRequest(
                url: "http://\(server.address)/", secret: "correct horse battery", format: .cloud)
            #expect(try await office.add(wanted).format == .cloud)
            let resource = CloudResource(appID: "a1", channel: "room", uid: 527_841, atUnixSeconds: 0)
            var entry = CatalogEntry(
                id: "a", channel: "room", directory: "/d", startedAtUnixNanoseconds: 1, request: "{}",
                isContinued: false, run: .current)
            entry.key = resource.key
            try await outbox.catalog.begin(entry)
            for (index, type) in ["started", "userJoined", "finished"].enumerated() {
                var event = makeEvent(index + 1, of: "a")
                event.type = type
                outbox.put(event)
            }
            await outbox.flush()
            _ = try await eventually("both arrive") { got.withLock { $0.count } == 2 ? true : nil }
            for (request, type) in zip(got.withLock { $0 }, [40, 11]) {
                let notice = try JSONDecoder().decode(CloudNotice.self, from: Data(request.body))
                #expect((notice.eventType, notice.productId) == (type, 3))
                #expect((notice.payload.uid, notice.payload.sid) == ("527841", "a"))
                let headers = WebhookSignature.cloudHeaders(of: request.body, secret: "correct horse battery")
                for header in headers { #expect(request.headers[header.name] == header.value) }
                #expect(request.headers["Lathe-Signature"] == nil)
            }
            await office.settle()
            await outbox.flush()
            #expect(try await office.list().map(\.pendingCount) == [0])
            running.cancel()
            await running.value
            let second = try WebhookOffice(outbox, ServiceOptions()) { _ in }
            try await second.open()
            #expect(try await second.list().map(\.format) == [.cloud])
            await server.stop()
        }
    }

    @Test("follows the configuration: what is named there gets events, what is no longer named is forgotten")
    func configured() async throws {
        try await withOutbox { outbox in
            var options = ServiceOptions()
            try options.set("webhook", to: "http://127.0.0.1:9/a")
            try options.set("webhook", to: "http://127.0.0.1:9/b")
            let first = try WebhookOffice(outbox, options) { _ in }
            try await first.open()
            outbox.put(makeEvent(1, of: "r"))
            await outbox.flush()
            let told = Mutex<[String]>([])
            options.forgetWebhooks()
            try options.set("webhook", to: "http://127.0.0.1:9/b")
            let second = try WebhookOffice(outbox, options) { text in told.withLock { $0.append(text) } }
            try await second.open()
            let shown = try await second.list()
            #expect(shown.map(\.url) == ["http://127.0.0.1:9/b"])
            #expect(shown.map(\.pendingCount) == [1])
            #expect(shown.map(\.isConfigured) == [true])
            #expect(told.withLock { $0 }.first?.contains("1 events had not reached it") == true)
            await #expect(throws: Problem.self) { try await second.remove(shown[0].id) }
        }
    }

    @Test("reads the secret from its file, and refuses one that is not there or empty")
    func secretFile() async throws {
        try await withOutbox { outbox in
            let file = NSTemporaryDirectory() + "/lathe-secret-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: file) }
            var options = ServiceOptions()
            try options.set("webhook", to: "http://127.0.0.1:9/a")
            try options.set("webhook-secret-file", to: file)
            #expect(throws: (any Error).self) { try WebhookOffice(outbox, options) { _ in } }
            try Data("\n".utf8).write(to: URL(fileURLWithPath: file))
            #expect(throws: (any Error).self) { try WebhookOffice(outbox, options) { _ in } }
            try Data("a secret of mine\n".utf8).write(to: URL(fileURLWithPath: file))
            let office = try WebhookOffice(outbox, options) { _ in }
            try await office.open()
            #expect(try await office.list().map(\.isSigned) == [true])
            #expect(try await office.list().map(\.secret) == [nil])
        }
    }
}
