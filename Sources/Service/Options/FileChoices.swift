public import Capture

/// How sound is kept in an MP4.
public enum AudioChoice: String, CaseIterable, Codable, Sendable {
    /// Decoded and encoded again as AAC-LC, which plays everywhere.
    case aac
    /// Opus packets as they came, at no cost.
    case opus
}

/// Whether sound is kept as MP3 where nothing but sound is recorded.
public enum MP3Choice: String, CaseIterable, Codable, Sendable {
    case none
    /// In a file of its own beside the usual one.
    case beside
    /// Instead of the usual file.
    case only
}

/// What may be chosen about a recording's files.
public struct FileChoices: Equatable, Sendable {
    /// What becomes of the sound where the container leaves a choice.
    public var audio = AudioChoice.aac
    public var container = ContainerChoice.auto
    public var splitting = Splitting.continuous
    /// Which of a camera's encodings is recorded.
    public var streamType = LayerChoice.high
    public var onLoss = OnLoss.hold
    /// Whether plain streams are written beside each MP4, deleted when it is whole.
    public var hasRecoveryStreams = false
    /// Whether MP3 is made of sound that is recorded alone, and at which rate.
    public var mp3 = MP3Choice.none
    public var mp3Rate = MP3Rate.hz48000

    public init() {}

    /// Which choices contradict each other, and why; nothing if none do.
    var contradiction: (field: String, why: String)? {
        if container == .ts, audio == .opus {
            return ("audio", "a transport stream cannot hold Opus; choose aac, or another container")
        }
        guard splitting == .legacy, audio == .opus else { return nil }
        return ("audio", "legacy splitting makes .aac files, as the scripts that read them expect; choose aac")
    }
}
