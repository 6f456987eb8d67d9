import Catalog
import Foundation

/// What has to outlive the process, below the root of the recordings.
struct StateDirectory {
    let path: String

    init(_ path: String) { self.path = path }

    /// Where the runtime leaves what it saw of a crash.
    var crashes: String { path + "/crashes" }

    /// The catalogue's database.
    var catalog: String { path + "/lathe.db" }

    /// Opens the catalogue, which holds secrets of webhooks, for its owner alone, and says what had to be put aside for that.
    ///
    /// A file that is no database any more must not keep a recorder from recording: it is kept under another name, and what
    /// it knew is found by looking at the directories.
    func openCatalog() throws -> (catalog: Catalog, notes: [String]) {
        try FileManager.default.createDirectory(atPath: crashes, withIntermediateDirectories: true)
        let file = catalog
        do throws(CatalogError) {
            return (try openPrivately(), [])
        } catch {
            guard error.isDamage else { throw error }
            let aside = file + ".damaged-\(Int(Date().timeIntervalSince1970))"
            try FileManager.default.moveItem(atPath: file, toPath: aside)
            for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + ending) }
            return (try openPrivately(), ["\(error); it is kept as \(aside), and a new one was begun"])
        }
    }

    private func openPrivately() throws(CatalogError) -> Catalog {
        // SQLite gives its journal the same permissions.
        if !FileManager.default.fileExists(atPath: catalog) {
            _ = FileManager.default.createFile(atPath: catalog, contents: nil)
        }
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: catalog + ending)
        }
        return try Catalog(path: catalog)
    }
}

extension CatalogRun {
    /// This process, in this run of the machine.
    static let current = CatalogRun(
        boot: (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown",
        process: ProcessInfo.processInfo.processIdentifier)
}
