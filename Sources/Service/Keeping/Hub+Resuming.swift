import Capture
import Catalog
import Channel
import EventLoop
import Foundation
import Storage
import Units

/// What a start found that a crash had left.
public struct ResumeReport: Equatable, Sendable {
    /// Recordings that go on.
    public var resumed: [String] = []
    /// Recordings that were closed.
    public var closed: [String] = []
    /// What became of files that were not whole, in words, by their paths.
    public var files: [String: String] = [:]
    /// What could not be done, in sentences.
    public var troubles: [String] = []

    public init() {}
}

// After a crash.
extension Hub {
    /// Makes whole what a process that died left, and goes on with what it was recording; to be called once, before
    /// anybody joins.
    public func resume() async -> ResumeReport {
        var report = ResumeReport()
        var known: Set<String> = []
        do {
            for entry in try await catalog.unfinished() {
                known.insert(entry.directory)
                await recover(entry, into: &report)
            }
        } catch {
            report.troubles.append("\(error)")
        }
        for directory in orphans() where !known.contains(directory) {
            await recoverOrphan(directory, into: &report)
        }
        return report
    }

    private func recover(_ entry: CatalogEntry, into report: inout ResumeReport) async {
        do {
            guard FileManager.default.fileExists(atPath: entry.directory) else {
                let trouble = "the directory \(entry.directory) of recording \(entry.id) is gone"
                report.troubles.append(trouble)
                try await sealEvents(of: entry, trouble)
                return try await catalog.forget(entry.id)
            }
            guard let lock = try DirectoryLock(entry.directory) else {
                report.troubles.append("another process is recording to \(entry.directory)")
                return
            }
            let trace = CrashTrace(of: entry.run, in: StateDirectory(options.stateDirectory))
            let session = try await recoveredSession(of: entry, trace, lock, &report)
            if entry.isContinued, entry.ending == nil, options.continuesRecordings, !session.isSealed {
                try await goOn(session, entry, trace)
                report.resumed.append(entry.id)
            } else {
                close(session, entry)
                report.closed.append(entry.id)
            }
        } catch {
            report.troubles.append("recording \(entry.id) in \(entry.directory): \(error)")
        }
    }

    /// Mends the files, and makes a session of what was written down.
    private func recoveredSession(
        of entry: CatalogEntry, _ trace: CrashTrace, _ lock: DirectoryLock, _ report: inout ResumeReport
    ) async throws -> RecordingSession {
        let files = try await DirectoryRecovery(directory: entry.directory, storage: storage).recover()
        let request = try? JSONDecoder().decode(RecordingRequest.self, from: Data(entry.request.utf8))
        var story = RecoveredStory(
            of: entry, request: request ?? RecordingRequest(channel: entry.channel), defaults: options.files,
            idleSeconds: Int(options.idle.components.seconds))
        let wallOrigin = WallTime(unixNanoseconds: entry.startedAtUnixNanoseconds)
        let words = story.takeOver(files, startedAt: wallOrigin)
        let standing = try await reconcile(&story, startedAt: entry.startedAtUnixNanoseconds)
        for (name, what) in words { report.files[entry.directory + "/" + name] = what }
        // The timeline goes on from where it began: the wall clock says how long ago that was.
        let age = max(0, SystemClock.wallNanoseconds() - entry.startedAtUnixNanoseconds)
        let origin = Instant(nanoseconds: SystemClock.now().nanoseconds - age)
        story.note(cause: trace.cause, until: age / 1_000_000, files: words)
        try await storage.replaceFile(
            entry.directory + "/" + RecordingNames.crashLog,
            with: Array(
                trace.log(of: entry.id, channel: entry.channel, version: LatheVersion.text, files: words).utf8))
        let log = SystemLog(storage.extend(entry.directory + "/" + RecordingNames.log) { _ in })
        log.error("recording \(entry.id) was interrupted: \(trace.cause)")
        for (name, what) in words.sorted(by: { $0.key < $1.key }) { log.info("~MediaFile \(name) \(what)") }
        let session = RecordingSession(
            story.document, origin: origin, wallOrigin: wallOrigin, log: log, lock: lock, outbox: outbox)
        session.continueEvents(after: standing)
        session.note("interrupted", trace.cause)
        for (name, what) in words.sorted(by: { $0.key < $1.key }) { session.note("takeRecovered", "\(name) \(what)") }
        return session
    }

