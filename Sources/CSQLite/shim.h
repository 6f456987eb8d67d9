#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast that Swift does not import: SQLite copies what it is given.

static inline int lathe_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *bytes, int byte_count) {
    return sqlite3_bind_text(statement, place, bytes, byte_count, SQLITE_TRANSIENT);
}
