public import Units

/// Whether a user is there and which of their media come, and hence when their files must end.
///
/// A user who leaves may come back for a while, and goes on in the same files then. Who stops sending without leaving
/// is mute; the legacy product takes that for leaving, too. Call `advance` every 100 ms or so, and after each call take
/// `nextEvent` until it returns nothing.
public struct PresenceWatch: Sendable {
    /// What is silent for so long is mute: longer than a slide show's pictures are apart.
    public static let mutePatience = Duration.seconds(3)
    /// How long an absence may be until the files end (the legacy product's limit).
    public static let absencePatience = Duration.seconds(15)
    /// Whoever is silent for so long may have vanished.
    static let quietAfter = Duration.seconds(1)
    /// Whoever vanished is known to be gone by then: a little more than consent lasts (RFC 7675 §5.1).
    static let quietUntil = Duration.seconds(18)

    /// Something to write down or to act on.
    public enum Event: Equatable, Sendable {
        /// Nothing of this came since then.
        case muted(MediaRole, since: ChannelTime)
        /// It comes again, or the files end.
        case unmuted(MediaRole, since: ChannelTime, at: ChannelTime)
        /// The user is here again.
        case returned(awaySince: ChannelTime, at: ChannelTime)
        /// The files end at that time; what comes later goes to new ones.
        case ended(at: ChannelTime)
    }

    private struct Source {
        var role: MediaRole
        var lastHeard: ChannelTime
        var isMute = false
    }

    private enum State {
        /// Nothing that belongs to a file came yet, or all files ended.
        case idle
        case here
        /// Gone since `noticed`; the files would end at `end`.
        case away(end: ChannelTime, noticed: ChannelTime)
    }

    private let splitting: Splitting
    private var state = State.idle
    private var sources: [Source] = []
    private var lastHeard = ChannelTime(nanoseconds: 0)
    private var events: [Event] = []

    /// A watch over a user of whom nothing came yet.
    public init(_ splitting: Splitting) { self.splitting = splitting }

    /// The next thing that happened.
    public mutating func nextEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

    /// Whether the user is gone, and may be back any moment.
    public var isAway: Bool {
        if case .away = state { return true }
        return false
    }

    /// Whether nothing should be made up now: the user is away, or may have vanished, and the files may end where they
    /// are.
    public func isInDoubt(at now: ChannelTime) -> Bool {
        switch state {
        case .away: true
        case .here: (Self.quietAfter...Self.quietUntil).contains(now - lastHeard)
        case .idle: false
        }
    }

    /// A frame came.
    public mutating func heard(_ role: MediaRole, at time: ChannelTime) {
        endIfDue(at: time)
        if case .away = state { return }
        state = .here
        lastHeard = max(lastHeard, time)
        guard let index = sources.firstIndex(where: { $0.role == role }) else {
            sources.append(Source(role: role, lastHeard: time))
            return
        }
        if sources[index].isMute {
            events.append(.unmuted(role, since: sources[index].lastHeard, at: time))
            sources[index].isMute = false
        }
        sources[index].lastHeard = time
    }

    /// The user is gone; `silently` if that was only found out by nothing coming any more.
    public mutating func left(at time: ChannelTime, silently: Bool) {
        guard case .here = state else { return }
        let end = silently ? min(time, lastHeard) : time
        endMutes(at: end)
        state = .away(end: end, noticed: time)
    }

    /// The user is in the channel again.
    public mutating func returned(at time: ChannelTime) {
        endIfDue(at: time)
        guard case .away(let end, _) = state else { return }
        state = .here
        lastHeard = max(lastHeard, time)
        events.append(.returned(awaySince: end, at: time))
        // Whatever does not come now has not been mute while the user was away.
        for index in sources.indices { sources[index].lastHeard = max(sources[index].lastHeard, time) }
    }

    /// Notes that it is `now`.
    public mutating func advance(to now: ChannelTime) {
        endIfDue(at: now)
        guard case .here = state else { return }
        for index in sources.indices
        where !sources[index].isMute && now - sources[index].lastHeard >= Self.mutePatience {
            sources[index].isMute = true
            events.append(.muted(sources[index].role, since: sources[index].lastHeard))
        }
    }

    /// The recording ends now; says when the user's files do.
    public mutating func finish(at now: ChannelTime) -> ChannelTime {
        var end = now
        if case .away(let left, _) = state { end = left }
        endMutes(at: end)
        state = .idle
        return end
    }

    private mutating func endIfDue(at now: ChannelTime) {
        switch (state, splitting) {
        case (.idle, _), (.here, .continuous): return
        case (.away(let end, let noticed), .continuous):
            if now - noticed >= Self.absencePatience { conclude(at: end) }
        case (.here, .legacy):
            if now - lastHeard >= Self.absencePatience { conclude(at: lastHeard) }
        case (.away(let end, _), .legacy):
            if now - lastHeard >= Self.absencePatience { conclude(at: end) }
        }
    }

    private mutating func conclude(at end: ChannelTime) {
        endMutes(at: end)
        state = .idle
        sources = []
        events.append(.ended(at: end))
    }

    private mutating func endMutes(at end: ChannelTime) {
        for index in sources.indices where sources[index].isMute {
            sources[index].isMute = false
            events.append(
                .unmuted(sources[index].role, since: sources[index].lastHeard, at: max(end, sources[index].lastHeard)))
        }
    }
}
