import Bytes
import STUN
import Units

/// One side of ICE (RFC 8445), for one component: what is bundled and multiplexed needs no more.
///
/// A *lite* agent, the server's, answers checks and lets the other side choose (§2.5). A *full* one, the
/// client's, checks every pair, nominates one, and keeps asking for consent (RFC 7675).
struct ICEAgent: Sendable {
    enum Kind: Sendable {
        case lite
        case full
    }

    /// A path on which the other side has proved that it knows our password.
    struct ValidPath: Sendable {
        var path: Path
        var lastHeard: Instant
    }

    struct Datagram: Equatable, Sendable {
        var bytes: [UInt8]
        var path: Path
    }

    /// How many paths are remembered: every address of a phone, several times over.
    static let validPathLimit = 16
    /// How many pairs are tried; RFC 8445 §6.1.2.5 suggests 100 for agents with many components.
    static let pairLimit = 32
    /// How many of our own answers may wait to be taken.
    static let outboxLimit = 64
    /// How long the selected path is silent before media on another one moves us there.
    ///
    /// A router that gives the other side a new port does so without a nomination.
    static let pathSilence = Duration.seconds(1)

    let kind: Kind
    var local: ICECredentials
    var remote: ICECredentials
    /// Those before a restart, good until a path is chosen under the new ones (RFC 8445 §9).
    var previousLocal: ICECredentials?
    var isControlling: Bool
    let tieBreaker: UInt64
    var generator: SeededGenerator

    private(set) var validPaths: [ValidPath] = []
    /// The path that the controlling side nominated.
    private(set) var selected: Path?
    /// When an authenticated message last came on any path.
    private(set) var lastHeard: Instant

    var localAddresses: [TransportAddress]
    var remoteCandidates: [RemoteCandidate] = []
    var pairs: [CandidatePair] = []
    var nextCheck: Instant?
    var firstSuccess: Instant?
    var nextConsent: Instant?
    /// The consent requests that may still be answered, oldest first.
    var consentRequests: [ConsentRequest] = []
    /// The time a check and its answer took, last measured.
    var roundTrip: Duration?

    private var outbox: [Datagram] = []

    init(
        _ kind: Kind, local: ICECredentials, remote: ICECredentials, localAddresses: [TransportAddress],
        seed: UInt64, at now: Instant
    ) {
        self.kind = kind
        self.local = local
        self.remote = remote
        self.localAddresses = localAddresses
        isControlling = kind == .full
        generator = SeededGenerator(seed: seed)
        tieBreaker = generator.next()
        lastHeard = now
    }

    /// Where to send: the nominated path, or else the last one found to work (RFC 8445 §12.1).
    var sendPath: Path? { selected ?? validPaths.last?.path }

    /// Whether what comes along `path` may come from the other side.
    func isValid(_ path: Path) -> Bool { path == selected || validPaths.contains { $0.path == path } }

    /// Takes note that something authentic came along a valid path.
    ///
    /// Returns false, and notes nothing, if the path is not valid.
    mutating func noteHeard(on path: Path, at now: Instant) -> Bool {
        guard let index = validPaths.lastIndex(where: { $0.path == path }) else { return false }
        validPaths[index].lastHeard = now
        lastHeard = now
        if let selected, selected != path { leaveIfSilent(selected, for: path, at: now) }
        return true
    }

    private mutating func leaveIfSilent(_ current: Path, for path: Path, at now: Instant) {
        let heard = validPaths.last { $0.path == current }?.lastHeard
        guard let heard, heard.duration(to: now) < Self.pathSilence else {
            selected = path
            return
        }
    }

    /// Records that a path works; the one unheard for longest makes room.
    mutating func validate(_ path: Path, at now: Instant) {
        lastHeard = now
        if let index = validPaths.firstIndex(where: { $0.path == path }) {
            validPaths[index].lastHeard = now
            return
        }
        if validPaths.count >= Self.validPathLimit {
            let others = validPaths.indices.filter { validPaths[$0].path != selected }
            if let oldest = others.min(by: { validPaths[$0].lastHeard < validPaths[$1].lastHeard }) {
                validPaths.remove(at: oldest)
            }
        }
        validPaths.append(ValidPath(path: path, lastHeard: now))
    }

    /// Follows the controlling side's choice, which also ends a restart.
    mutating func select(_ path: Path, at now: Instant) {
        selected = path
        if kind == .full, nextConsent == nil { nextConsent = now + consentInterval() }
    }

    /// Begins again with new credentials, while the old path goes on (RFC 8445 §9).
    mutating func restart(local: ICECredentials, remote: ICECredentials, candidates: [RemoteCandidate], at now: Instant)
    {
        previousLocal = self.local
        self.local = local
        self.remote = remote
        remoteCandidates.removeAll()
        pairs.removeAll()
        firstSuccess = nil
        for candidate in candidates { addRemoteCandidate(candidate, at: now) }
    }

    mutating func send(_ message: STUNMessage, password: String, along path: Path) {
        guard outbox.count < Self.outboxLimit else { return }
        outbox.append(Datagram(bytes: message.serialized(password: password), path: path))
    }

    mutating func nextDatagram() -> Datagram? { outbox.isEmpty ? nil : outbox.removeFirst() }
}
