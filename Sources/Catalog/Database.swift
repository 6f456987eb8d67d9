import CSQLite

/// One connection to a SQLite database, which whoever owns it uses from one thread at a time.
@safe struct Database: ~Copyable {
    private let handle: OpaquePointer

    /// Opens a file, or makes it, so that what is committed survives a power cut.
    init(path: String) throws(DatabaseError) { unsafe handle = try unsafe Self.open(path) }

    private static func open(_ path: String) throws(DatabaseError) -> OpaquePointer {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        var status = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let opened = unsafe opened else {
            throw DatabaseError(action: "open", code: status, message: "no memory")
        }
        if status == SQLITE_OK {
            unsafe sqlite3_busy_timeout(opened, 5_000)
            // Readers beside the one who writes; each commit reaches the disk before it is answered.
            status = unsafe sqlite3_exec(opened, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", nil, nil, nil)
        }
        guard status == SQLITE_OK else {
            let message = unsafe String(cString: sqlite3_errmsg(opened))
            unsafe sqlite3_close_v2(opened)
            throw DatabaseError(action: "open", code: status, message: message)
        }
        return unsafe opened
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Performs a statement, with values for its question marks in their order, and returns its rows.
    @discardableResult
    func run(_ text: String, _ values: [Value] = []) throws(DatabaseError) -> [Row] {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, text, -1, &prepared, nil) == SQLITE_OK else { throw error("prepare") }
        defer { unsafe sqlite3_finalize(prepared) }
        for (index, value) in values.enumerated() {
            guard unsafe value.bind(to: prepared, Int32(index + 1)) == SQLITE_OK else { throw error("bind") }
        }
        var rows: [Row] = []
        while true {
            switch unsafe sqlite3_step(prepared) {
            case SQLITE_ROW:
                let count = unsafe sqlite3_column_count(prepared)
                rows.append(Row((0..<count).map { unsafe Value(column: $0, of: prepared) }))
            case SQLITE_DONE: return rows
            default: throw error("perform")
            }
        }
    }

    private func error(_ action: String) -> DatabaseError {
        unsafe DatabaseError(
            action: action, code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// What a column holds.
enum Value: Equatable, Sendable {
    case null
    case integer(Int64)
    case text(String)

    fileprivate init(column: Int32, of statement: OpaquePointer?) {
        switch unsafe sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: self = unsafe .integer(sqlite3_column_int64(statement, column))
        case SQLITE_NULL: self = .null
        default:
            let bytes = unsafe sqlite3_column_text(statement, column)
            self = unsafe .text(bytes.map { unsafe String(cString: $0) } ?? "")
        }
    }

    fileprivate func bind(to statement: OpaquePointer?, _ place: Int32) -> Int32 {
        switch self {
        case .null: unsafe sqlite3_bind_null(statement, place)
        case .integer(let value): unsafe sqlite3_bind_int64(statement, place, value)
        case .text(let text): unsafe lathe_sqlite_bind_text(statement, place, text, Int32(clamping: text.utf8.count))
        }
    }
}

/// One row of an answer, by the order of its columns.
struct Row: Equatable, Sendable {
    private let values: [Value]

    init(_ values: [Value]) { self.values = values }

    func text(_ index: Int) -> String? { if case .text(let text) = values[index] { text } else { nil } }
    func integer(_ index: Int) -> Int64? { if case .integer(let value) = values[index] { value } else { nil } }
}
