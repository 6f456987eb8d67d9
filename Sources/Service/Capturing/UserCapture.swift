import Capture
import Codecs
import SDP
import Storage
import Units
import WebRTC

/// One user's way from frames to files, through all that happens to a user in a call.
///
/// It lasts as long as the recording: a user who leaves and returns is another connection of it. A class, because it
/// is changed in place by the worker that owns it; no other thread sees it.
final class UserCapture {
    /// Take reports go out every so many calls of `advance`, which come ten times a second.
    private static let reportInterval = 5
    /// The story goes with every so many of them, as it takes longer to write down, and packets are counted as often.
    private static let proofInterval = 50

    private let context: CaptureContext
    private var connection: UserConnection?
    private var presence: PresenceWatch
    private var freeze = FreezeWatch()
    /// What of the user is recorded, and how times are counted where pauses are cut out.
    private var gate: CaptureGate
    /// Until when all files are closed for a pause or a selection; a frame from before that comes too late for them, and
    /// must not begin another.
    private var sealed = ChannelTime(nanoseconds: .min / 2)
    private let clock: RecordedClock
    /// Sections whose pictures are of no use until a keyframe comes, since some before it were left out.
    private var awaitingKeyframe: Set<Int> = []
    private var lanes: [TakeLane] = []
    /// The lanes of each section of the connection: of sound there may be two.
    private var lanesBySection: [[TakeLane]] = []
    private var indexes: [UserIndex] = []
    /// Is over when every file that was closed is on the disk.
    private var closing: Task<Void, Never>?
    private var calls = 0

    init(_ context: CaptureContext) {
        self.context = context
        presence = PresenceWatch(context.order.files.splitting)
        gate = CaptureGate(context.order.selection)
        clock = RecordedClock(context.order.pauses)
    }

    // MARK: - What comes

    /// The user is here, by a connection of `order`.
    func connect(_ order: ConnectionOrder) {
        let now = context.order.time(at: order.since)
        // Its end may be known here only after the beginning of the next one.
        if let old = connection { disconnect(old.order.peer, at: order.since, silently: false) }
        presence.returned(at: now)
        followPresence()
        let made = UserConnection(order, origin: context.order.origin, choosing: gate.current.layer)
        connection = made
        awaitingKeyframe = []
        lanesBySection = made.roles.map { lanes(of: $0, at: clock.recorded(now)) }
        expectMedia(at: now)
    }

    /// Tells the lanes what of the connection's media is to come to them.
    private func expectMedia(at now: ChannelTime) {
        guard let connection else { return }
        for (media, (role, lanes)) in zip(connection.order.media, zip(connection.roles, lanesBySection)) {
            for lane in lanes {
                lane.expect(media, isWanted: gate.current.wants(role.kind), at: clock.recorded(now))
            }
        }
    }

    /// Records something else of the user from `now` on.
    func select(_ selection: CaptureSelection, at now: Instant) {
        let (before, time) = (gate.current, context.order.time(at: now))
        gate.change(to: selection, at: time)
        if selection.layer != before.layer { connection?.choose(selection.layer) }
        if selection.isPaused != before.isPaused { paused(selection.isPaused, at: now) }
        if selection.isNothing, !before.isNothing { seal(at: now, next: .selection) }
        expectMedia(at: time)
        guard selection.takes(.video), !before.takes(.video), let connection else { return }
        for section in connection.roles.indices where connection.roles[section].kind == .video {
            awaitingKeyframe.insert(section)
            askForKeyframe(section: section, encoding: nil)
        }
    }

    /// A pause begins or ends; where files are cut as the legacy product cuts them, it ends them.
    private func paused(_ isPaused: Bool, at now: Instant) {
        let time = context.order.time(at: now)
        if context.order.cutsPauses {
            clock.note(isPaused: isPaused, at: time)
        } else if isPaused, context.order.files.splitting == .legacy {
            seal(at: now, next: .pause)
            for index in indexes { index.endSession() }
        } else if !isPaused {
            for lane in lanes { lane.wait(from: clock.recorded(time)) }
        }
    }

