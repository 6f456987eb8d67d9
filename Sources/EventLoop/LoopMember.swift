public import Units

/// An actor that lives on an `EventLoop` and is driven by it.
///
/// It must name the loop as its executor, so that the compiler proves that nothing but the loop's
/// thread touches its state:
///
///     nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
///
/// The loop then calls it synchronously, without a hop or an allocation.
public protocol LoopMember: Actor {
    /// Does whatever is due by `now`, and says when it wants to be called next at the latest.
    ///
    /// Called at the end of every round of the loop in which anything happened to this member, a job
    /// ran, or the deadline given last has passed. The place to take outputs out of machines.
    /// Returns nothing to sleep until something happens.
    func advance(to now: Instant) -> Instant?

    /// How long datagrams may gather from now on before the next round reads them; asked after each round that brought
    /// this member some.
    ///
    /// Nothing of its time stamps is lost by it, only what is answered is answered later.
    var gathering: Duration { get }

    /// Takes one round; the loop's entry point.
    ///
    /// There is a default that members have no reason to replace.
    func takeRound(readable: ReadableSockets, at now: Instant) -> Instant?
}

extension LoopMember {
    public var gathering: Duration { .zero }

    public func takeRound(readable: ReadableSockets, at now: Instant) -> Instant? { advance(to: now) }

    /// Joins `loop`, which must be this actor's executor, until it leaves or the loop stops.
    public func join(_ loop: EventLoop) { _ = loop.admit(self) }

    /// Leaves `loop`, which lets go of this actor within a round.
    public func leave(_ loop: EventLoop) { loop.remove(self) }

    /// Enters the member's isolation: traps if the loop is not the member's executor.
    ///
    /// The standard library allocates two small objects for it (56 bytes, Swift 6.3), once a round
    /// for each member that has something to do, however many datagrams the round brings.
    nonisolated func serve(
        readable: ReadableSockets, at now: Instant
    ) -> (deadline: Instant?, gathering: Duration) {
        assumeIsolated { member in (member.takeRound(readable: readable, at: now), member.gathering) }
    }
}

/// Which of a member's sockets have something to read.
public struct ReadableSockets: Sendable {
    var bits: UInt8 = 0

    var isEmpty: Bool { bits == 0 }

    mutating func insert(_ index: Int) { bits |= 1 << UInt8(index) }

    func contains(_ index: Int) -> Bool { bits & 1 << UInt8(index) != 0 }
}
