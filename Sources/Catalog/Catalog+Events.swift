// Events that outlive the process.
extension Catalog {
    /// How many of the newest events are kept in any case.
    public static let keptEventCount = 100_000
    /// How many are kept at most for webhooks that do not take them: beyond that the oldest are lost for those, which is
    /// counted.
    public static let undeliveredEventLimit = 1_000_000

    /// Ids go on from the time at which the table was made, so that a database that was begun anew repeats none.
    static let eventMigrations = [
        """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, recording TEXT NOT NULL, channel TEXT NOT NULL,
            sequence INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, uid TEXT, detail TEXT, outcome TEXT,
            isFinal INTEGER NOT NULL
        ) STRICT
        """,
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('events', CAST(strftime('%s', 'now') AS INTEGER) * 1000)",
        "CREATE INDEX eventsByRecording ON events (recording, id)",
        """
        CREATE TABLE webhooks (
            id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT, isConfigured INTEGER NOT NULL, created INTEGER NOT NULL,
            lost INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE deliveries (
            webhook TEXT NOT NULL, recording TEXT NOT NULL, event INTEGER NOT NULL, body TEXT,
            PRIMARY KEY (webhook, recording, event)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX deliveriesByEvent ON deliveries (event)",
        """
        CREATE TABLE deadLetters (
            webhook TEXT NOT NULL, recording TEXT NOT NULL, event INTEGER NOT NULL, body TEXT NOT NULL,
            failure TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (webhook, event)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    /// Writes what waits in a queue at this moment, a bounded number at once, and takes it out of there; returns the
    /// events with their ids.
    ///
    /// What a failure leaves in the queue can be written later: nothing of it is in the database then.
    public func commit(_ queue: EventQueue) throws(CatalogError) -> [EventRecord] {
        var (events, receipts) = queue.next()
        guard !events.isEmpty || !receipts.isEmpty else { return [] }
        try transaction { () throws(CatalogError) in
            for index in events.indices {
                let row = try perform(
                    """
                    INSERT INTO events (recording, channel, sequence, at, type, uid, detail, outcome, isFinal)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                    """, events[index].values
                ).first
                events[index].id = row?.integer(0) ?? 0
            }
            if let first = events.first {
                try perform(
                    """
                    INSERT INTO deliveries (webhook, recording, event)
                    SELECT webhooks.id, events.recording, events.id FROM webhooks, events WHERE events.id >= ?
                    """, .integer(first.id))
            }
            for receipt in receipts {
                try perform(
                    "DELETE FROM deliveries WHERE webhook = ? AND recording = ? AND event = ?", .text(receipt.webhook),
                    .text(receipt.recording), .integer(receipt.event))
            }
        }
        queue.removeFirst(events: events.count, receipts: receipts.count)
        return events
    }

    /// Forgets old events that every webhook has got; returns how many were lost for those that do not take them.
    ///
    /// `kept` of the newest stay, and up to `limit` that a webhook waits for.
    public func prune(
        keeping kept: Int = keptEventCount, waiting limit: Int = undeliveredEventLimit
    ) throws(CatalogError) -> Int {
        guard let newest = try perform("SELECT MAX(id) FROM events", []).first?.integer(0) else { return 0 }
        let awaited = try perform("SELECT MIN(event) FROM deliveries WHERE body IS NULL", []).first?.integer(0)
        let oldestKept = max(
            min(newest - Int64(kept) + 1, awaited ?? .max), newest - Int64(max(kept, limit)) + 1)
        let lost = try perform(
            "SELECT COUNT(*) FROM deliveries WHERE body IS NULL AND event < ?", [.integer(oldestKept)]
        ).first?.integer(0)
        try transaction { () throws(CatalogError) in
            if let lost, lost > 0 {
                try perform(
                    """
                    UPDATE webhooks SET lost = lost + (
                        SELECT COUNT(*) FROM deliveries WHERE webhook = webhooks.id AND body IS NULL AND event < ?)
                    """, .integer(oldestKept))
                try perform("DELETE FROM deliveries WHERE body IS NULL AND event < ?", .integer(oldestKept))
            }
            try perform("DELETE FROM events WHERE id < ?", .integer(oldestKept))
        }
        return Int(lost ?? 0)
    }

    /// Does several things or, if one of them fails, none.
    func transaction(_ body: () throws(CatalogError) -> Void) throws(CatalogError) {
        try perform("BEGIN IMMEDIATE")
        do throws(CatalogError) {
            try body()
            try perform("COMMIT")
        } catch {
            // After some errors SQLite has done so by itself, and refuses this.
            _ = try? perform("ROLLBACK", [])
            throw error
        }
    }
}
