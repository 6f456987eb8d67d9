import EventLoop

/// What is to be recorded, and what was: in a SQLite database, so that the intent outlives the process.
///
/// What a method returned from is on the disk. An actor on a thread of its own, since each commit waits for the disk.
public actor Catalog {
    private let path: String
    private let loop: EventLoop
    private let database: Database

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// How the tables came to be, one step for each version of them; steps are added, never changed.
    private static let migrations =
        [
            """
            CREATE TABLE recordings (
                id TEXT PRIMARY KEY, channel TEXT NOT NULL, directory TEXT NOT NULL, started INTEGER NOT NULL,
                request TEXT NOT NULL, isContinued INTEGER NOT NULL, boot TEXT NOT NULL, process INTEGER NOT NULL,
                interruptions INTEGER NOT NULL DEFAULT 0, ending TEXT, document TEXT
            ) STRICT
            """,
            "CREATE INDEX unfinished ON recordings (started) WHERE document IS NULL",
            "CREATE INDEX byStart ON recordings (started)",
        ] + eventMigrations + [
            "ALTER TABLE recordings ADD COLUMN key TEXT",
            "CREATE UNIQUE INDEX byKey ON recordings (key) WHERE key IS NOT NULL",
            "CREATE INDEX byChannel ON recordings (channel, started)",
            "ALTER TABLE webhooks ADD COLUMN format TEXT",
        ]

    /// Opens a catalogue in a directory that is there, or makes it.
    ///
    /// Fails with a `CatalogError`. `isDamaged` of that says that the file is no database: whoever moves it away can begin
    /// a new one.
    public init(path: String) throws(CatalogError) {
        self.path = path
        do {
            let database = try Database(path: path)
            try Self.migrate(database)
            self.database = database
            loop = try EventLoop(name: "catalog")
        } catch let error as DatabaseError {
            throw CatalogError(error, path: path)
        } catch {
            throw CatalogError("cannot start the catalogue's thread: \(error)")
        }
    }

    deinit { loop.stop() }

    /// Makes the tables that are missing, in one step: of several processes that begin at once, one makes them all.
    private static func migrate(_ database: borrowing Database) throws(DatabaseError) {
        guard try version(of: database) < migrations.count else { return }
        try database.run("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            // Another may have been here while this waited.
            for number in migrations.indices.dropFirst(try version(of: database)) {
                try database.run(migrations[number])
                try database.run("PRAGMA user_version = \(number + 1)")
            }
            try database.run("COMMIT")
        } catch {
            _ = try? database.run("ROLLBACK")
            throw error
        }
    }

    private static func version(of database: borrowing Database) throws(DatabaseError) -> Int {
        Int(try database.run("PRAGMA user_version").first?.integer(0) ?? 0)
    }
}

// Recordings.
extension Catalog {
    private static let columns =
        "id, channel, directory, started, request, isContinued, boot, process, interruptions, ending, document, key"

    /// Notes that a recording is to go on until `end`.
    public func begin(_ entry: CatalogEntry) throws(CatalogError) {
        try perform(
            "INSERT INTO recordings (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
            .text(entry.id),
            .text(entry.channel), .text(entry.directory), .integer(entry.startedAtUnixNanoseconds),
            .text(entry.request), .integer(entry.isContinued ? 1 : 0), .text(entry.run.boot),
            .integer(Int64(entry.run.process)), .integer(Int64(entry.interruptionCount)),
            entry.key.map { .text($0) } ?? .null)
    }

    /// Notes that another process goes on with a recording.
    public func resume(_ id: String, by run: CatalogRun) throws(CatalogError) {
        try perform(
            "UPDATE recordings SET boot = ?, process = ?, interruptions = interruptions + 1 WHERE id = ?",
            .text(run.boot), .integer(Int64(run.process)), .text(id))
    }

    /// Notes that the end of a recording was asked for, and why: whoever starts after a crash closes its files.
    public func end(_ id: String, because ending: String) throws(CatalogError) {
        try perform("UPDATE recordings SET ending = ? WHERE id = ?", .text(ending), .text(id))
    }

    /// Notes that a recording is over, with its story.
    public func end(_ id: String, document: String) throws(CatalogError) {
        try perform("UPDATE recordings SET document = ? WHERE id = ?", .text(document), .text(id))
    }

    /// Forgets a recording whose files are gone.
    public func forget(_ id: String) throws(CatalogError) {
        try perform("DELETE FROM recordings WHERE id = ?", .text(id))
    }

    /// Forgets what was recorded to a directory that is gone.
    public func forget(directory: String) throws(CatalogError) {
        try perform("DELETE FROM recordings WHERE directory = ?", .text(directory))
    }

    /// Those that should be going on, oldest first.
    public func unfinished() throws(CatalogError) -> [CatalogEntry] {
        try entries("WHERE document IS NULL ORDER BY started", [])
    }

    /// Those that are over, newest first; at most `limit`, only those of a channel or before a place if these are given.
    public func finished(
        limit: Int, of channel: String? = nil, before place: CatalogPlace? = nil
    ) throws(CatalogError) -> [CatalogEntry] {
        var (condition, values) = ("WHERE document IS NOT NULL", [Value]())
        if let channel { (condition, values) = (condition + " AND channel = ?", [.text(channel)]) }
        if let place {
            condition += " AND (started, id) < (?, ?)"
            values += [.integer(place.startedAtUnixNanoseconds), .text(place.id)]
        }
        return try entries(condition + " ORDER BY started DESC, id DESC LIMIT ?", values + [.integer(Int64(limit))])
    }

    /// The recording that a caller's key stands for.
    public func entry(key: String) throws(CatalogError) -> CatalogEntry? {
        try entries("WHERE key = ?", [.text(key)]).first
    }

    /// One recording by its id.
    public func entry(_ id: String) throws(CatalogError) -> CatalogEntry? {
        try entries("WHERE id = ?", [.text(id)]).first
    }

    private func entries(_ condition: String, _ values: [Value]) throws(CatalogError) -> [CatalogEntry] {
        try perform("SELECT \(Self.columns) FROM recordings \(condition)", values).compactMap(CatalogEntry.init)
    }

    func perform(_ statement: String, _ values: Value...) throws(CatalogError) {
        _ = try perform(statement, values)
    }

    @discardableResult
    func perform(_ statement: String, _ values: [Value]) throws(CatalogError) -> [Row] {
        do throws(DatabaseError) {
            return try database.run(statement, values)
        } catch {
            throw CatalogError(error, path: path)
        }
    }
}

extension CatalogEntry {
    /// A row in the order of the table's columns.
    fileprivate init?(_ row: Row) {
        guard let id = row.text(0), let channel = row.text(1), let directory = row.text(2),
            let started = row.integer(3), let request = row.text(4), let isContinued = row.integer(5),
            let boot = row.text(6), let process = row.integer(7), let interruptions = row.integer(8)
        else { return nil }
        self.init(
            id: id, channel: channel, directory: directory, startedAtUnixNanoseconds: started, request: request,
            isContinued: isContinued != 0, run: CatalogRun(boot: boot, process: Int32(clamping: process)))
        interruptionCount = Int(interruptions)
        ending = row.text(9)
        document = row.text(10)
        key = row.text(11)
    }
}
