import Codecs
public import Units

/// Whether a user's streams are muted on purpose or fail on their way here.
///
/// What stops while the user is heard otherwise is mute. Pictures freeze when those that come cannot be decoded; every
/// stream does when nothing at all comes of the user any more. Call `advance` every 100 ms or so, and after each call take
/// `nextEvent` until it returns nothing.
public struct FreezeWatch: Sendable {
    /// Pictures that cannot be decoded for so long are frozen: packets may be asked for again for half of it.
    public static let patience = Duration.seconds(2)
    /// A user who sends neither sound nor pictures for so long has no stream (the legacy product's limit).
    public static let noStreamAfter = Duration.seconds(5)
    /// What a client sends besides media within this after its last frame says nothing of what follows.
    static let tail = Duration.milliseconds(300)
    /// A user is silent who was not heard of for so long; every client asks for consent sooner, or sends reports.
    static let quiet = Duration.milliseconds(2_500)

    /// Something to tell.
    public enum Event: Equatable, Sendable {
        case muted(MediaRole)
        case unmuted(MediaRole)
        /// It fails on its way.
        case frozen(MediaRole)
        /// It can be decoded again.
        case unfrozen(MediaRole)
        /// The user sends nothing to record.
        case noStream
    }

    private enum State {
        case running
        case mute
        /// Pictures come that cannot be decoded.
        case frozen
        /// Nothing at all comes of the user.
        case silent
    }

    private struct Stream {
        var role: MediaRole
        var state = State.running
        var lastFrame: ChannelTime
        /// Nothing before the first picture that stands alone.
        var lastDecoded: ChannelTime?
        /// Whether something was lost or cannot be decoded since then.
        var isTroubled = false
    }

    private var streams: [Stream] = []
    private var lastHeard = ChannelTime(nanoseconds: .min / 2)
    /// Since when a user is heard again who was silent.
    private var backSince: ChannelTime?
    private var hasToldNoStream = false
    private var events: [Event] = []

    public init() {}

    /// The next thing that happened.
    public mutating func nextEvent() -> Event? { events.isEmpty ? nil : events.removeFirst() }

    // MARK: - What comes

    /// Something came that only the user can have sent.
    public mutating func heard(at time: ChannelTime) {
        lastHeard = max(lastHeard, time)
        let isBack = time - lastFrame > Self.tail && streams.contains { $0.state == .silent }
        if isBack, backSince == nil { backSince = time }
    }

    /// A frame came, of the encoding that is recorded.
    public mutating func received(_ role: MediaRole, isDecodable: Bool, at time: ChannelTime) {
        heard(at: time)
        hasToldNoStream = false
        let index = index(of: role, at: time)
        streams[index].lastFrame = max(streams[index].lastFrame, time)
        guard isDecodable else {
            streams[index].isTroubled = true
            if streams[index].state == .silent { streams[index].state = .frozen }
            return
        }
        (streams[index].lastDecoded, streams[index].isTroubled) = (time, false)
        switch streams[index].state {
        case .frozen, .silent: events.append(.unfrozen(role))
        case .mute: events.append(.unmuted(role))
        case .running: break
        }
        streams[index].state = .running
    }

    /// Packets of a stream were given up.
    public mutating func lost(_ role: MediaRole, at time: ChannelTime) {
        guard let index = streams.firstIndex(where: { $0.role == role }) else { return }
        streams[index].isTroubled = true
    }

    // MARK: - What stops

    /// Nothing came of a stream for so long that it counts as mute, if the user is heard otherwise.
    public mutating func stopped(_ role: MediaRole, at now: ChannelTime) {
        let index = index(of: role, at: now)
        guard isSilent(at: now) else {
            streams[index].state = .mute
            events.append(.muted(role))
            return
        }
        if streams[index].state != .frozen { events.append(.frozen(role)) }
        (streams[index].state, backSince) = (.silent, nil)
    }

    /// What was stopped comes again, or the user has left.
    public mutating func resumed(_ role: MediaRole) {
        guard let index = streams.firstIndex(where: { $0.role == role }), streams[index].state == .mute else { return }
        streams[index].state = .running
        events.append(.unmuted(role))
    }

    /// The user has left: nothing is expected any more.
    public mutating func left() {
        for index in streams.indices where streams[index].state != .mute { streams[index].state = .running }
        for index in streams.indices { (streams[index].lastDecoded, streams[index].isTroubled) = (nil, false) }
        // Until somebody comes again.
        hasToldNoStream = true
    }

    /// Notes that it is `now`.
    public mutating func advance(to now: ChannelTime) {
        for index in streams.indices {
            let stream = streams[index]
            switch stream.state {
            case .running:
                guard stream.isTroubled, let last = stream.lastDecoded, now - last >= Self.patience else { continue }
                streams[index].state = .frozen
                events.append(.frozen(stream.role))
            case .silent:
                // Who is heard, and sends no frame of it, has muted meanwhile.
                guard let backSince, now - backSince >= PresenceWatch.mutePatience else { continue }
                streams[index].state = .mute
                events.append(.muted(stream.role))
            case .mute, .frozen: continue
            }
        }
        guard !hasToldNoStream, !streams.isEmpty, now - lastFrame >= Self.noStreamAfter else { return }
        hasToldNoStream = true
        events.append(.noStream)
    }

    /// When the newest frame of any stream came.
    private var lastFrame: ChannelTime { streams.map(\.lastFrame).max() ?? ChannelTime(nanoseconds: .min / 2) }

    /// Whether everything of the user ended at once, whatever it was.
    private func isSilent(at now: ChannelTime) -> Bool {
        now - lastHeard >= Self.quiet && lastHeard - lastFrame <= Self.tail
    }

    private mutating func index(of role: MediaRole, at time: ChannelTime) -> Int {
        if let known = streams.firstIndex(where: { $0.role == role }) { return known }
        streams.append(Stream(role: role, lastFrame: time))
        return streams.count - 1
    }
}
