public import Units

/// Who is in a channel, and since when nobody is who counts.
///
/// In a communication channel everybody counts; in a live one, hosts do. Holds no timer: ask for
/// `idleDeadline` after each change.
public struct Roster: Sendable {
    /// One user, and the time of joining.
    public struct Entry: Equatable, Sendable {
        public var role: UserRole
        public var joinedAt: Instant
    }

    /// What joining came to.
    public enum JoinAction: Equatable, Sendable {
        case joined
        /// The same user was here already, and now has this role.
        case changedRole(from: UserRole)
        /// Nothing changed: a second connection of one user is for the caller to decide on.
        case alreadyHere
    }

    /// What leaving came to.
    public enum LeaveAction: Equatable, Sendable {
        case left(OfflineReason, after: Duration)
        case wasNotHere
    }

    /// The shortest idle limit that is accepted; a client that reconnects needs some time.
    public static let shortestIdleLimit = Duration.seconds(3)

    public let profile: ChannelProfile
    public private(set) var users: [UserID: Entry] = [:]
    /// Since when nobody counts; nothing while somebody does.
    public private(set) var idleSince: Instant?

    /// A channel that nobody is in yet, and is idle since `now`.
    public init(profile: ChannelProfile, at now: Instant) {
        self.profile = profile
        idleSince = now
    }

    /// A user came, or changed roles.
    public mutating func joined(_ user: UserID, as role: UserRole, at now: Instant) -> JoinAction {
        let old = users[user]
        users[user] = Entry(role: role, joinedAt: old?.joinedAt ?? now)
        noteIdleness(at: now)
        guard let old else { return .joined }
        return old.role == role ? .alreadyHere : .changedRole(from: old.role)
    }

    /// A user went, or stays but only watches.
    public mutating func left(_ user: UserID, _ reason: OfflineReason, at now: Instant) -> LeaveAction {
        guard let entry = users[user] else { return .wasNotHere }
        if reason == .becameAudience {
            users[user]?.role = .audience
        } else {
            users[user] = nil
        }
        noteIdleness(at: now)
        return .left(reason, after: entry.joinedAt.duration(to: now))
    }

    /// When the channel will have been idle for `limit`; nothing while it is not idle.
    ///
    /// `countingFrom` is when counting may begin at the earliest: when a recording that waits to be
    /// started by hand was started.
    public func idleDeadline(limit: Duration, countingFrom start: Instant) -> Instant? {
        idleSince.map { max($0, start) + max(limit, Self.shortestIdleLimit) }
    }

    private mutating func noteIdleness(at now: Instant) {
        let isBusy = users.values.contains { profile == .communication || $0.role == .host }
        idleSince = isBusy ? nil : idleSince ?? now
    }
}