    /// Ends every file with what came before `now`; others may begin later, because of `cause`.
    private func seal(at now: Instant, next cause: TakeCause) {
        let time = context.order.time(at: now)
        drain(at: now)
        for lane in lanes { lane.close(at: clock.recorded(time), next: cause) }
        sealed = time
        collect()
    }

    /// Has every file followed by another as soon as that can be.
    func rollOver() { for lane in lanes { lane.rollOver() } }

    /// Takes the next frame of a track.
    func take(_ frame: Frame, of track: TrackID, from peer: PeerID) {
        guard connection?.order.peer == peer, let role = connection?.role(of: track) else { return }
        let time = context.order.time(at: frame.arrival)
        presence.heard(role, at: time)
        followPresence()
        freeze.heard(at: time)
        if connection?.receive(frame, of: track) == true {
            freeze.received(role, isDecodable: !frame.isBroken, at: time)
            if gate.current.wants(role.kind) { for lane in lanesBySection[track.mediaIndex] { lane.foresee(frame) } }
        }
        followFreeze()
        while let encoding = connection?.nextRequest(of: track.mediaIndex) {
            askForKeyframe(section: track.mediaIndex, encoding: encoding)
        }
        place(at: frame.arrival)
    }

    /// Takes a sender report of a track.
    func note(wall: NTPTime, ticks: Int64, arrival: Instant, of track: TrackID, from peer: PeerID) {
        guard connection?.order.peer == peer else { return }
        connection?.note(wall: wall, ticks: ticks, arrival: arrival, of: track)
    }

    /// Something came of the user, be it no more than a sign of life.
    func heard(at now: Instant, from peer: PeerID) {
        guard connection?.order.peer == peer else { return }
        freeze.heard(at: context.order.time(at: now))
    }

    /// So many packets of a track were given up.
    func lost(_ count: Int, of track: TrackID, at now: Instant, from peer: PeerID) {
        guard connection?.order.peer == peer, let role = connection?.role(of: track) else { return }
        let time = context.order.time(at: now)
        if role.kind == .video { freeze.lost(role, at: time) }
        guard gate.selection(at: time).takes(role.kind) else { return }
        for lane in lanesBySection[track.mediaIndex] {
            lane.file?.note { $0.lost(count, of: role.kind, at: clock.recorded(time)) }
        }
    }

    /// Takes what the peer counted.
    func count(_ statistics: [TrackStatistics], at now: Instant, from peer: PeerID) {
        guard connection?.order.peer == peer else { return }
        let time = clock.recorded(context.order.time(at: now))
        for one in statistics {
            guard let role = connection?.role(of: one.track), let counts = connection?.progress(of: one) else {
                continue
            }
            for lane in lanesBySection[one.track.mediaIndex] {
                lane.file?.note {
                    $0.received(expected: counts.expected, repaired: counts.repaired, of: role.kind, at: time)
                }
            }
        }
    }

    /// The user is gone, at least for now; `silently` if that was found out only by nothing coming any more.
    func disconnect(_ peer: PeerID, at now: Instant, silently: Bool) {
        guard connection?.order.peer == peer else { return }
        drain(at: now)
        noteClocks()
        let time = context.order.time(at: now)
        freeze.left()
        presence.left(at: time, silently: silently)
        followPresence()
        followFreeze()
        for lane in lanes {
            lane.file?.note { $0.wentAway() }
            if lane.lane == .picture { lane.close(at: clock.recorded(time), next: .rejoin) }
        }
        connection = nil
        lanesBySection = []
        collect()
    }

    /// Makes silence, and writes what has waited long enough; to be called every 100 ms.
    func advance(to now: Instant) {
        place(at: now)
        let time = context.order.time(at: now)
        presence.advance(to: time)
        followPresence(at: time)
        freeze.advance(to: time)
        followFreeze()
        let isInDoubt = presence.isInDoubt(at: time)
        for lane in lanes { lane.advance(to: clock.recorded(time), isInDoubt: isInDoubt) }
        calls += 1
        if calls % Self.reportInterval == 0 { report(withProof: calls % Self.proofInterval == 0) }
        collect()
    }

