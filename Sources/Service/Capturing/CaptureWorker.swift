import Capture
import Channel
import EventLoop
import SDP
import Storage
import Synchronization
import Units
import WebRTC

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

    init(index: Int, storage: StorageThreads, notices: AsyncStream<CaptureNotice>.Continuation) throws {
        loop = try EventLoop(name: "capture-\(index)")
        self.storage = storage
        self.notices = notices
    }

    /// Begins to work; to be called once.
    func begin() { join(loop) }

    /// Has something done on the worker's thread, behind all that was asked for before, and does not wait for it.
    nonisolated func order(_ body: @escaping @Sendable (isolated CaptureWorker) -> Void) {
        loop.post { self.assumeIsolated { body($0) } }
    }

    /// Begins a capture; its frames may follow at once.
    func begin(_ order: CaptureOrder) {
        captures[order.id] = UserCapture(order, storage: storage, notices: notices)
        deadline = deadline ?? SystemClock.now() + Self.period
    }

    /// Ends a capture: its takes are closed at `now`, its notices follow when the disk has everything.
    func finish(_ id: CaptureID, at now: Instant) {
        guard let capture = captures.removeValue(forKey: id) else { return }
        capture.finish(at: now)
        let (closing, notices) = (capture.closing, notices)
        // Other captures go on while the disk works on this one.
        Task { await closing.report(to: notices) }
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
            case .frame(let id, let track, let frame): captures[id]?.take(frame, of: track)
            case .report(let id, let track, let wall, let ticks, let arrival):
                captures[id]?.note(wall: wall, ticks: ticks, arrival: arrival, of: track)
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
            deadline = now + Self.period
        }
        return deadline
    }
}

/// What a worker must know to capture one user.
struct CaptureOrder: Sendable {
    var id: CaptureID
    var user: UserID
    var directory: String
    /// The moment that is zero on the channel's timeline, and the same on the wall clock.
    var origin: Instant
    var wallOrigin: WallTime
    var audio: AudioChoice
    var media: [NegotiatedMedia]
    var mediaLoop: MediaLoop
    var peer: PeerID
}
