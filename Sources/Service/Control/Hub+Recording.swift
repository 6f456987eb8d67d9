public import Capture
import Catalog
import Channel
import Codecs
import EventLoop
import Foundation
import Storage
import Units
import WebRTC

extension Hub {
    /// How many ended recordings stay listed; their files stay for ever.
    private static let finishedLimit = 200
    /// How many seconds a recording may wait in a channel without users.
    static let idleLimits = 3...2_592_000

    /// Starts a recording of a channel, whether anybody is there or not.
    public func startRecording(_ request: RecordingRequest) async throws -> RecordingDocument {
        try await startRecording(request, noting: nil)
    }

    /// Starts a recording, and notes what its caller called the request.
    func startRecording(_ request: RecordingRequest, noting key: String?) async throws -> RecordingDocument {
        try checkName(request.channel)
        guard request.mode == nil || request.mode == "individual" else {
            throw Problem.badField("mode", "the mode is individual, not '\(request.mode ?? "")'")
        }
        if let seconds = request.idleSeconds, !Self.idleLimits.contains(seconds) {
            throw Problem.badField("idleSeconds", "idleSeconds lies between 3 and 2592000, not \(seconds)")
        }
        if let wrong = request.files(otherwise: options.files).contradiction {
            throw Problem.badField(wrong.field, wrong.why)
        }
        if let fault = request.mp3Fault() { throw Problem.badField("mp3", fault) }
        if request.directory?.isEmpty == true {
            throw Problem.badField("directory", "directory is empty; name one, or leave it out")
        }
        if let fault = request.control.fault { throw Problem.badField(fault.field, fault.why) }
        guard !isDraining, !isWindingDown else {
            throw Problem(
                status: 503, title: "Shutting down", detail: "the server starts no recording any more, and stops soon")
        }
        let session = try await makeSession(request, key)
        sessions.insert(session, at: 0)
        let nobody = ChannelRoom(roster: Roster(profile: .communication, at: session.origin))
        rooms[request.channel] = rooms[request.channel] ?? nobody
        for id in publications.keys { beginCapture(of: id, in: session) }
        return session.snapshot(at: SystemClock.now())
    }

    /// Asks a recording to end; its files close soon after.
    public func stopRecording(_ id: String, _ end: RecordingEnd = .stopped) async throws -> RecordingDocument {
        let session = try session(id)
        stop(session, end)
        return session.snapshot(at: SystemClock.now())
    }

    func session(_ id: String) throws -> RecordingSession {
        guard let session = sessions.first(where: { $0.document.id == id }) else {
            throw Self.unknown(id)
        }
        return session
    }

    private func makeSession(_ request: RecordingRequest, _ key: String?) async throws -> RecordingSession {
        let (origin, wall) = (SystemClock.now(), WallTime(unixNanoseconds: SystemClock.wallNanoseconds()))
        let channel = try ChannelName(request.channel)
        let parts = [options.recordRoot] + RecordingNames.directory(channel: channel, startedAt: wall)
        let directory = URL(fileURLWithPath: request.directory ?? parts.joined(separator: "/")).path
        try checkIsFree(directory)
        starting[directory] = request.channel
        defer {
            starting[directory] = nil
            noteFinish()
        }
        try await checkRoom(for: request)
        let lock = try await prepare(directory, for: channel)
        let files = request.files(otherwise: options.files)
        let document = RecordingDocument(
            id: Self.makeToken(), channel: request.channel, startedAt: wall, directory: directory, files: files,
            idleSeconds: request.idleSeconds ?? Int(options.idle.components.seconds), control: request.control)
        try await enter(document, request, wall, key)
        let log = SystemLog(storage.create(directory + "/" + RecordingNames.log) { _ in })
        log.info("recording of channel \(request.channel) starts, id \(document.id)")
        let session = RecordingSession(document, origin: origin, wallOrigin: wall, log: log, lock: lock, outbox: outbox)
        session.note("started")
        return session
    }