    /// Closes all files: the recording ends at `now`.
    ///
    /// Returns what is over when all of them are on the disk.
    func finish(at now: Instant) -> Task<Void, Never>? {
        drain(at: now)
        noteClocks()
        let end = presence.finish(at: context.order.time(at: now))
        followPresence()
        followFreeze()
        for lane in lanes { lane.close(at: clock.recorded(end), next: .segment) }
        collect()
        return closing
    }

    // MARK: - Going on

    /// Moves frames whose place is known into the takes.
    private func place(at now: Instant) {
        while let placed = connection?.next(at: now), let role = connection?.roles[placed.section] {
            context.order.tap.pass(
                TappedFrame(uid: context.uid, role: role, time: placed.time, frame: placed.frame))
            guard isAdmitted(placed.frame, of: placed.section, at: placed.time) else { continue }
            for lane in lanesBySection[placed.section] {
                put(placed.frame, into: lane, section: placed.section, at: clock.recorded(placed.time))
            }
        }
    }

    private func put(_ frame: Frame, into lane: TakeLane, section: Int, at time: ChannelTime) {
        switch frame.codec.kind {
        case .video: lane.video(frame, at: time)
        case .audio: lane.audio(frame, at: time)
        }
        guard lane.file?.wantsKeyframe == true else { return }
        lane.file?.wantsKeyframe = false
        askForKeyframe(section: section, encoding: nil)
    }

    /// Whether a frame belongs to a file: it is wanted, and no picture that it builds on was left out.
    private func isAdmitted(_ frame: Frame, of section: Int, at time: ChannelTime) -> Bool {
        guard gate.selection(at: time).takes(frame.codec.kind), time >= sealed else {
            if frame.codec.kind == .video { awaitingKeyframe.insert(section) }
            return false
        }
        guard frame.codec.kind == .video, awaitingKeyframe.contains(section) else { return true }
        if frame.isKeyframe { awaitingKeyframe.remove(section) }
        return frame.isKeyframe
    }

    /// Places what was only looked at: it belongs to the files all the same.
    private func drain(at now: Instant) { place(at: now + UserConnection.longestLook) }

    /// Acts on what became of the user's presence; what stopped is found out only as time passes, by `now`.
    private func followPresence(at now: ChannelTime? = nil) {
        while let event = presence.nextEvent() {
            switch event {
            case .muted(let role, let since):
                freeze.stopped(role, at: now ?? since)
                muted(role, since: clock.recorded(since))
            case .unmuted(let role, let since, let time):
                freeze.resumed(role)
                unmuted(role, since: clock.recorded(since), at: clock.recorded(time))
            case .returned(let since, let time):
                returned(from: clock.recorded(since), at: clock.recorded(time))
            case .ended(let time):
                noteClocks()
                for lane in lanes { lane.close(at: clock.recorded(time), next: .segment) }
                // What it says last is told before it is over.
                collect()
                for index in indexes { index.end() }
            }
        }
    }

    /// Tells what is muted or frozen.
    private func followFreeze() {
        while let event = freeze.nextEvent() {
            switch event {
            case .muted(let role): context.tell(.happened(type: "muted", detail: role.name))
            case .unmuted(let role): context.tell(.happened(type: "unmuted", detail: role.name))
            case .frozen(let role): context.tell(.happened(type: "frozen", detail: role.name))
            case .unfrozen(let role): context.tell(.happened(type: "unfrozen", detail: role.name))
            case .noStream: context.tell(.happened(type: "noStream", detail: "neither sound nor pictures came for 5 s"))
            }
        }
    }

