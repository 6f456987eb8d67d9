import Catalog
import EventLoop
import Foundation
import Units

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Delivers events to one webhook: in order and one at a time within a recording, again and again until they are taken.
///
/// What was not delivered lies in the catalogue; the courier itself remembers only how things stand.
actor WebhookCourier {
    /// An event that is older than this is given up when it fails once more.
    static let longestTry = Duration.seconds(24 * 3600)
    /// But not before it failed so often: the server may have been down in between.
    static let fewestTries = 10

    /// What became of deliveries since the start.
    struct Counters: Equatable, Sendable {
        var delivered = 0
        var failed = 0
        var givenUp = 0
    }

    nonisolated let record: WebhookRecord
    nonisolated let target: WebhookTarget
    private nonisolated let secret: String?
    private let outbox: Outbox
    private let sender: WebhookSender
    private let complain: @Sendable (String) -> Void
    private var lanes = DeliveryLanes()
    private(set) var counters = Counters()
    private(set) var lastFailure: String?
    private let (wakes, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        _ record: WebhookRecord, _ target: WebhookTarget, secret: String?, outbox: Outbox, sender: WebhookSender,
        complain: @escaping @Sendable (String) -> Void
    ) {
        self.record = record
        self.target = target
        self.secret = secret
        self.outbox = outbox
        self.sender = sender
        self.complain = complain
    }

    nonisolated var format: WebhookFormat { record.format.flatMap(WebhookFormat.init) ?? .lathe }

    nonisolated var isSigned: Bool { secret != nil }

    /// Delivers until it is stopped or the task is cancelled.
    func run() async {
        let listener = outbox.listen { recordings in Task { await self.note(recordings) } }
        defer { outbox.forget(listener) }
        await resume()
        await withDiscardingTaskGroup { group in
            var alarm: Instant?
            for await _ in wakes {
                let now = SystemClock.now()
                while let order = lanes.start(at: now) { group.addTask { await self.perform(order) } }
                if let due = lanes.nextDue, alarm.map({ $0 <= now || $0 > due }) ?? true {
                    alarm = due
                    group.addTask { await self.wake(after: now.duration(to: due)) }
                }
            }
            group.cancelAll()
        }
    }

    nonisolated func stop() { wakeUp.finish() }

    /// Whether nothing is under way and nothing could be.
    var isIdle: Bool { lanes.isIdle }

    /// Recordings of which something waits after a failure.
    var pausingCount: Int { lanes.pausingCount }

    /// Tries everything now, dead letters that were revived included.
    func retry() async {
        await outbox.flush()
        lanes.rewind()
        lanes.hurry()
        await resume()
    }

    /// Takes up what is not delivered, from before the start for one.
    private func resume() async {
        do {
            note(Set(try await outbox.reader.recordingsAwaited(by: record.id)))
        } catch {
            complain("webhook \(target.shown): \(error)")
        }
    }

    private func note(_ recordings: Set<String>) {
        for recording in recordings { lanes.add(recording) }
        wakeUp.yield()
    }

    private nonisolated func wake(after pause: Duration) async {
        try? await Task.sleep(for: pause)
        wakeUp.yield()
    }

    private func perform(_ order: DeliveryLanes.Order) async {
        let result: DeliveryLanes.Result
        do {
            result = try await attempt(order)
        } catch {
            complain("webhook \(target.shown): \(error)")
            result = .failed
        }
        lanes.finish(order.recording, result, at: SystemClock.now(), chance: Double.random(in: 0..<1))
        wakeUp.yield()
    }

    private func attempt(_ order: DeliveryLanes.Order) async throws -> DeliveryLanes.Result {
        guard
            let pending = try await outbox.reader.nextDelivery(
                to: record.id, of: order.recording, after: order.cursor)
        else { return .nothing }
        let receipt = DeliveryReceipt(webhook: record.id, recording: order.recording, event: pending.event)
        let body: [UInt8]
        if let text = pending.body {
            body = Array(text.utf8)
        } else if let event = pending.record {
            guard let written = try await write(event) else {
                // This receiver knows no such event.
                outbox.put(receipt)
                return .delivered(pending.event)
            }
            body = written
        } else {
            // It was forgotten in between, and counted then.
            outbox.put(receipt)
            return .givenUp(pending.event)
        }
        let failure: String
        let isGone: Bool
        switch await sender.send(request(with: body, receipt)) {
        case .status(200...299):
            noteDelivered()
            outbox.put(receipt)
            return .delivered(pending.event)
        case .status(let status): (failure, isGone) = ("answered \(status)", status == 410)
        case .none(let words): (failure, isGone) = (words, false)
        }
        guard !Task.isCancelled else { return .failed }
        noteFailed(failure)
        let age = pending.record.map { Duration.milliseconds(Self.milliseconds() - $0.atUnixMilliseconds) }
        let isHopeless = Self.isHopeless(age: age ?? Self.longestTry, failures: order.failures + 1)
        guard isGone || isHopeless else { return .failed }
        counters.givenUp += 1
        complain("webhook \(target.shown): event \(pending.event) is given up and kept as a dead letter: \(failure)")
        let letter = DeadLetter(
            body: String(decoding: body, as: UTF8.self), failure: failure, atUnixMilliseconds: Self.milliseconds())
        try await outbox.catalog.bury(letter, of: receipt)
        return .givenUp(pending.event)
    }

    /// An event as the receiver knows it; nothing if it does not.
    private func write(_ event: EventRecord) async throws -> [UInt8]? {
        guard format == .cloud else { return try EventDocument(event).json }
        let resource = CloudResource(key: try await outbox.catalog.entry(event.recording)?.key)
        return try CloudNotice(event, uid: resource?.uid ?? 0, atUnixMilliseconds: Self.milliseconds())?.json
    }

    /// Whether an event is tried no longer.
    static func isHopeless(age: Duration, failures: Int) -> Bool { age >= longestTry && failures >= fewestTries }

    private func request(with body: [UInt8], _ receipt: DeliveryReceipt) -> URLRequest {
        var request = URLRequest(url: target.url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("lathe/\(LatheVersion.text)", forHTTPHeaderField: "User-Agent")
        request.setValue("\(receipt.event)", forHTTPHeaderField: "Lathe-Event-Id")
        request.setValue(receipt.recording, forHTTPHeaderField: "Lathe-Recording-Id")
        guard let secret else { return request }
        guard format == .lathe else {
            for header in WebhookSignature.cloudHeaders(of: body, secret: secret) {
                request.setValue(header.value, forHTTPHeaderField: header.name)
            }
            return request
        }
        let signature = WebhookSignature.header(
            of: body, secret: secret, atUnixSeconds: Self.milliseconds() / 1000)
        request.setValue(signature, forHTTPHeaderField: "Lathe-Signature")
        return request
    }

    private func noteDelivered() {
        counters.delivered += 1
        if lastFailure != nil { complain("webhook \(target.shown) takes events again") }
        lastFailure = nil
    }

    /// Says once that a webhook does not take events, however often it does not.
    private func noteFailed(_ failure: String) {
        counters.failed += 1
        if lastFailure == nil { complain("webhook \(target.shown) does not take events, which wait: \(failure)") }
        lastFailure = failure
    }

    private static func milliseconds() -> Int64 { SystemClock.wallNanoseconds() / 1_000_000 }
}
