public import Capture
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

    /// Starts a recording of a channel, whether anybody is there or not.
    public func startRecording(_ request: RecordingRequest) async throws -> RecordingDocument {
        try checkName(request.channel)
        guard request.mode == nil || request.mode == "individual" else {
            throw Problem.badField("mode", "the mode is individual, not '\(request.mode ?? "")'")
        }
        if let seconds = request.idleSeconds, !(3...86_400).contains(seconds) {
            throw Problem.badField("idleSeconds", "idleSeconds lies between 3 and 86400, not \(seconds)")
        }
        guard !isDraining else {
            throw Problem(status: 503, title: "Shutting down", detail: "the server is about to stop")
        }
        if let running = sessions.first(where: { $0.isRunning && $0.document.channel == request.channel }) {
            throw Problem.conflict(
                "channel", "channel '\(request.channel)' is being recorded already, as \(running.document.id)")
        }
        let session = try await makeSession(request)
        sessions.insert(session, at: 0)
        let nobody = ChannelRoom(roster: Roster(profile: .communication, at: session.origin))
        rooms[request.channel] = rooms[request.channel] ?? nobody
        for publication in publications.values where publication.channel == request.channel {
            await beginCapture(of: publication, in: session)
        }
        return session.snapshot(at: SystemClock.now())
    }

    /// Every recording of this process, newest first; those of one channel if it is named.
    public func recordings(channel: String? = nil) -> [RecordingDocument] {
        let now = SystemClock.now()
        return sessions.filter { channel == nil || $0.document.channel == channel }.map { $0.snapshot(at: now) }
    }

    /// One recording, by its id.
    public func recording(_ id: String) throws -> RecordingDocument {
        try session(id).snapshot(at: SystemClock.now())
    }

    /// Asks a recording to end; its files close soon after.
    public func stopRecording(_ id: String, _ end: RecordingEnd = .stopped) async throws -> RecordingDocument {
        let session = try session(id)
        await stop(session, end)
        return session.snapshot(at: SystemClock.now())
    }

    private func session(_ id: String) throws -> RecordingSession {
        guard let session = sessions.first(where: { $0.document.id == id }) else {
            throw Problem.notFound("there is no recording '\(id)'; GET /v1/recordings lists them")
        }
        return session
    }

    private func makeSession(_ request: RecordingRequest) async throws -> RecordingSession {
        let (origin, wall) = (SystemClock.now(), WallTime(unixNanoseconds: SystemClock.wallNanoseconds()))
        let channel = try ChannelName(request.channel)
        let parts = [options.recordRoot] + RecordingNames.directory(channel: channel, startedAt: wall)
        let directory = URL(fileURLWithPath: request.directory ?? parts.joined(separator: "/")).path
        do {
            try await storage.createDirectory(directory)
        } catch {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)", field: "directory")
        }
        let document = RecordingDocument(
            id: Self.makeToken(), channel: request.channel, state: .recording,
            startedAt: Date(timeIntervalSince1970: Double(wall.unixMilliseconds) / 1000), elapsedMilliseconds: 0,
            directory: directory, audio: request.audio ?? options.audio,
            idleSeconds: request.idleSeconds ?? Int(options.idle.components.seconds), users: [], takes: [], events: [],
            end: nil)
        let log = SystemLog(storage.create(directory + "/" + RecordingNames.log) { _ in })
        log.info("recording of channel \(request.channel) starts, id \(document.id)")
        await write(RecordingNames.metadataText(channel: channel), to: directory + "/" + RecordingNames.metadata)
        let session = RecordingSession(document, origin: origin, wallOrigin: wall, log: log)
        session.note("started")
        return session
    }

    // MARK: - Captures

    /// Adds a user to every running recording of the channel; starts one first if that is automatic.
    func beginCaptures(of id: String) async {
        guard let publication = publications[id] else { return }
        let isRecorded = sessions.contains { $0.isRunning && $0.document.channel == publication.channel }
        if !isRecorded, options.autoRecord == .individual {
            do {
                _ = try await startRecording(RecordingRequest(channel: publication.channel))
            } catch {
                complain("the recording of channel \(publication.channel) could not start: \(error)")
            }
            return
        }
        for session in sessions where session.isRunning && session.document.channel == publication.channel {
            await beginCapture(of: publication, in: session)
        }
    }

    private func beginCapture(of publication: Publication, in session: RecordingSession) async {
        guard publications[publication.id]?.captures[session.document.id] == nil else { return }
        let id = CaptureID(rawValue: makeNumber())
        let worker = workers[Int(id.rawValue % UInt64(workers.count))]
        publications[publication.id]?.captures[session.document.id] = id
        session.openCaptures[id] = publication.uid
        session.joinedAt[id] = max(publication.since, session.origin)
        session.document.users.append(
            RecordingDocument.User(
                uid: publication.uid, joinedAtMilliseconds: session.milliseconds(at: SystemClock.now()),
                leftAtMilliseconds: nil))
        session.note("userJoined", uid: publication.uid)
        session.log.info("User \(publication.uid) joined, RecordingDir:\(session.document.directory)")
        await worker.begin(
            CaptureOrder(
                id: id, user: publication.user, directory: session.document.directory, origin: session.origin,
                wallOrigin: session.wallOrigin, audio: session.document.audio, media: publication.media,
                mediaLoop: publication.loop, peer: publication.peer))
        await publication.loop.addRoute(CaptureRoute(worker: worker, capture: id), to: publication.peer)
    }

    /// Ends a user's captures when the user is gone.
    func endCaptures(of publication: Publication, _ end: PeerEnd) async {
        for session in sessions {
            guard let capture = publication.captures[session.document.id] else { continue }
            let now = SystemClock.now()
            if let index = session.document.users.lastIndex(where: { $0.uid == publication.uid && $0.isPresent }) {
                session.document.users[index].leftAtMilliseconds = session.milliseconds(at: now)
            }
            session.note("userLeft", uid: publication.uid, end.words)
            session.log.info("User \(publication.uid) offline, reason: \(end.offlineReason.rawValue)")
            await endCapture(capture, of: publication, in: session, at: now)
        }
    }

    private func endCapture(
        _ capture: CaptureID, of publication: Publication, in session: RecordingSession, at now: Instant
    ) async {
        guard session.openCaptures[capture] != nil else { return }
        await publication.loop.removeRoute(capture, from: publication.peer)
        await workers[Int(capture.rawValue % UInt64(workers.count))].finish(capture, at: now)
    }

    func heard(_ notice: CaptureNotice) async {
        guard let session = sessions.first(where: { $0.openCaptures[notice.capture] != nil }) else { return }
        let uid = session.openCaptures[notice.capture]
        switch notice.kind {
        case .opened(let summary):
            session.update(summary, of: notice.capture, state: .open)
            session.note("takeOpened", uid: uid, summary.file)
            session.log.info("MediaFile \(summary.file)")
            await writeIndex(summary, in: session)
        case .progress(let summary): session.update(summary, of: notice.capture, state: .open)
        case .failed(let summary, let failure):
            session.update(summary, of: notice.capture, state: .failed)
            session.note("writeFailed", uid: uid, "\(failure)")
            session.log.error("\(failure)")
            complain("\(failure)")
        case .trouble(let text):
            session.note("trouble", uid: uid, text)
            session.log.error(text)
        case .closed(let summary, let failure):
            session.update(summary, of: notice.capture, state: failure == nil ? .closed : .failed)
            session.note("takeClosed", uid: uid, failure ?? summary.file)
            session.log.info("~MediaFile \(summary.file)")
            await writeIndex(summary, in: session)
        case .ended:
            session.openCaptures[notice.capture] = nil
            await finishIfDone(session)
        }
    }

    private func writeIndex(_ summary: TakeSummary, in session: RecordingSession) async {
        await write(summary.index.text, to: session.document.directory + "/" + summary.index.name, in: session)
    }

    // MARK: - The end

    /// Ends a recording: every take is closed, then the story is written, then the marker.
    func stop(_ session: RecordingSession, _ end: RecordingEnd) async {
        guard session.isRunning else { return }
        let now = SystemClock.now()
        session.end(end)
        session.log.info(end.description)
        for publication in publications.values {
            guard let capture = publication.captures[session.document.id] else { continue }
            publications[publication.id]?.captures[session.document.id] = nil
            await endCapture(capture, of: publication, in: session, at: now)
        }
        await finishIfDone(session)
    }

    private func finishIfDone(_ session: RecordingSession) async {
        guard session.document.state == .finishing, session.openCaptures.isEmpty, !session.isClosing else { return }
        session.isClosing = true
        var document = session.snapshot(at: SystemClock.now())
        document.state = .finished
        let directory = document.directory
        session.log.info("recording ends: \(document.end?.reason ?? "")")
        session.note("finished")
        document.events = session.document.events
        do {
            try await session.log.finish()
            try await storage.replaceFile(
                directory + "/" + RecordingNames.story, with: Array(try Self.encode(document)))
            try await storage.replaceFile(directory + "/" + RecordingNames.done, with: [])
        } catch {
            complain("the recording in \(directory) could not be completed: \(error)")
            session.note("writeFailed", "\(error)")
            document.events = session.document.events
        }
        session.document = document
        closeRoomIfUnused(document.channel)
        forgetOldest()
    }

    private func forgetOldest() {
        while sessions.count > Self.finishedLimit,
            let oldest = sessions.lastIndex(where: { $0.document.state == .finished })
        {
            sessions.remove(at: oldest)
        }
    }

    private static func encode(_ document: RecordingDocument) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(document)
    }

    /// Writes a small file whole; a failure is said on standard error and in the story.
    private func write(_ text: String, to path: String, in session: RecordingSession? = nil) async {
        do {
            try await storage.replaceFile(path, with: Array(text.utf8))
        } catch {
            complain("\(error)")
            session?.note("writeFailed", "\(error)")
        }
    }

    /// Tells the operator about trouble that has no other way out.
    nonisolated func complain(_ text: String) {
        FileHandle.standardError.write(Data("lathe: \(text)\n".utf8))
    }
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
