import CLinux
import Glibc
import Synchronization
import Units

/// One thread that sleeps in `epoll_wait`, and runs the actors bound to it.
///
/// An actor that names this as its executor needs no lock: the compiler proves that nothing else
/// touches its state, and everything it does happens on this thread. A `LoopMember` is moreover
/// called by the loop itself, synchronously, once a round.
///
/// One round: wait for sockets, jobs or the earliest deadline; run the jobs; let each member that has
/// something to do read, act and send. What does not fit a bounded batch stays for the next round.
/// Nothing here ever waits for a disk, a lock that is held long, or another thread.
public final class EventLoop: SerialExecutor {
    /// Names a member of this loop, among the tokens of its sockets.
    typealias MemberID = UInt32

    private struct Inbox {
        var work = LoopWork()
        /// The thread is in `epoll_wait`, or about to be: whoever adds work must wake it.
        var isSleeping = false
        var isStopping = false
        var isRunning = false
        var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    }

    /// What it is called in debuggers and logs.
    public let name: String

    private let poller: Poller
    private let inbox = Mutex(Inbox())
    private let nextMember = Atomic<MemberID>(0)
    private let thread = Atomic<UInt>(0)
    private let published = Mutex(Counters())

    /// Starts the thread.
    ///
    /// A round that brought datagrams is followed by a rest as long as its members' `gathering`, so that under load the
    /// next one brings many: waking up costs more than a packet. Jobs and deadlines are late by as much. Idle loops never
    /// rest.
    public init(name: String) throws {
        self.name = name
        poller = try Poller()
        inbox.withLock { $0.isRunning = true }
        try startThread()
    }

    /// Makes the thread end after the round it is in, and forget its members.
    ///
    /// Jobs that are enqueued later still run, on a thread started for them: an actor can always be
    /// called, even if nobody drives it any more.
    public func stop() {
        change { $0.isStopping = true }
    }

    /// Returns when the thread has ended.
    public func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = inbox.withLock { inbox in
                if inbox.isRunning { inbox.awaitingEnd.append(continuation) }
                return !inbox.isRunning
            }
            if isOver { continuation.resume() }
        }
    }

    /// Takes one more round soon, in which every member is called.
    ///
    /// Cheap: while the loop is awake it costs no system call.
    public func wake() { change { $0.work.isWakeUp = true } }

    /// Runs `body` on the loop's thread, after what was enqueued before.
    public func post(_ body: @escaping @Sendable () -> Void) { change { $0.work.items.append(.body(body)) } }

    /// What the loop has done until the end of its last round.
    public var counters: Counters { published.withLock { $0 } }

    func admit(_ member: any LoopMember) -> MemberID {
        let id = nextMember.add(1, ordering: .relaxed).newValue
        change { $0.work.arrivals.append((id, member)) }
        return id
    }

    func remove(_ member: any LoopMember) {
        change { $0.work.departures.append(ObjectIdentifier(member)) }
    }

    func watch(_ descriptor: CInt, of member: MemberID, index: Int) throws {
        try poller.watch(descriptor, token: UInt64(member) << 8 | UInt64(index))
    }

    func ignore(_ descriptor: CInt) { poller.ignore(descriptor) }
}

// MARK: - The executor

extension EventLoop {
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        change { $0.work.items.append(.job(job)) }
    }

    /// Answers `assumeIsolated` outside of jobs, where the runtime cannot know whose turn it is.
    public func checkIsolated() {
        precondition(isCurrent, "this actor may only be used on the thread of its event loop, \(name)")
    }

    /// Whether the calling thread is the loop's.
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }
}

// MARK: - The thread

extension EventLoop {
    /// What a loop has done, and how promptly.
    public struct Counters: Equatable, Sendable {
        public var rounds = 0
        /// Jobs of actors, and posted closures.
        public var jobs = 0
        /// Nanoseconds spent working rather than waiting.
        public var busyNanoseconds: Int64 = 0
        /// How late the latest deadline was served, and the worst so far.
        ///
        /// The timer's resolution of one millisecond is part of it.
        public var lateness = Duration.zero
        public var worstLateness = Duration.zero
    }

    /// Changes the inbox, and wakes the thread if it sleeps; one signal wakes it for many changes.
    private func change(_ body: (inout sending Inbox) -> Void) {
        let (mustWake, mustStart) = inbox.withLock { inbox in
            body(&inbox)
            let result = (inbox.isSleeping, !inbox.isRunning && !inbox.work.items.isEmpty)
            inbox.isSleeping = false
            if result.1 { inbox.isRunning = true }
            return result
        }
        if mustWake { poller.wake() }
        guard mustStart else { return }
        do { try startThread() } catch { preconditionFailure("no thread for late jobs: \(error)") }
    }

    private func startThread() throws {
        let context = unsafe Unmanaged.passRetained(self)
        let status = unsafe clinux_thread_start(
            name,
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
            }, context.toOpaque())
        guard status < 0 else { return }
        unsafe context.release()
        inbox.withLock { $0.isRunning = false }
        throw SystemError(operation: "start the thread of event loop \(name)", code: -status)
    }

    private func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        var round = LoopRound()
        repeat {
            poller.wait(into: &round.tokens, timeout: timeout(until: round.deadline))
            let start = SystemClock.now()
            inbox.withLock { inbox in
                inbox.isSleeping = false
                round.work.exchange(with: &inbox.work)
            }
            perform(&round.work)
            round.serveMembers()
            publish(round, since: start)
            if !round.tokens.isEmpty { rest(for: round.gathering) }
        } while !endsNow()
    }

    /// Lets datagrams gather; nobody needs to wake us, since we look soon anyway.
    private func rest(for gathering: Duration) {
        guard gathering > .zero else { return }
        var time = timespec(tv_sec: 0, tv_nsec: Int(gathering.wholeNanoseconds))
        _ = unsafe nanosleep(&time, nil)
    }

    /// How long to sleep; from here on, whoever adds work signals.
    private func timeout(until deadline: Instant?) -> Duration? {
        let isIdle = inbox.withLock { inbox in
            inbox.isSleeping = inbox.work.isEmpty && !inbox.isStopping
            return inbox.isSleeping
        }
        guard isIdle else { return .zero }
        return deadline.map { SystemClock.now().duration(to: $0) }
    }

    private func perform(_ work: inout LoopWork) {
        for item in work.items {
            switch item {
            case .job(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
            case .body(let body): body()
            }
        }
    }

    private func publish(_ round: borrowing LoopRound, since start: Instant) {
        let busy = start.duration(to: SystemClock.now()).wholeNanoseconds
        published.withLock { counters in
            counters.rounds += 1
            counters.jobs += round.work.items.count
            counters.busyNanoseconds += busy
            if let lateness = round.lateness {
                counters.lateness = lateness
                counters.worstLateness = max(counters.worstLateness, lateness)
            }
        }
    }

    private func endsNow() -> Bool {
        let waiting = inbox.withLock { inbox -> [CheckedContinuation<Void, Never>]? in
            guard inbox.isStopping, inbox.work.items.isEmpty else { return nil }
            inbox.isRunning = false
            inbox.work = LoopWork()
            defer { inbox.awaitingEnd = [] }
            return inbox.awaitingEnd
        }
        guard let waiting else { return false }
        for continuation in waiting { continuation.resume() }
        return true
    }
}
