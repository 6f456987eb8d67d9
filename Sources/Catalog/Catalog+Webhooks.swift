// Where events are delivered to, and what was not.
extension Catalog {
    /// How many events that could not be delivered are kept for a webhook: beyond that the oldest are lost, which is
    /// counted.
    public static let deadLetterLimit = 10_000

    /// Every webhook, oldest first.
    public func webhooks() throws(CatalogError) -> [WebhookRecord] {
        try perform("SELECT id, url, secret, isConfigured, created, format FROM webhooks ORDER BY created, id", [])
            .compactMap(WebhookRecord.init)
    }

    /// Adds a webhook, which gets what happens from now on; one of the same id gets another secret.
    public func add(_ webhook: WebhookRecord) throws(CatalogError) {
        try perform(
            """
            INSERT INTO webhooks (id, url, secret, isConfigured, created, format) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, isConfigured = excluded.isConfigured
            """, .text(webhook.id), .text(webhook.url), webhook.secret.map(Value.text) ?? .null,
            .integer(webhook.isConfigured ? 1 : 0), .integer(webhook.createdAtUnixMilliseconds),
            webhook.format.map(Value.text) ?? .null)
    }

    /// Forgets a webhook with all that it has not got; returns how many events those are.
    @discardableResult
    public func removeWebhook(_ id: String) throws(CatalogError) -> Int {
        var count: Int64 = 0
        try transaction { () throws(CatalogError) in
            for table in ["deliveries", "deadLetters"] {
                count +=
                    try perform("SELECT COUNT(*) FROM \(table) WHERE webhook = ?", [.text(id)])
                    .first?.integer(0) ?? 0
                try perform("DELETE FROM \(table) WHERE webhook = ?", .text(id))
            }
            try perform("DELETE FROM webhooks WHERE id = ?", .text(id))
        }
        return Int(count)
    }

    /// Gives an event up for a webhook: what follows it in its recording is no longer kept waiting.
    public func bury(
        _ letter: DeadLetter, of receipt: DeliveryReceipt, keeping limit: Int = deadLetterLimit
    ) throws(CatalogError) {
        let (webhook, event) = (Value.text(receipt.webhook), Value.integer(receipt.event))
        try transaction { () throws(CatalogError) in
            try perform(
                """
                INSERT OR REPLACE INTO deadLetters (webhook, recording, event, body, failure, at)
                VALUES (?, ?, ?, ?, ?, ?)
                """, webhook, .text(receipt.recording), event, .text(letter.body), .text(letter.failure),
                .integer(letter.atUnixMilliseconds))
            try perform(
                "DELETE FROM deliveries WHERE webhook = ? AND recording = ? AND event = ?", webhook,
                .text(receipt.recording), event)
            try forgetOldestLetters(of: receipt.webhook, keeping: limit)
        }
    }

    private func forgetOldestLetters(of webhook: String, keeping limit: Int) throws(CatalogError) {
        let count = try perform("SELECT COUNT(*) FROM deadLetters WHERE webhook = ?", [.text(webhook)])
            .first?.integer(0)
        let excess = (count ?? 0) - Int64(limit)
        guard excess > 0 else { return }
        try perform(
            """
            DELETE FROM deadLetters WHERE webhook = ? AND event IN (
                SELECT event FROM deadLetters WHERE webhook = ? ORDER BY event LIMIT ?)
            """, .text(webhook), .text(webhook), .integer(excess))
        try perform("UPDATE webhooks SET lost = lost + ? WHERE id = ?", .integer(excess), .text(webhook))
    }

    /// Lets a webhook's dead letters be tried again; returns how many there are.
    public func reviveLetters(of webhook: String) throws(CatalogError) -> Int {
        var count: Int64 = 0
        try transaction { () throws(CatalogError) in
            count =
                try perform("SELECT COUNT(*) FROM deadLetters WHERE webhook = ?", [.text(webhook)])
                .first?.integer(0) ?? 0
            try perform(
                """
                INSERT OR REPLACE INTO deliveries (webhook, recording, event, body)
                SELECT webhook, recording, event, body FROM deadLetters WHERE webhook = ?
                """, .text(webhook))
            try perform("DELETE FROM deadLetters WHERE webhook = ?", .text(webhook))
        }
        return Int(count)
    }
}

// What couriers ask for.
extension EventReader {
    /// The recordings of which a webhook waits for events.
    public func recordingsAwaited(by webhook: String) throws(CatalogError) -> [String] {
        try perform("SELECT DISTINCT recording FROM deliveries WHERE webhook = ?", [.text(webhook)])
            .compactMap { $0.text(0) }
    }

    /// The first event behind `id` that a webhook has not got of a recording.
    public func nextDelivery(
        to webhook: String, of recording: String, after id: Int64
    ) throws(CatalogError) -> PendingDelivery? {
        let columns = EventRecord.columns.split(separator: ", ").map { "events.\($0)" }.joined(separator: ", ")
        let row = try perform(
            """
            SELECT \(columns), deliveries.event, deliveries.body FROM deliveries
            LEFT JOIN events ON events.id = deliveries.event
            WHERE deliveries.webhook = ? AND deliveries.recording = ? AND deliveries.event > ?
            ORDER BY deliveries.event LIMIT 1
            """, [.text(webhook), .text(recording), .integer(id)]
        ).first
        guard let row, let event = row.integer(10) else { return nil }
        return PendingDelivery(event: event, record: EventRecord(row), body: row.text(11))
    }

    /// What a webhook has not got, dead letters included.
    public func backlog(of webhook: String) throws(CatalogError) -> DeliveryBacklog {
        let row = try perform(
            """
            SELECT (SELECT COUNT(*) FROM deliveries WHERE webhook = ?),
                (SELECT COUNT(*) FROM deadLetters WHERE webhook = ?), (SELECT lost FROM webhooks WHERE id = ?)
            """, [.text(webhook), .text(webhook), .text(webhook)]
        ).first
        return DeliveryBacklog(
            pendingCount: Int(row?.integer(0) ?? 0), deadCount: Int(row?.integer(1) ?? 0),
            lostCount: Int(row?.integer(2) ?? 0))
    }

    /// A webhook's dead letters behind an event's id, oldest first; at most `limit`.
    public func deadLetters(
        of webhook: String, after id: Int64, limit: Int
    ) throws(CatalogError) -> [(event: Int64, letter: DeadLetter)] {
        try perform(
            """
            SELECT event, body, failure, at FROM deadLetters WHERE webhook = ? AND event > ? ORDER BY event LIMIT ?
            """, [.text(webhook), .integer(id), .integer(Int64(limit))]
        ).compactMap { row in
            guard let event = row.integer(0), let body = row.text(1), let failure = row.text(2),
                let moment = row.integer(3)
            else { return nil }
            return (event, DeadLetter(body: body, failure: failure, atUnixMilliseconds: moment))
        }
    }
}
