import Service

/// Turns what the engine says of one recording into what a program is told of it.
///
/// Two sources meet here: the recording's own events, and the frames of its users. Whatever their order, a program hears
/// that a user came before it hears anything else of them, and nothing after the end.
struct EventNarrator {
    /// What is known of a user who is here.
    private struct User {
        var isPresent = false
        var hasSound = false
        var size: (width: Int, height: Int)?
        var rotation = 0
        /// Whether sound and pictures come now.
        var comes = (sound: false, pictures: false)
        /// What is to be told when it was told that the user is here.
        var waiting: [RecorderEvent] = []
    }

    /// A first frame, or one whose size or rotation may be new.
    enum Sight: Equatable {
        case sound
        /// `size` is known of keyframes.
        case picture(width: Int, height: Int, rotation: Int)
    }

    private let channel: String
    private let uid: String
    private var users: [String: User] = [:]
    private var isOver = false
    private var isAtMaximum = false
    /// What was told to come of anybody.
    private var toldStatus = (sound: false, pictures: false)

    init(channel: String, uid: String) {
        self.channel = channel
        self.uid = uid
    }

    /// Who is in the channel.
    var presentUsers: [String] { users.filter(\.value.isPresent).map(\.key).sorted() }

    /// The size of a user's pictures, if it is known.
    func size(of uid: String) -> (width: Int, height: Int)? { users[uid]?.size }

    /// What a program is told when the engine says something.
    mutating func heard(_ event: EventDocument, elapsed: Duration) -> [RecorderEvent] {
        let events = words(for: event, elapsed: elapsed)
        // The end is the last that is told.
        return isOver ? events : events + statusChange()
    }

    private mutating func words(for event: EventDocument, elapsed: Duration) -> [RecorderEvent] {
        let (user, detail) = (event.uid ?? "", event.detail ?? "")
        switch event.type {
        case "started": return [.connected(channel: channel, uid: uid)]
        case "userJoined": return joined(user)
        case "userLeft": return left(user, detail, elapsed: elapsed)
        case "muted": return turned(user, detail, .stopped, .remoteMuted, elapsed: elapsed)
        case "unmuted": return turned(user, detail, .decoding, .remoteUnmuted, elapsed: elapsed)
        case "frozen" where knows(detail, of: user):
            return turned(user, detail, .frozen, detail == "audio" ? .noPacket : .congestion, elapsed: elapsed)
        case "unfrozen" where knows(detail, of: user):
            return turned(user, detail, .decoding, .recovery, elapsed: elapsed)
        case "noStream": return [.recorderStateChanged(uid: user, state: .error, reason: .noStream, file: "")]
        case "connectionInterrupted": return [.connectionInterrupted(channel: channel)]
        case "connectionLost": return [.connectionLost(channel: channel)]
        case "reconnected": return [.reconnected(channel: channel)]
        case "takeOpened": return [.recorderStateChanged(uid: user, state: .start, reason: .none, file: detail)]
        case "takeClosed":
            let reason: RecorderReason = isAtMaximum ? .overMaximumDuration : .none
            return [.recorderStateChanged(uid: user, state: .stop, reason: reason, file: detail)]
        case "writeFailed":
            return [
                .recorderStateChanged(uid: user, state: .error, reason: .writeFailed, file: ""),
                .error(.failed, detail),
            ]
        case "takeNotMended": return [.error(.failed, detail)]
        case "trouble", "storageSlow", "diskFilling", "interrupted": return [.warning("\(event.type): \(detail)")]
        case "stopping":
            isAtMaximum = event.outcome?.name == "durationReached"
            return []
        case "finished":
            isOver = true
            let outcome = event.outcome
            return [
                .disconnected(
                    channel: channel, leaveCode: LeaveCode(rawValue: outcome?.leaveCode ?? 0),
                    reason: outcome?.reason ?? "", isNormal: outcome?.isNormal ?? false)
            ]
        default: return []
        }
    }

    /// What a program is told when a frame comes.
    mutating func saw(_ sight: Sight, of uid: String, elapsed: Duration) -> [RecorderEvent] {
        guard !isOver else { return [] }
        var user = users[uid] ?? User()
        var events: [RecorderEvent] = []
        switch sight {
        case .sound:
            guard !user.hasSound else { return [] }
            (user.hasSound, user.comes.sound) = (true, true)
            events = [
                .firstRemoteAudioDecoded(uid: uid, elapsed: elapsed),
                .userAudioStateChanged(uid: uid, state: .decoding, reason: .internal, elapsed: elapsed),
            ]
        case .picture(let width, let height, let rotation):
            if user.size == nil {
                user.comes.pictures = true
                events = [
                    .firstRemoteVideoDecoded(uid: uid, width: width, height: height, elapsed: elapsed),
                    .userVideoStateChanged(uid: uid, state: .decoding, reason: .internal, elapsed: elapsed),
                ]
            }
            if user.size.map({ $0 != (width, height) }) ?? true || user.rotation != rotation {
                events.append(.videoSizeChanged(uid: uid, width: width, height: height, rotation: rotation))
            }
            (user.size, user.rotation) = ((width, height), rotation)
        }
        if !user.isPresent {
            user.waiting += events
            events = []
        }
        users[uid] = user
        return events + statusChange()
    }

    /// Whether something of anybody who is here comes, if that is new.
    private mutating func statusChange() -> [RecorderEvent] {
        let present = users.values.filter(\.isPresent)
        let status = (present.contains { $0.comes.sound }, present.contains { $0.comes.pictures })
        guard status != toldStatus else { return [] }
        toldStatus = status
        return [.receivingStreamStatusChanged(audio: status.0, video: status.1)]
    }

    private mutating func joined(_ uid: String) -> [RecorderEvent] {
        let waiting = users[uid]?.waiting ?? []
        users[uid, default: User()].isPresent = true
        users[uid]?.waiting = []
        return [.userJoined(uid: uid)] + waiting
    }

    private mutating func left(_ uid: String, _ words: String, elapsed: Duration) -> [RecorderEvent] {
        let user = users.removeValue(forKey: uid)
        var events: [RecorderEvent] = []
        if user?.hasSound == true {
            events.append(
                .userAudioStateChanged(uid: uid, state: .stopped, reason: .remoteOffline, elapsed: elapsed))
        }
        if user?.size != nil {
            events.append(
                .userVideoStateChanged(uid: uid, state: .stopped, reason: .remoteOffline, elapsed: elapsed))
        }
        // The engine's word for who said goodbye.
        return events + [.userLeft(uid: uid, reason: words == "left" ? .quit : .dropped)]
    }

    /// Whether a program has heard of a stream, which may not be subscribed to.
    private func knows(_ medium: String, of uid: String) -> Bool {
        medium == "audio" ? users[uid]?.hasSound == true : users[uid]?.size != nil
    }

    /// A stream stops or goes on; of screens that are shared beside a camera nothing is told.
    private mutating func turned(
        _ uid: String, _ medium: String, _ state: RemoteStreamState, _ reason: RemoteStreamReason, elapsed: Duration
    ) -> [RecorderEvent] {
        note(uid, medium, comes: state == .decoding)
        switch medium {
        case "audio": return [.userAudioStateChanged(uid: uid, state: state, reason: reason, elapsed: elapsed)]
        case "video": return [.userVideoStateChanged(uid: uid, state: state, reason: reason, elapsed: elapsed)]
        default: return []
        }
    }

    private mutating func note(_ uid: String, _ medium: String, comes: Bool) {
        switch medium {
        case "audio": users[uid]?.comes.sound = comes
        case "video": users[uid]?.comes.pictures = comes
        default: break
        }
    }
}
