import Catalog
import CommandLineOptions
import EventLoop
import Foundation
import Synchronization

/// Every webhook: those of the configuration, and those that the API added.
public final class WebhookOffice: Sendable {
    /// Each costs a row for every event, and deliveries.
    static let webhookLimit = 32
    /// How long the end of the process waits for what could be delivered at once.
    private static let grace = Duration.seconds(5)

    private let outbox: Outbox
    private let sender = WebhookSender()
    private let configured: [WebhookTarget]
    private let configuredSecret: String?
    private let complain: @Sendable (String) -> Void
    private let couriers = Mutex<[WebhookCourier]>([])
    private let (starts, start) = AsyncStream.makeStream(of: WebhookCourier.self)

    /// Reads the secret, and fails with an `OptionError` if it cannot be read.
    init(_ outbox: Outbox, _ options: ServiceOptions, complain: @escaping @Sendable (String) -> Void) throws {
        self.outbox = outbox
        self.complain = complain
        configured = options.webhooks
        configuredSecret = try options.webhookSecretFile.map(Self.secret)
    }

    private static func secret(in file: String) throws(OptionError) -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw OptionError("--webhook-secret-file \(file): the file cannot be read; check its name and permissions")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw OptionError("--webhook-secret-file \(file): the file holds no text in UTF-8")
        }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty else {
            throw OptionError("--webhook-secret-file \(file): the file is empty; put the secret there, in one line")
        }
        return secret
    }

    /// Makes the catalogue know the webhooks of the configuration; to be called before any event is kept, so that they
    /// get all.
    func open() async throws {
        let catalog = outbox.catalog
        let wanted = Set(configured.map(\.id))
        for known in try await catalog.webhooks() where known.isConfigured && !wanted.contains(known.id) {
            let count = try await catalog.removeWebhook(known.id)
            guard count > 0, let target = try? WebhookTarget(known.url) else { continue }
            complain("webhook \(target.shown) is not configured any more; \(count) events had not reached it")
        }
        for target in configured {
            try await catalog.add(
                WebhookRecord(
                    id: target.id, url: target.url.absoluteString, secret: nil, isConfigured: true,
                    createdAtUnixMilliseconds: Self.milliseconds()))
        }
        for record in try await catalog.webhooks() {
            do throws(OptionError) {
                employ(record, try WebhookTarget(record.url))
            } catch {
                complain("webhook \(record.id): \(error)")
            }
        }
    }

    /// Delivers, until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await courier in starts { group.addTask { await courier.run() } }
            group.cancelAll()
        }
    }

    /// Waits a little for what is being delivered; what is not, waits for the next start.
    func settle() async {
        let deadline = ContinuousClock.now + Self.grace
        while ContinuousClock.now < deadline {
            var isIdle = true
            for courier in couriers.withLock({ $0 }) where !(await courier.isIdle) { isIdle = false }
            guard !isIdle, !Task.isCancelled else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func employ(_ record: WebhookRecord, _ target: WebhookTarget) {
        let courier = WebhookCourier(
            record, target, secret: record.isConfigured ? configuredSecret : record.secret, outbox: outbox,
            sender: sender, complain: complain)
        couriers.withLock { $0.append(courier) }
        start.yield(courier)
    }

    private static func milliseconds() -> Int64 { SystemClock.wallNanoseconds() / 1_000_000 }
}

// What the API asks for.
extension WebhookOffice {
    /// Every webhook, oldest first.
    public func list() async throws -> [WebhookDocument] {
        var documents: [WebhookDocument] = []
        for courier in couriers.withLock({ $0 }) { documents.append(try await describe(courier)) }
        return documents
    }

    /// One webhook by its id.
    public func webhook(_ id: String) async throws -> WebhookDocument { try await describe(try courier(id)) }

    /// Adds a webhook, which gets what happens from now on; a secret is made for one that comes without.
    public func add(_ request: WebhookRequest) async throws -> WebhookDocument {
        let target: WebhookTarget
        do throws(OptionError) {
            target = try WebhookTarget(request.url)
        } catch {
            throw Problem.badField("url", error.description)
        }
        if let secret = request.secret, !(16...256).contains(secret.unicodeScalars.count) {
            throw Problem.badField("secret", "a secret has 16 to 256 characters; leave it out to get one made")
        }
        guard couriers.withLock({ $0.count }) < Self.webhookLimit else {
            throw Problem.conflict(
                "url", "there are \(Self.webhookLimit) webhooks already; DELETE one that nobody needs")
        }
        let record = WebhookRecord(
            id: Hub.makeToken(), url: target.url.absoluteString, secret: request.secret ?? Hub.makeToken(),
            isConfigured: false, createdAtUnixMilliseconds: Self.milliseconds(), format: request.format?.rawValue)
        try await outbox.catalog.add(record)
        employ(record, target)
        var document = try await webhook(record.id)
        if request.secret == nil { document.secret = record.secret }
        return document
    }

    /// Forgets a webhook, with all that it has not got.
    public func remove(_ id: String) async throws {
        let courier = try courier(id)
        guard !courier.record.isConfigured else {
            throw Problem.conflict(
                "id", "the webhook comes from --webhook or the configuration file: take it out there")
        }
        courier.stop()
        couriers.withLock { couriers in couriers.removeAll { $0 === courier } }
        try await outbox.catalog.removeWebhook(id)
    }

    /// A webhook's dead letters behind an event's id, oldest first.
    public func deadLetters(of id: String, after event: Int64, limit: Int) async throws -> [DeadLetterDocument] {
        _ = try courier(id)
        return try await outbox.reader.deadLetters(of: id, after: event, limit: limit).map(DeadLetterDocument.init)
    }

    /// Tries dead letters again, and ends all pauses; returns how many dead letters there were.
    public func retry(_ id: String) async throws -> Int {
        let courier = try courier(id)
        let count = try await outbox.catalog.reviveLetters(of: id)
        await courier.retry()
        return count
    }

    /// What became of all deliveries since the start, and how many events wait.
    func totals() async -> (counters: WebhookCourier.Counters, pausingCount: Int) {
        var (counters, pausing) = (WebhookCourier.Counters(), 0)
        for courier in couriers.withLock({ $0 }) {
            let more = await courier.counters
            counters.delivered += more.delivered
            counters.failed += more.failed
            counters.givenUp += more.givenUp
            pausing += await courier.pausingCount
        }
        return (counters, pausing)
    }

    private func courier(_ id: String) throws -> WebhookCourier {
        guard let courier = couriers.withLock({ $0.first { $0.record.id == id } }) else {
            throw Problem.notFound("there is no webhook '\(id)'; GET /v1/webhooks lists them")
        }
        return courier
    }

    private func describe(_ courier: WebhookCourier) async throws -> WebhookDocument {
        let backlog = try await outbox.reader.backlog(of: courier.record.id)
        let counters = await courier.counters
        return WebhookDocument(
            courier, backlog, deliveredCount: counters.delivered, lastFailure: await courier.lastFailure)
    }
}