    private func goOn(_ session: RecordingSession, _ entry: CatalogEntry, _ trace: CrashTrace) async throws {
        try await catalog.resume(entry.id, by: .current)
        session.document.state = .recording
        session.document.end = nil
        session.interruptedUsers = Set(session.document.users.map(\.uid))
        session.note("resumed")
        if let seconds = session.document.control?.maximumSeconds {
            session.rollOverCount = Int(session.recordedDuration(at: SystemClock.now()) / .seconds(seconds))
        }
        session.log.info("recording \(entry.id) goes on")
        sessions.insert(session, at: 0)
        let now = SystemClock.now()
        let nobody = ChannelRoom(roster: Roster(profile: .communication, at: now))
        rooms[entry.channel] = rooms[entry.channel] ?? nobody
    }

    private func close(_ session: RecordingSession, _ entry: CatalogEntry) {
        let end = entry.ending.flatMap { try? JSONDecoder().decode(RecordingDocument.End.self, from: Data($0.utf8)) }
        session.end(.crashed)
        session.document.end = end ?? session.document.end
        sessions.insert(session, at: 0)
        finishIfDone(session)
    }

    // MARK: - Directories that no catalogue knows

    /// Directories below the root that hold an unfinished recording.
    private func orphans() -> [String] {
        let manager = FileManager.default
        let days = (try? manager.contentsOfDirectory(atPath: options.recordRoot)) ?? []
        return days.filter { $0.count == 8 && $0.allSatisfy(\.isNumber) }.sorted().flatMap { day -> [String] in
            let parent = URL(fileURLWithPath: options.recordRoot + "/" + day).path
            let names = (try? manager.contentsOfDirectory(atPath: parent)) ?? []
            return names.sorted().map { parent + "/" + $0 }.filter { directory in
                manager.fileExists(atPath: directory + "/" + RecordingNames.metadata)
                    && !manager.fileExists(atPath: directory + "/" + RecordingNames.done)
            }
        }
    }

    /// Closes a recording that no catalogue knows, by what lies in its directory.
    private func recoverOrphan(_ directory: String, into report: inout ResumeReport) async {
        do {
            guard let lock = try DirectoryLock(directory) else { return }
            let files = try await DirectoryRecovery(directory: directory, storage: storage).recover()
            let words = files.filter { $0.value.outcome != .whole }.mapValues(\.words)
            for (name, what) in words { report.files[directory + "/" + name] = what }
            if var document = RecoveredStory.read(directory + "/" + RecordingNames.story) {
                let origin = WallTime(
                    unixNanoseconds: Int64(document.startedAt.timeIntervalSince1970 * 1000) * 1_000_000)
                let entry = CatalogEntry(
                    id: document.id, channel: document.channel, directory: directory,
                    startedAtUnixNanoseconds: origin.unixNanoseconds, request: "{}", isContinued: false, run: .current)
                var story = RecoveredStory(
                    of: entry, request: RecordingRequest(channel: document.channel), defaults: options.files,
                    idleSeconds: document.idleSeconds)
                let words = story.takeOver(files, startedAt: origin)
                story.note(cause: "not known", until: story.endMilliseconds, files: words)
                try await sealEvents(of: entry, "the recording was interrupted; the cause is not known")
                document = story.document
                document.state = .finished
                document.end = document.end ?? RecordingDocument.End(.crashed)
                try await storage.replaceFile(
                    directory + "/" + RecordingNames.story, with: Array(try Self.encode(document)))
            }
            try await storage.replaceFile(directory + "/" + RecordingNames.done, with: [])
            report.closed.append(directory)
            withExtendedLifetime(lock) {}
        } catch {
            report.troubles.append("\(directory): \(error)")
        }
    }
}
