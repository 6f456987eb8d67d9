import Capture
import Catalog
import Channel
import DTLS
import EventLoop
import Foundation
import SDP
package import Storage
import Units
import WHIP
import WebRTC

/// Everything that happens in one process: who is in which channel, and what is being recorded.
///
/// Control only: it hears of peers when they come and go, and of takes when they open and close. Media
/// never passes here.
public actor Hub {
    public nonisolated let options: ServiceOptions
    nonisolated let loops: [MediaLoop]
    nonisolated let workers: [CaptureWorker]
    nonisolated let storage: StorageThreads
    nonisolated let catalog: Catalog
    nonisolated let outbox: Outbox
    /// The process's own log.
    public nonisolated let log: ProcessLog
    nonisolated let seats = EventSeats()
    public nonisolated let webhooks: WebhookOffice
    /// Who may use the cloud's paths; nothing if everybody may.
    public nonisolated let cloudCredentials: CloudCredentials?
    nonisolated let certificate: Certificate
    nonisolated let hostAddresses: [IPAddress]

    var rooms: [String: ChannelRoom] = [:]
    var publications: [String: Publication] = [:]
    var sessions: [RecordingSession] = []
    /// The directories of recordings that are being prepared, and their channels, so that nobody takes the same.
    var starting: [String: String] = [:]
    /// Requests that are being answered, by the keys that their callers gave them.
    var keyed: [String: KeyedRequest] = [:]
    /// Starts that clients of the cloud's paths asked for and that are being answered, by App ID, uid and channel.
    var cloudStarts: [String: CloudResource] = [:]
    var isDraining = false

    /// Since when the disk has kept somebody waiting that the recordings were told of; nothing while it does not.
    var slowSince: Instant?

    /// Whether less is free than recordings are started with.
    var isShortOfRoom = false
    var forecast = DiskForecast()
    /// No recording is started any more; those that run go on.
    var isWindingDown = false

    /// What the operator should know of what was found at the start.
    nonisolated let stateNotes: [String]

    private var peerCount: UInt64 = 0
    private var captureCount: UInt64 = 0
    /// Whoever waits for the next recording to finish.
    private var awaitingFinish: [CheckedContinuation<Void, Never>] = []
    private let peerNotices: AsyncStream<PeerNotice>
    private let captureNotices: AsyncStream<CaptureNotice>
    /// Has an element each time that somebody asks for no more recordings; for one reader.
    public nonisolated let windingDown: AsyncStream<Void>
    private let windDownInput: AsyncStream<Void>.Continuation

    /// Opens the media ports and starts every thread.
    ///
    /// Fails if a port is taken, naming it.
    public init(_ options: ServiceOptions) throws {
        try self.init(options, storage: try StorageThreads(durability: options.durability.ofStorage))
    }

    /// A hub that writes by storage threads of its maker's.
    package init(_ options: ServiceOptions, storage: StorageThreads) throws {
        self.options = options
        self.storage = storage
        cloudCredentials = try options.cloudCredentialsFile.map(CloudCredentials.init(file:))
        certificate = try Certificate()
        let state = StateDirectory(options.stateDirectory)
        (catalog, stateNotes) = try state.openCatalog()
        let log = try ProcessLog(options)
        self.log = log
        outbox = try Outbox(catalog, path: state.catalog, log: log)
        webhooks = try WebhookOffice(outbox, options) { log.write(.warning, $0) }
        hostAddresses = try HostAddresses.all().filter { !$0.isLinkLocal }
        let (peers, peerInput) = AsyncStream.makeStream(of: PeerNotice.self)
        let (captures, captureInput) = AsyncStream.makeStream(of: CaptureNotice.self)
        (windingDown, windDownInput) = AsyncStream.makeStream(of: Void.self)
        peerNotices = peers
        captureNotices = captures
        let ports = options.udpPorts.prefix(options.effectiveLoopCount)
        loops = try ports.map { try MediaLoop(port: $0, notices: peerInput) }
        workers = try loops.indices.map { index in
            try CaptureWorker(index: index, storage: storage, notices: captureInput)
        }
    }

    /// The UDP ports that media arrives at.
    public nonisolated var mediaPorts: [UInt16] { loops.map(\.number) }

    /// Begins to read media; `run` must follow.
    public func begin() async throws {
        for loop in loops { try await loop.begin() }
        for worker in workers { await worker.begin() }
        try await webhooks.open()
    }

    /// Hears what the loops and workers report, until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.hearPeers() }
            group.addTask { await self.hearCaptures() }
            group.addTask { await self.watchLengths() }
            group.addTask { await self.watchConnections() }
            group.addTask { await self.watchDisks() }
            group.addTask { await self.writeStories() }
            group.addTask { await self.keepHouse() }
            group.addTask { await self.outbox.run() }
            group.addTask { await self.webhooks.run() }
        }
    }

    /// Ends every recording in order, says goodbye to every peer, and waits until all files are closed.
    ///
    /// `signal` is the number of the one that asked for it.
    public func shutDown(signal: Int32) async {
        isDraining = true
        while !starting.isEmpty || sessions.contains(where: { $0.document.state != .finished }) {
            for session in sessions where session.isRunning { stop(session, .signal(signal)) }
            await withCheckedContinuation { awaitingFinish.append($0) }
        }
        // All at once: a loop that lets datagrams gather comes to each request only then.
        await withDiscardingTaskGroup { group in
            for publication in publications.values {
                group.addTask { await publication.loop.close(publication.peer) }
            }
        }
        try? await Task.sleep(for: .milliseconds(50))
        await outbox.flush()
        await webhooks.settle()
        await outbox.flush()
        await log.flush()
        await storage.stop()
    }

    /// Starts no recording any more; whoever waits for `windingDown` hears of it.
    public func beginWindingDown() {
        isWindingDown = true
        windDownInput.yield()
    }

    /// Starts no recording any more, and returns when those that run have ended.
    public func windDown() async {
        isWindingDown = true
        while !starting.isEmpty || sessions.contains(where: { $0.document.state != .finished }) {
            await withCheckedContinuation { awaitingFinish.append($0) }
        }
    }

    /// Returns when every media loop and capture worker has done something; never, if one hangs.
    public func proveAlive() async {
        for loop in loops { _ = await loop.peerCount }
        for worker in workers { _ = await worker.captureCount }
    }

    /// Lets `shutDown` look again: a recording has finished, or was started after all.
    func noteFinish() {
        for continuation in awaitingFinish { continuation.resume() }
        awaitingFinish = []
    }

    /// A number that no other peer of this process had.
    func makePeerID() -> PeerID {
        peerCount += 1
        return PeerID(rawValue: peerCount)
    }

    /// A number that no other capture of this process had.
    func makeCaptureID() -> CaptureID {
        captureCount += 1
        return CaptureID(rawValue: captureCount)
    }

    private func hearPeers() async {
        for await notice in peerNotices {
            guard let publication = publications.values.first(where: { $0.peer == notice.peer }) else { continue }
            switch notice.kind {
            case .connected: connected(publication.id)
            case .closed(let end): left(publication.id, end)
            }
        }
    }

    private func hearCaptures() async {
        for await notice in captureNotices { heard(notice) }
    }

    /// Ends recordings that nobody has been in for too long, and ends or cuts those that are as long as they may be.
    private func watchLengths() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            let now = SystemClock.now()
            for session in sessions where isIdleTooLong(session, at: now) {
                stop(session, .idle(seconds: session.document.idleSeconds))
            }
            for session in sessions where session.isRunning { endIfLongEnough(session, at: now) }
        }
    }

    private func isIdleTooLong(_ session: RecordingSession, at now: Instant) -> Bool {
        guard session.isRunning, let begun = session.begun, let room = rooms[session.document.channel] else {
            return false
        }
        let limit = Duration.seconds(session.document.idleSeconds)
        return room.roster.idleDeadline(limit: limit, countingFrom: begun).map { $0 <= now } ?? false
    }
}
