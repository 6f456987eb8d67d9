public import Codecs

/// What becomes of pictures that refer to one that is lost.
public enum OnLoss: String, Codable, Sendable, CaseIterable {
    /// They are left out, and the last clean picture is held until another comes.
    case hold
    /// They go to the file as they are.
    case keep
}

/// When a user's files end and others begin, while the user and the recording stay.
public enum Splitting: String, Codable, Sendable, CaseIterable {
    /// One file of sound and picture through mute, rotation, change of size, and a short absence.
    case continuous
    /// Sound and pictures in files of their own, cut as the legacy product cuts them.
    case legacy
}

/// What a take is to hold.
public struct TakeSettings: Equatable, Sendable {
    /// The codec of its pictures; nothing if it takes none.
    public let video: Codec?
    /// The format of its sound; nothing if it takes none.
    public let audio: TrackFormat?
    public let container: Container
    public let onLoss: OnLoss
    /// Whether what goes to the file goes to plain streams beside it as well.
    public let hasRecoveryStreams: Bool
    /// The wall clock when it began, for the file's own record.
    public let createdAtUnixMilliseconds: Int64

    /// The settings of a take whose file holds both, or either.
    public init(
        video: Codec?, audio: TrackFormat?, container: Container, onLoss: OnLoss = .hold,
        hasRecoveryStreams: Bool = false, createdAtUnixMilliseconds: Int64
    ) {
        precondition(video != nil || audio != nil, "a file holds something")
        self.video = video
        self.audio = audio
        self.container = container
        self.onLoss = onLoss
        self.hasRecoveryStreams = hasRecoveryStreams
        self.createdAtUnixMilliseconds = createdAtUnixMilliseconds
    }

    /// The settings of a take in the container that suits best; nothing if none holds both, or there is nothing to hold.
    public init?(video: Codec?, audio: TrackFormat?, onLoss: OnLoss = .hold, createdAtUnixMilliseconds: Int64) {
        guard let container = Container(video: video, audio: audio?.codec) else { return nil }
        self.init(
            video: video, audio: audio, container: container, onLoss: onLoss,
            createdAtUnixMilliseconds: createdAtUnixMilliseconds)
    }
}
