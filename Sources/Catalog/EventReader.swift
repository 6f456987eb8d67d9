import EventLoop

/// Reads events on a thread and a connection of its own, so that no reader keeps anybody from writing.
public actor EventReader {
    private let path: String
    private let loop: EventLoop
    private let database: Database

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Opens a catalogue that is there.
    public init(path: String) throws(CatalogError) {
        self.path = path
        do {
            database = try Database(path: path)
            loop = try EventLoop(name: "events")
        } catch let error as DatabaseError {
            throw CatalogError(error, path: path)
        } catch {
            throw CatalogError("cannot start the thread that reads events: \(error)")
        }
    }

    deinit { loop.stop() }

    /// The events behind `id` that a filter lets through, oldest first; at most `limit`.
    public func page(after id: Int64, _ filter: EventFilter, limit: Int) throws(CatalogError) -> EventPage {
        // Looked at first: what is kept meanwhile is on the next page.
        let ends = try perform("SELECT MIN(id), MAX(id) FROM events", []).first
        let (oldest, newest) = (ends?.integer(0), ends?.integer(1) ?? 0)
        var values: [Value] = [.integer(id), .integer(newest)]
        let conditions = filter.conditions(&values)
        values.append(.integer(Int64(limit)))
        let events = try perform(
            """
            SELECT \(EventRecord.columns) FROM events WHERE id > ? AND id <= ?\(conditions) ORDER BY id LIMIT ?
            """, values
        ).compactMap(EventRecord.init)
        let next = events.count < limit ? max(id, newest) : events.last?.id ?? id
        return EventPage(events: events, next: next, oldest: oldest, isGap: id > 0 && id + 1 < oldest ?? 0)
    }

    /// The id of the newest event; 0 if there is none.
    public func newest() throws(CatalogError) -> Int64 {
        try perform("SELECT MAX(id) FROM events", []).first?.integer(0) ?? 0
    }

    /// One recording's events behind a number of its own, in their order.
    public func events(of recording: String, after sequence: Int) throws(CatalogError) -> [EventRecord] {
        try perform(
            "SELECT \(EventRecord.columns) FROM events WHERE recording = ? AND sequence > ? ORDER BY id",
            [.text(recording), .integer(Int64(sequence))]
        ).compactMap(EventRecord.init)
    }

    /// How far a recording's events were kept.
    public func standing(of recording: String) throws(CatalogError) -> EventStanding {
        let row = try perform(
            "SELECT MAX(sequence), MAX(isFinal) FROM events WHERE recording = ?", [.text(recording)]
        ).first
        return EventStanding(lastSequence: Int(row?.integer(0) ?? 0), isFinal: row?.integer(1) == 1)
    }

    func perform(_ statement: String, _ values: [Value]) throws(CatalogError) -> [Row] {
        do throws(DatabaseError) {
            return try database.run(statement, values)
        } catch {
            throw CatalogError(error, path: path)
        }
    }
}

/// Which events somebody wants; everything that is not named is wanted.
public struct EventFilter: Equatable, Sendable {
    public var recording: String?
    public var channel: String?
    public var types: [String] = []

    public init(recording: String? = nil, channel: String? = nil, types: [String] = []) {
        self.recording = recording
        self.channel = channel
        self.types = types
    }

    fileprivate func conditions(_ values: inout [Value]) -> String {
        var text = ""
        for (column, value) in [("recording", recording), ("channel", channel)] {
            guard let value else { continue }
            text += " AND \(column) = ?"
            values.append(.text(value))
        }
        guard !types.isEmpty else { return text }
        values += types.map(Value.text)
        return text + " AND type IN (\(types.map { _ in "?" }.joined(separator: ", ")))"
    }
}

/// Some events, and how to go on.
public struct EventPage: Equatable, Sendable {
    public var events: [EventRecord]
    /// Behind which id the next page begins.
    public var next: Int64
    /// The oldest event that is still kept, whatever the filter; nothing if there is none.
    public var oldest: Int64?
    /// Whether events between the id that was asked for and the oldest may have been forgotten.
    public var isGap: Bool
}

/// How far a recording's events were kept.
public struct EventStanding: Equatable, Sendable {
    public var lastSequence = 0
    /// Whether nothing may follow.
    public var isFinal = false
}
