import Units

/// What other threads, and members themselves, ask of a loop.
struct LoopWork: Sendable {
    enum Item: Sendable {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    var items: [Item] = []
    var arrivals: [(EventLoop.MemberID, any LoopMember)] = []
    var departures: [ObjectIdentifier] = []
    /// Somebody asked for a round without giving it work.
    var isWakeUp = false

    var isEmpty: Bool { items.isEmpty && arrivals.isEmpty && departures.isEmpty && !isWakeUp }

    /// Takes what is in `other`, and leaves it this one's memory to fill anew.
    mutating func exchange(with other: inout LoopWork) {
        items.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        departures.removeAll(keepingCapacity: true)
        isWakeUp = false
        swap(&self, &other)
    }
}

/// What the thread of a loop keeps between its rounds; nothing else can reach it.
struct LoopRound: ~Copyable {
    private struct Member {
        var id: EventLoop.MemberID
        var actor: any LoopMember
        var deadline: Instant?
        var readable = ReadableSockets()
    }

    var tokens: [UInt64] = []
    var work = LoopWork()

    /// How late the most overdue deadline of this round was served; nothing if none was due.
    private(set) var lateness: Duration?

    /// Sorted by id, since they are numbered as they arrive.
    private var members: [Member] = []

    /// When the next member wants to be called.
    private(set) var deadline: Instant?

    /// How long the datagrams of those who got some may gather.
    private(set) var gathering = Duration.zero

    /// Calls each member that has something to read, or is due; all of them if any work was done,
    /// since the jobs of a member are not told from those of another.
    mutating func serveMembers() {
        updateMembers()
        for token in tokens { markReadable(token) }
        let isForAll = !work.isEmpty
        var now = SystemClock.now()
        deadline = nil
        lateness = nil
        var leastGathering: Duration?
        for index in members.indices {
            let isDue = members[index].deadline.map { $0 <= now } ?? false
            if isForAll || isDue || !members[index].readable.isEmpty {
                if isDue { noteLateness(of: index, at: now) }
                let wish = members[index].actor.serve(readable: members[index].readable, at: now)
                members[index].deadline = wish.deadline
                if !members[index].readable.isEmpty {
                    leastGathering = min(leastGathering ?? wish.gathering, wish.gathering)
                }
                members[index].readable = ReadableSockets()
                now = SystemClock.now()
            }
            if let wanted = members[index].deadline { deadline = deadline.map { min($0, wanted) } ?? wanted }
        }
        gathering = leastGathering ?? .zero
    }

    private mutating func updateMembers() {
        for (id, actor) in work.arrivals { members.append(Member(id: id, actor: actor)) }
        // Two threads may have taken their numbers in one order and the lock in the other.
        if !work.arrivals.isEmpty { members.sort { $0.id < $1.id } }
        for departed in work.departures { members.removeAll { ObjectIdentifier($0.actor) == departed } }
    }

    private mutating func markReadable(_ token: UInt64) {
        let id = EventLoop.MemberID(truncatingIfNeeded: token >> 8)
        var (low, high) = (0, members.count)
        while low < high {
            let middle = (low + high) / 2
            if members[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < members.count, members[low].id == id else { return }
        members[low].readable.insert(Int(token & 0xFF))
    }

    private mutating func noteLateness(of index: Int, at now: Instant) {
        guard let deadline = members[index].deadline else { return }
        lateness = max(lateness ?? .zero, deadline.duration(to: now))
    }
}
