import CSQLite

/// Why the database did not do what it was asked for.
struct DatabaseError: Error, Equatable {
    var action: String
    /// SQLite's extended result code.
    var code: Int32
    var message: String

    /// Whether the file is not, or no longer, a database.
    var isDamage: Bool { [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xFF) }
}

/// Why the catalogue could not be read or written, and what to do about it.
public struct CatalogError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    /// Whether the file is not, or no longer, a database: it can be put aside, and another begun.
    public let isDamage: Bool

    init(_ description: String) {
        self.description = description
        isDamage = false
    }

    init(_ error: DatabaseError, path: String) {
        let remedy =
            switch error.code & 0xFF {
            case SQLITE_FULL: "Free some space."
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
                "See that its directory exists, and that the user who runs lathe may write there."
            case SQLITE_BUSY, SQLITE_LOCKED: "Another process uses it: give each lathe a --record-root of its own."
            case SQLITE_IOERR: "The disk is failing: `dmesg` has more."
            default: ""
            }
        isDamage = error.isDamage
        let text = "cannot \(error.action) the catalogue \(path): \(error.message)"
        description = remedy.isEmpty ? text : "\(text). \(remedy)"
    }
}
