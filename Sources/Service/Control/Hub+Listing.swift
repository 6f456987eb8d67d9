import Capture
import Catalog
import EventLoop
import Foundation
import Units

/// Some of the recordings, newest first, and where the next ones begin.
public struct RecordingPage: Sendable {
    public var recordings: [RecordingDocument]
    /// The id behind which the next page begins; nothing on the last.
    public var next: String?
}

// Recordings that run, and those that are over.
extension Hub {
    /// How many recordings a page has at most, and if nothing is asked for.
    public static let pageLimit = 1_000
    public static let usualPageCount = 200

    /// Every recording that this process holds in memory, newest first; those of one channel if it is named.
    public func recordings(channel: String? = nil) -> [RecordingDocument] {
        let now = SystemClock.now()
        return sessions.filter { channel == nil || $0.document.channel == channel }.map { $0.snapshot(at: now) }
    }

    /// Recordings from the newest on, or from behind one of them; those of one channel if it is named.
    public func page(of channel: String?, after id: String?, limit: Int) async throws -> RecordingPage {
        if let channel { try checkName(channel) }
        let place = try await place(after: id)
        let old = try await stored { () throws(CatalogError) in
            try await catalog.finished(limit: limit + 1, of: channel, before: place)
        }
        let now = SystemClock.now()
        // What ended while the catalogue was read is taken from memory.
        var found = sessions.filter { channel == nil || $0.document.channel == channel }
            .map { (place: $0.place, document: $0.snapshot(at: now)) }
            .filter { one in place.map { one.place < $0 } ?? true }
        let known = Set(found.map(\.place.id))
        for entry in old where !known.contains(entry.id) {
            if let document = Self.document(of: entry) { found.append((entry.place, document)) }
        }
        found.sort { $0.place > $1.place }
        let next = found.count > limit ? found[limit - 1].document.id : nil
        return RecordingPage(recordings: found.prefix(limit).map(\.document), next: next)
    }

    /// One recording, by its id.
    public func recording(_ id: String) async throws -> RecordingDocument {
        if let session = sessions.first(where: { $0.document.id == id }) {
            return session.snapshot(at: SystemClock.now())
        }
        let entry = try await stored { () throws(CatalogError) in try await catalog.entry(id) }
        guard let entry, let document = Self.document(of: entry) else { throw Self.unknown(id) }
        return document
    }

    static func unknown(_ id: String) -> Problem {
        Problem.notFound("there is no recording '\(id)'; GET /v1/recordings lists them")
    }

    private func place(after id: String?) async throws -> CatalogPlace? {
        guard let id else { return nil }
        if let session = sessions.first(where: { $0.document.id == id }) { return session.place }
        guard let entry = try await stored({ () throws(CatalogError) in try await catalog.entry(id) }) else {
            throw Problem.notFound(
                "there is no recording '\(id)' any more; begin again without 'after'", field: "after")
        }
        return entry.place
    }

    /// Asks the catalogue for something, whose failure is an answer too.
    func stored<Result>(_ body: () async throws(CatalogError) -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)")
        }
    }

    private static func document(of entry: CatalogEntry) -> RecordingDocument? {
        entry.document.flatMap { try? RecordingDocument(reading: Data($0.utf8)) }
    }
}

extension CatalogEntry {
    fileprivate var place: CatalogPlace { CatalogPlace(startedAtUnixNanoseconds: startedAtUnixNanoseconds, id: id) }
}

extension RecordingSession {
    fileprivate var place: CatalogPlace {
        CatalogPlace(startedAtUnixNanoseconds: wallOrigin.unixNanoseconds, id: document.id)
    }
}