    /// Makes the directory, and keeps other processes away from it.
    private func prepare(_ directory: String, for channel: ChannelName) async throws -> DirectoryLock {
        do {
            try await storage.createDirectory(directory)
            guard let lock = try DirectoryLock(directory) else {
                throw Problem.conflict("directory", "another process is recording to \(directory); name another")
            }
            try await storage.replaceFile(
                directory + "/" + RecordingNames.metadata,
                with: Array(RecordingNames.metadataText(channel: channel).utf8))
            return lock
        } catch let error as StorageError {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)", field: "directory")
        }
    }

    /// Enters a recording into the catalogue, so that a crash does not end it.
    private func enter(
        _ document: RecordingDocument, _ request: RecordingRequest, _ wall: WallTime, _ key: String?
    ) async throws {
        var entry = CatalogEntry(
            id: document.id, channel: document.channel, directory: document.directory,
            startedAtUnixNanoseconds: wall.unixNanoseconds,
            request: String(decoding: try JSONEncoder().encode(request), as: UTF8.self),
            isContinued: options.continuesRecordings, run: .current)
        entry.key = key
        do {
            try await catalog.begin(entry)
        } catch {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)")
        }
    }

    /// Refuses a directory that another recording has, since nothing is ever overwritten.
    private func checkIsFree(_ directory: String) throws {
        let others = sessions.filter { $0.document.state != .finished }.map(\.document.directory) + starting.keys
        let names = [RecordingNames.log, RecordingNames.story, RecordingNames.done]
        let isUsed = names.contains { FileManager.default.fileExists(atPath: directory + "/" + $0) }
        guard !isUsed, !others.contains(directory) else {
            throw Problem.conflict(
                "directory", "\(directory) holds a recording already, and nothing is ever overwritten; name another")
        }
    }

    // MARK: - Captures

    /// Adds a user to every running recording of the channel; starts one first if that is automatic.
    func beginCaptures(of id: String) async {
        guard let publication = publications[id] else { return }
        let isRecorded = sessions.contains { $0.isRunning && $0.document.channel == publication.channel }
        if !isRecorded, options.autoRecord == .individual {
            // Whoever starts it captures all who are here by then.
            guard !starting.values.contains(publication.channel) else { return }
            do {
                _ = try await startRecording(RecordingRequest(channel: publication.channel))
            } catch {
                complain("the recording of channel \(publication.channel) could not start: \(error)")
            }
            return
        }
        for session in sessions where session.isRunning && session.document.channel == publication.channel {
            beginCapture(of: publication.id, in: session)
        }
    }

    /// Begins to record one user, or goes on with one who is back, unless they left, or the recording ends.
    ///
    /// Loops and workers get orders and are not waited for, so that nothing changes here meanwhile; each performs its
    /// orders in their order.
    private func beginCapture(of publicationID: String, in session: RecordingSession) {
        guard session.isRunning, let publication = publications[publicationID],
            publication.channel == session.document.channel, publication.captures[session.document.id] == nil
        else { return }
        let capture = capture(of: publication, in: session)
        publications[publication.id]?.captures[session.document.id] = capture.id
        session.document.users.append(
            RecordingDocument.User(
                uid: publication.uid, joinedAtMilliseconds: session.milliseconds(at: SystemClock.now()),
                leftAtMilliseconds: nil))
        session.note("userJoined", uid: publication.uid)
        session.log.info("User \(publication.uid) joined, RecordingDir:\(session.document.directory)")
        let order = ConnectionOrder(
            peer: publication.peer, mediaLoop: publication.loop, media: publication.media,
            since: max(publication.since, session.origin))
        capture.worker.order { $0.connect(capture.id, order) }
        publication.loop.order {
            $0.addRoute(CaptureRoute(worker: capture.worker, capture: capture.id), to: order.peer)
        }
    }

    /// The capture of a user: the one they had before, or a new one.
    private func capture(of publication: Publication, in session: RecordingSession) -> UserCaptureEntry {
        if var known = session.captures[publication.user] {
            (known.loop, known.peer) = (publication.loop, publication.peer)
            session.captures[publication.user] = known
            return known
        }
        let made = UserCaptureEntry(
            id: makeCaptureID(), worker: worker(beside: publication.loop), loop: publication.loop,
            peer: publication.peer)
        session.captures[publication.user] = made
        session.openCaptures[made.id] = publication.uid
        let document = session.document
        let order = CaptureOrder(
            id: made.id, user: publication.user, directory: document.directory, origin: session.origin,
            wallOrigin: session.wallOrigin, files: document.files, onPause: document.control?.onPause ?? .cut,
            cause: session.interruptedUsers.remove(publication.uid) == nil ? .first : .crash, disk: session.disk,
            selection: document.selection(of: publication.uid), pauses: session.cutPauses,
            chunk: ChunkRule(document.control), names: document.control?.nameTemplate ?? .usual,
            channel: document.channel, recording: document.id, tap: session.tap)
        made.worker.order { $0.begin(order) }
        return made
    }

    /// The worker that takes what comes from a loop: each loop has one, so that where one thread is enough for the
    /// peers, one is for their captures.
    private func worker(beside loop: MediaLoop) -> CaptureWorker {
        workers[loops.firstIndex { $0 === loop } ?? 0]
    }

    /// Tells a user's captures when the user is gone, perhaps to come back.
    func endCaptures(of publication: Publication, _ end: PeerEnd) {
        let now = SystemClock.now()
        let isSilent = end == .timeout
        for session in sessions {
            guard publication.captures[session.document.id] != nil,
                let capture = session.captures[publication.user]
            else { continue }
            if let index = session.document.users.lastIndex(where: { $0.uid == publication.uid && $0.isPresent }) {
                session.document.users[index].leftAtMilliseconds = session.milliseconds(at: now)
            }
            session.note("userLeft", uid: publication.uid, end.words)
            session.log.info("User \(publication.uid) offline, reason: \(end.offlineReason.rawValue)")
            let source = CaptureSource(capture: capture.id, peer: publication.peer)
            leave(capture, behind: publication.loop) { $0.disconnect(source, at: now, silently: isSilent) }
        }
    }

    /// Orders something of a capture's worker, behind all the frames that a loop has for it, and sends it no more.
    private func leave(
        _ capture: UserCaptureEntry, behind loop: MediaLoop,
        _ body: @escaping @Sendable (isolated CaptureWorker) -> Void
    ) {
        loop.order { loop in
            loop.removeRoute(capture.id, from: capture.peer)
            capture.worker.order(body)
        }
    }

    func heard(_ notice: CaptureNotice) {
        guard let session = sessions.first(where: { $0.openCaptures[notice.capture] != nil }) else { return }
        let uid = session.openCaptures[notice.capture]
        switch notice.kind {
        case .opened(let summary):
            session.update(summary, of: notice.capture, state: .open)
            session.note("takeOpened", uid: uid, summary.file)
            session.log.info("MediaFile \(summary.file)")
        case .progress(let summary): session.update(summary, of: notice.capture, state: .open)
        case .failed(let summary, let failure):
            session.update(summary, of: notice.capture, state: .failed)
            session.note("writeFailed", uid: uid, "\(failure)")
            session.log.error("\(failure)")
            complain("\(failure)")
        case .trouble(let text):
            session.note("trouble", uid: uid, text)
            session.log.error(text)
        case .happened(let type, let detail):
            session.note(type, uid: uid, detail)
            session.log.info("\(type) of user \(uid ?? ""): \(detail)")
        case .index(let name, let text): writeIndex(name, text, of: notice.capture, in: session)
        case .closed(let summary, let failure):
            session.update(summary, of: notice.capture, state: failure == nil ? .closed : .failed)
            session.note("takeClosed", uid: uid, failure.map { "\($0)" } ?? summary.file)
            session.log.info("~MediaFile \(summary.file)")
            if failure != nil { mend(summary.file, in: session) }
        case .ended:
            session.openCaptures[notice.capture] = nil
            finishIfDone(session)
        }
    }

    /// Writes a user's index anew; other notices do not wait for the disk, and of several that do only the newest is
    /// written.
    private func writeIndex(
        _ name: String, _ text: String, of capture: CaptureID, in session: RecordingSession
    ) {
        let path = session.document.directory + "/" + name
        session.newestIndexes[path] = text
        guard session.indexWrites[path] == nil else { return }
        session.indexWrites[path] = Task {
            while let text = session.newestIndexes.removeValue(forKey: path) {
                do {
                    try await storage.replaceFile(path, with: Array(text.utf8))
                } catch {
                    complain("\(error)")
                    session.note("writeFailed", uid: session.openCaptures[capture], "\(error)")
                }
            }
            session.indexWrites[path] = nil
        }
    }

    // MARK: - The end

    /// Ends a recording: every take is closed, then the story is written, then the marker.
    func stop(_ session: RecordingSession, _ end: RecordingEnd) {
        guard session.isRunning else { return }
        let now = SystemClock.now()
        session.end(end)
        noteEnding(of: session)
        session.log.info(end.description)
        for id in publications.keys { publications[id]?.captures[session.document.id] = nil }
        for capture in session.captures.values {
            leave(capture, behind: capture.loop) { $0.finish(capture.id, at: now) }
        }
        session.captures = [:]
        finishIfDone(session)
    }

    /// Lets whoever starts after a crash know that the recording is not to go on.
    private func noteEnding(of session: RecordingSession) {
        let (id, end) = (session.document.id, session.document.end)
        let before = session.ending
        session.ending = Task {
            await before?.value
            do {
                let text = String(decoding: try JSONEncoder().encode(end), as: UTF8.self)
                try await catalog.end(id, because: text)
            } catch {
                complain("\(error)")
            }
        }
    }

    func finishIfDone(_ session: RecordingSession) {
        guard session.document.state == .finishing, session.openCaptures.isEmpty, !session.isClosing else { return }
        session.isClosing = true
        Task { await complete(session) }
    }

    /// Writes what is written last: the story, once all else is on the disk, then the marker.
    private func complete(_ session: RecordingSession) async {
        for write in session.indexWrites.values { await write.value }
        for mend in session.mends.values { await mend.value }
        await session.storyWrite?.value
        var document = session.snapshot(at: SystemClock.now())
        document.state = .finished
        let directory = document.directory
        session.log.info("recording ends: \(document.end?.reason ?? "")")
        session.note("finished")
        await attempt(session) { try await session.log.finish() }
        document.events = session.document.events
        await session.ending?.value
        await attempt(session) {
            let story = try Self.encode(document)
            try await storage.replaceFile(directory + "/" + RecordingNames.story, with: Array(story))
            try await storage.replaceFile(directory + "/" + RecordingNames.done, with: [])
            await session.sealEvents()
            try await catalog.end(document.id, document: String(decoding: story, as: UTF8.self))
        }
        await session.sealEvents()
        session.unlock()
        document.events = session.document.events
        session.document = document
        closeRoomIfUnused(document.channel)
        forgetOldest()
        noteFinish()
    }

    /// Writes down what is known of every recording while it goes on, for whoever has to close it after a crash.
    func writeStories() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            let now = SystemClock.now()
            for session in sessions where session.isRunning && session.takeStoryDue(at: now) {
                await writeStory(of: session, at: now)
            }
        }
    }

    private func writeStory(of session: RecordingSession, at now: Instant) async {
        let document = session.snapshot(at: now)
        do {
            let text = Array(try Self.encode(document))
            // What is written last is the end's; it waits for this.
            let before = session.storyWrite
            session.storyWrite = Task {
                await before?.value
                guard session.isRunning else { return }
                try? await storage.replaceFile(document.directory + "/" + RecordingNames.story, with: text)
            }
            await session.storyWrite?.value
        } catch {
            complain("the story of recording \(document.id) cannot be written: \(error)")
        }
    }

    /// Does one of the last things; a failure is said, and hinders none of the others.
    private func attempt(_ session: RecordingSession, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            complain("the recording in \(session.document.directory) could not be completed: \(error)")
            session.note("writeFailed", "\(error)")
        }
    }

    private func forgetOldest() {
        while sessions.count > Self.finishedLimit,
            let oldest = sessions.lastIndex(where: { $0.document.state == .finished })
        {
            sessions.remove(at: oldest)
        }
    }

    static func encode(_ document: RecordingDocument) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(document)
    }

    /// Tells the operator about trouble that has no other way out.
    nonisolated func complain(_ text: String) { log.write(.warning, text) }
}

extension PeerEnd {
    /// The end in words.
    var words: String {
        switch self {
        case .closed, .closedByRemote: "left"
        case .timeout: "nothing was heard of them for too long"
        case .neverConnected: "no connection came about: check --public-ip, --udp-ports and the firewall"
        case .handshakeFailed(let failure): "the DTLS handshake failed: \(failure)"
        }
    }

    /// The end as a channel's users see it.
    var offlineReason: OfflineReason {
        switch self {
        case .closed, .closedByRemote: .quit
        case .timeout, .neverConnected, .handshakeFailed: .dropped
        }
    }
}
