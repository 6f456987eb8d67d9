import Capture
import EventLoop
import Storage
import Synchronization
import Units

/// One thread's share of the captures: turns users' frames into takes.
///
/// Apart from the media loops, because transcoding sound may take milliseconds, which a loop does not have.
actor CaptureWorker: LoopMember {
    /// How often silence is made, fragments are cut by time, and takes are reported.
    private static let period = Duration.milliseconds(100)

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// How many frames and reports were handed over and not yet taken.
    nonisolated let waitingCount = Atomic<Int>(0)

    private let storage: StorageThreads
    private let notices: AsyncStream<CaptureNotice>.Continuation
    private var captures: [CaptureID: UserCapture] = [:]
    private var deadline: Instant?
    /// How frames came through here, and how long sound took.
    private(set) var pace = CapturePace()

    init(index: Int, storage: StorageThreads, notices: AsyncStream<CaptureNotice>.Continuation) throws {
        loop = try EventLoop(name: "capture-\(index)")
        self.storage = storage
        self.notices = notices
    }

    /// How many users are captured here.
    var captureCount: Int { captures.count }

    /// Begins to work; to be called once.
    func begin() { join(loop) }

    /// Has something done on the worker's thread, behind all that was asked for before, and does not wait for it.
    nonisolated func order(_ body: @escaping @Sendable (isolated CaptureWorker) -> Void) {
        loop.post { self.assumeIsolated { body($0) } }
    }

    /// Begins a capture of a user, who may connect at once.
    func begin(_ order: CaptureOrder) {
        captures[order.id] = UserCapture(CaptureContext(order: order, storage: storage, notices: notices))
        deadline = deadline ?? SystemClock.now() + Self.period
    }

    /// A captured user is here, for the first time or again; frames may follow at once.
    func connect(_ id: CaptureID, _ order: ConnectionOrder) { captures[id]?.connect(order) }

    /// A captured user is gone, at least for now.
    func disconnect(_ source: CaptureSource, at now: Instant, silently: Bool) {
        captures[source.capture]?.disconnect(source.peer, at: now, silently: silently)
    }

    /// Records something else of a captured user from `now` on.
    func control(_ id: CaptureID, _ selection: CaptureSelection, at now: Instant) {
        captures[id]?.select(selection, at: now)
    }

    /// Has all of a user's files followed by others, each as soon as it can be.
    func rollOver(_ id: CaptureID) { captures[id]?.rollOver() }

    /// Ends a capture: its takes are closed at `now`, its notices follow when the disk has everything.
    func finish(_ id: CaptureID, at now: Instant) {
        guard let capture = captures.removeValue(forKey: id) else { return }
        let closing = capture.finish(at: now)
        // Other captures go on while the disk works on this one.
        Task { [notices] in
            await closing?.value
            notices.yield(CaptureNotice(capture: id, kind: .ended))
        }
    }

    /// Hands a batch of frames and reports over, from any thread; none is dropped, however many wait.
    nonisolated func put(_ batch: [CaptureInput]) {
        waitingCount.add(batch.count, ordering: .relaxed)
        order { $0.take(batch) }
    }

    private func take(_ batch: [CaptureInput]) {
        waitingCount.subtract(batch.count, ordering: .relaxed)
        for input in batch {
            switch input {
            case .frame(let source, let track, let frame):
                let begun = SystemClock.now()
                captures[source.capture]?.take(frame, of: track, from: source.peer)
                pace.note(frame, begun: begun, at: SystemClock.now())
            case .report(let source, let track, let wall, let ticks, let arrival):
                captures[source.capture]?.note(
                    wall: wall, ticks: ticks, arrival: arrival, of: track, from: source.peer)
            case .heard(let source, let now): captures[source.capture]?.heard(at: now, from: source.peer)
            case .lost(let source, let track, let count, let now):
                captures[source.capture]?.lost(count, of: track, at: now, from: source.peer)
            case .statistics(let source, let statistics, let now):
                captures[source.capture]?.count(statistics, at: now, from: source.peer)
            }
        }
    }

    func advance(to now: Instant) -> Instant? {
        guard !captures.isEmpty else {
            deadline = nil
            return nil
        }
        if let due = deadline, due <= now {
            for capture in captures.values { capture.advance(to: now) }
            pace.noteWork(since: now, until: SystemClock.now())
            deadline = now + Self.period
        }
        return deadline
    }
}