    private func returned(from since: ChannelTime, at time: ChannelTime) {
        for lane in lanes {
            lane.file?.note { $0.cameBack(awaySince: since, at: time) }
            lane.file?.mark { $0.absence($1, isOver: false, at: since) }
            lane.file?.mark { $0.absence($1, isOver: true, at: time) }
            lane.wait(from: time)
        }
    }

    private func muted(_ role: MediaRole, since: ChannelTime) {
        for lane in lanes(of: role, at: since) {
            lane.file?.mark { $0.mute($1, role.kind, isOn: true, at: since) }
            guard role.kind == .video else { continue }
            lane.file?.note { $0.picturesPaused() }
            if lane.lane == .picture { lane.close(at: since, next: .unmute) }
        }
    }

    private func unmuted(_ role: MediaRole, since: ChannelTime, at time: ChannelTime) {
        for lane in lanes(of: role, at: since) {
            lane.file?.note { $0.muted(role.kind, from: since, to: time) }
            lane.file?.mark { $0.mute($1, role.kind, isOn: false, at: time) }
        }
    }

    private func askForKeyframe(section: Int, encoding: Int?) {
        guard let order = connection?.order else { return }
        order.mediaLoop.order { $0.requestKeyframe(of: order.peer, mediaIndex: section, encoding: encoding) }
    }

    // MARK: - Lanes

    /// Where a role's media go: sound may go to files of MP3 beside others, or instead of them.
    private func lanes(of role: MediaRole, at now: ChannelTime) -> [TakeLane] {
        let (files, wanted) = (context.order.files, role.lane(context.order.files.splitting))
        guard role.kind == .audio, files.mp3 != .none else { return [lane(wanted, at: now)] }
        let mp3 = lane(wanted, isMP3: true, at: now)
        return files.mp3 == .only ? [mp3] : [lane(wanted, at: now), mp3]
    }

    private func lane(_ wanted: Lane, isMP3: Bool = false, at now: ChannelTime) -> TakeLane {
        if let known = lanes.first(where: { $0.lane == wanted && $0.isMP3 == isMP3 }) { return known }
        let lane = TakeLane(
            wanted, isMP3: isMP3, index: index(for: wanted), context: context, clock: clock, at: now)
        lanes.append(lane)
        return lane
    }

    /// Microphone and camera share an index whether they share files or not.
    private func index(for lane: Lane) -> UserIndex {
        switch lane {
        case .user, .sound, .picture:
            if let shared = lanes.first(where: { [.user, .sound, .picture].contains($0.lane) }) { return shared.index }
        case .screen: if let shared = lanes.first(where: { $0.lane == lane }) { return shared.index }
        }
        let index = UserIndex(user: context.order.user, lane: lane)
        indexes.append(index)
        return index
    }

    // MARK: - Telling

    private func report(withProof: Bool) {
        if withProof {
            noteClocks()
            if let order = connection?.order {
                let source = CaptureSource(capture: context.order.id, peer: order.peer)
                order.mediaLoop.order { $0.tellStatistics(to: source) }
            }
        }
        for lane in lanes { lane.file?.report(withProof: withProof) }
    }

    /// Writes down what is known of the connection's clocks, while it is there.
    private func noteClocks() {
        guard let connection else { return }
        for lane in lanes {
            let sections = lanesBySection.indices.filter { lanesBySection[$0].contains { $0 === lane } }
            let sound = sections.first { connection.roles[$0].kind == .audio }
            let picture = sections.first { connection.roles[$0].kind == .video }
            let clock = connection.clock(sound: sound, picture: picture)
            lane.file?.note { $0.clock = clock }
        }
    }

    /// Passes on what the lanes have closed, and what the indexes say.
    private func collect() {
        for lane in lanes {
            for file in lane.takeClosings() {
                closing = Task { [closing, notices = context.notices] in
                    await closing?.value
                    await file.report(to: notices)
                }
            }
        }
        for index in indexes {
            if let change = index.takeChange() { context.tell(.index(name: change.name, text: change.text)) }
        }
    }
}
