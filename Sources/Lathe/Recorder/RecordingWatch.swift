import Capture
import Codecs
import EventLoop
import Service
import Synchronization
import Units

/// Follows one recording from its start to its last file, and tells what happens.
final class RecordingWatch: Sendable {
    /// How often it is looked whether there is something to tell of files.
    private static let period = Duration.milliseconds(250)
    /// How often statistics are told.
    private static let statisticsInterval = Duration.seconds(2)

    private struct State {
        var narrator: EventNarrator
        var users: RecordedUsers
        var files: FileWatch
        var life: TokenLife?
        var leaveCode = LeaveCode()
        var reason = ""
    }

    let hub: Hub
    let recording: RecordingDocument
    /// Where its users' frames can be watched.
    let tap: FrameTap
    private let fanOut: EventFanOut
    private let follower: RecordingFollower
    private let state: Mutex<State>
    private let joined: Instant

    init(
        _ hub: Hub, _ recording: RecordingDocument, uid: String, after id: Int64, _ users: RecordedUsers,
        _ files: FileWatch, _ life: TokenLife?,
        _ fanOut: EventFanOut
    ) async throws {
        self.hub = hub
        self.recording = recording
        self.fanOut = fanOut
        tap = try await hub.tap(of: recording.id)
        follower = hub.follower(of: recording.id, after: id)
        joined = SystemClock.now()
        state = Mutex(
            State(
                narrator: EventNarrator(channel: recording.channel, uid: uid), users: users, files: files,
                life: life))
    }

    /// How the recorder left, when `run` has returned.
    var departure: Departure {
        state.withLock { Departure(leaveCode: $0.leaveCode, reason: $0.reason, directory: recording.directory) }
    }

    /// Whether a user's media of a kind is subscribed to.
    func isSubscribed(_ uid: String, _ kind: MediaKind) -> Bool {
        state.withLock { kind == .audio ? $0.users.audio.contains(uid) : $0.users.video.contains(uid) }
    }

    /// Goes on with other users.
    func follow(_ users: RecordedUsers) { state.withLock { $0.users = users } }

    /// Goes on with another token.
    func renew(_ life: TokenLife) { state.withLock { $0.life = life } }

    /// Treats one user's files otherwise than the others'.
    func set(_ settings: UserRecorderSettings, of uid: String) { state.withLock { $0.files.set(settings, of: uid) } }

    /// Tells what happens until the last file is closed; `stopUser` is called for users who have been recorded long enough.
    func run(stopUser: @escaping @Sendable (String) async -> Void) async {
        let watcher = tap.watch { [weak self] in self?.saw($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.tellNumbers(stopUser) }
            await group.next()
            group.cancelAll()
        }
        tap.ignore(watcher)
    }

    private var elapsed: Duration { joined.duration(to: SystemClock.now()) }

    private func listen() async {
        do {
            while let event = try await follower.next() {
                tell { $0.heard(event, elapsed: self.elapsed) }
                guard let outcome = event.outcome else { continue }
                state.withLock { state in
                    (state.leaveCode, state.reason) = (LeaveCode(rawValue: outcome.leaveCode), outcome.reason)
                }
            }
        } catch {
            fanOut.send([.error(.failed, "the events of the recording cannot be read any more: \(error)")])
        }
    }

    /// Called with each frame on the thread that writes files: looks at few of them, and never waits.
    private func saw(_ tapped: TappedFrame) {
        guard tapped.role.number == 0, isSubscribed(tapped.uid, tapped.role.kind) else { return }
        let (uid, frame) = (tapped.uid, tapped.frame)
        switch frame.codec.kind {
        case .audio:
            tell { $0.saw(.sound, of: uid, elapsed: self.elapsed) }
        case .video:
            guard frame.isKeyframe, !frame.isBroken, let size = TrackFormat(startingWith: frame)?.pictureSize else {
                return
            }
            let rotation = frame.rotation?.rawValue ?? 0
            tell {
                $0.saw(
                    .picture(width: size.width, height: size.height, rotation: rotation), of: uid,
                    elapsed: self.elapsed)
            }
        }
    }

    /// What the narrator says is sent in the order in which it said it: sending never waits, nor calls anybody's code.
    private func tell(_ body: (inout EventNarrator) -> [RecorderEvent]) {
        state.withLock { fanOut.send(body(&$0.narrator)) }
    }

    private func tellNumbers(_ stopUser: @Sendable (String) async -> Void) async {
        var meter = StatisticsMeter()
        var due = Self.statisticsInterval
        var stopped: Set<String> = []
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.period)
            guard let document = try? await hub.recording(recording.id) else { return }
            let files = state.withLock { state in
                let events = state.files.look(at: document.takes, elapsed: elapsed)
                fanOut.send(events + (state.life?.advance(to: SystemClock.wallNanoseconds() / 1_000_000_000) ?? []))
                return state.files
            }
            for uid in files.finished(document.takes) where stopped.insert(uid).inserted { await stopUser(uid) }
            guard elapsed >= due else { continue }
            due += Self.statisticsInterval
            let channel = await hub.channels().first { $0.name == recording.channel }
            state.withLock { state in
                let (narrator, now) = (state.narrator, elapsed)
                fanOut.send(meter.measure(channel, elapsed: now) { narrator.size(of: $0) })
            }
        }
    }
}

/// How a recorder left its channel.
public struct Departure: Equatable, Sendable {
    public var leaveCode: LeaveCode
    /// In a sentence.
    public var reason: String
    /// Where the files are.
    public var directory: String
}
