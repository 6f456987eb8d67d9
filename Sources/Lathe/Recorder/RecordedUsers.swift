/// Whose sound and pictures a recorder wants, and whose of those it records.
struct RecordedUsers: Equatable, Sendable {
    /// Who is subscribed to: whose media is watched, and may be recorded.
    var audio: UserSet
    var video: UserSet
    /// Who is recorded, of those.
    var started: UserSet
    /// Of whom sound, or pictures, are all that is recorded.
    private var media: [String: RecorderStreamType] = [:]
    /// Which of a sender's sizes is taken, and of whom another one.
    private(set) var type: VideoStreamType
    private(set) var types: [String: VideoStreamType] = [:]

    init(subscribesAll: Bool, startsAll: Bool, type: VideoStreamType = .high) {
        self.type = type
        audio = subscribesAll ? .everybody : .nobody
        video = audio
        started = startsAll ? .everybody : .nobody
    }

    /// Chooses what of one user is recorded.
    mutating func choose(_ type: RecorderStreamType, of uid: String) { media[uid] = type == .both ? nil : type }

    /// Chooses which size is taken of everybody.
    mutating func choose(_ type: VideoStreamType) { (self.type, types) = (type, [:]) }

    /// Chooses which size is taken of one user.
    mutating func choose(_ type: VideoStreamType, of uid: String) { types[uid] = type }

    /// Whose sound goes to files.
    var recordedAudio: UserSet { without(.video, audio.intersection(started)) }

    /// Whose pictures go to files.
    var recordedVideo: UserSet { without(.audio, video.intersection(started)) }

    private func without(_ type: RecorderStreamType, _ users: UserSet) -> UserSet {
        var users = users
        for (uid, chosen) in media where chosen == type { users.remove(uid) }
        return users
    }
}
