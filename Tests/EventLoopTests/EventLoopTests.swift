import EventLoop
import Synchronization
import Testing
import Units

/// A member that keeps what it was told, in order, and asks for deadlines.
private actor Clockwork: LoopMember {
    private let loop: EventLoop
    private(set) var log: [String] = []
    private var deadlines: [Instant] = []
    private var rang: [Instant] = []
    private var awaiting: CheckedContinuation<[Instant], Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop) { self.loop = loop }

    func start() { join(loop) }
    func stop() { leave(loop) }
    func note(_ text: String) { log.append(text) }

    /// Asks to be called at each moment in turn, and returns when it was.
    func ring(at moments: [Instant]) async -> [Instant] {
        deadlines = moments
        return await withCheckedContinuation { awaiting = $0 }
    }

    func ask(for moment: Instant) { deadlines = [moment] }

    func advance(to now: Instant) -> Instant? {
        while let next = deadlines.first, next <= now {
            deadlines.removeFirst()
            rang.append(now)
        }
        if deadlines.isEmpty, let awaiting {
            self.awaiting = nil
            awaiting.resume(returning: rang)
        }
        return deadlines.first
    }

    /// A plain closure asks for the isolation that it is really in.
    nonisolated func noteFromLoop(_ text: String) { assumeIsolated { $0.log.append(text) } }
}

@Suite("Event loop")
struct EventLoopTests {
    @Test("runs an actor's jobs and posted closures on its one thread, in the order of asking")
    func order() async throws {
        let loop = try EventLoop(name: "order")
        let member = Clockwork(on: loop)
        await member.start()
        for index in 0..<100 { loop.post { member.noteFromLoop("\(index)") } }
        await member.note("last")
        #expect(await member.log == (0..<100).map(String.init) + ["last"])
        #expect(loop.isIsolatingCurrentContext() == false)
        loop.stop()
        await loop.ended()
    }

    @Test("takes work from many threads without losing any")
    func manyThreads() async throws {
        let loop = try EventLoop(name: "many")
        let member = Clockwork(on: loop)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<500 { await member.note("x") } }
            }
        }
        #expect(await member.log.count == 4000)
        loop.stop()
        await loop.ended()
        // A round is counted when it is over.
        #expect(loop.counters.jobs >= 4000)
    }

    @Test("calls a member no earlier than it asked, in order, once for each deadline")
    func deadlines() async throws {
        let loop = try EventLoop(name: "timers")
        let member = Clockwork(on: loop)
        await member.start()
        let start = SystemClock.now()
        let moments = [5, 10, 10, 12].map { start + .milliseconds($0) }
        let rang = await member.ring(at: moments)
        #expect(rang.count == moments.count)
        for (moment, call) in zip(moments, rang) { #expect(call >= moment) }
        #expect(loop.counters.worstLateness >= .zero)
        loop.stop()
        await loop.ended()
    }

    @Test("wakes for the earliest deadline of all members, whoever joined first", arguments: [false, true])
    func severalMembers(isPatientFirst: Bool) async throws {
        let loop = try EventLoop(name: "several")
        let (patient, eager) = (Clockwork(on: loop), Clockwork(on: loop))
        for member in isPatientFirst ? [patient, eager] : [eager, patient] { await member.start() }
        await patient.ask(for: SystemClock.now() + .seconds(3600))
        // A loop that slept for the patient one would take an hour over this.
        let moment = SystemClock.now() + .milliseconds(5)
        #expect(try #require(await eager.ring(at: [moment]).first) >= moment)
        loop.stop()
        await loop.ended()
    }

    @Test("still answers calls after it was stopped, on a thread of their own")
    func lateJobs() async throws {
        let loop = try EventLoop(name: "late")
        let member = Clockwork(on: loop)
        await member.note("before")
        loop.stop()
        await loop.ended()
        await member.note("after")
        await member.note("later")
        #expect(await member.log == ["before", "after", "later"])
        await loop.ended()
    }

    @Test("lets go of a member that leaves")
    func leaving() async throws {
        let loop = try EventLoop(name: "leaving")
        let witness = try Echo(on: loop, binding: [.anyLoopback], answers: false)
        _ = try await witness.start()
        weak var gone: Clockwork?
        do {
            let member = Clockwork(on: loop)
            gone = member
            await member.start()
            await witness.rounds(2)
            await member.stop()
        }
        await witness.rounds(2)
        #expect(gone == nil)
        loop.stop()
        await loop.ended()
    }

    @Test("ends at once when stopped while asleep, for everybody who waits")
    func ending() async throws {
        let loop = try EventLoop(name: "ending")
        async let one: Void = loop.ended()
        async let other: Void = loop.ended()
        loop.stop()
        loop.stop()
        _ = await (one, other)
        #expect(loop.counters.jobs == 0)
    }
}
