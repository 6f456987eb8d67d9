// The numbers of events, as the product that Lathe stands in for counts them.

/// What a file, or a user's recording, has come to (`RecorderState`).
public enum RecorderState: Int, Sendable {
    case error = -1
    case start = 2
    case stop = 3
}

/// Why (`RecorderReasonCode`).
public enum RecorderReason: Int, Sendable {
    case none = 0
    case writeFailed = 1
    /// For 5 s the user sent neither sound nor pictures; files stay open, and go on when something comes.
    case noStream = 2
    case overMaximumDuration = 3
    /// Never told: what changes in a call goes on in the same file, or begins another.
    case configurationChanged = 4
}

/// Why a user is gone (`USER_OFFLINE_REASON_TYPE`).
public enum UserOfflineReason: Int, Sendable {
    case quit = 0
    /// Nothing was heard of them for 15 s, or no connection came about.
    case dropped = 1
    /// Never told: a client that stops sending says goodbye.
    case becameAudience = 2
}

/// What a user's stream is doing (`REMOTE_VIDEO_STATE`, `REMOTE_AUDIO_STATE`).
public enum RemoteStreamState: Int, Sendable {
    case stopped = 0
    case starting = 1
    case decoding = 2
    /// It fails on its way: pictures that come cannot be decoded, or nothing at all comes of the user.
    case frozen = 3
    /// Never told: what cannot be recorded is refused when the user joins.
    case failed = 4
}

/// Why (`REMOTE_VIDEO_STATE_REASON`, `REMOTE_AUDIO_STATE_REASON`).
public enum RemoteStreamReason: Int, Sendable {
    case `internal` = 0
    case congestion = 1
    case recovery = 2
    case remoteMuted = 5
    case remoteUnmuted = 6
    case remoteOffline = 7
    /// Of sound: nothing at all comes of the user.
    case noPacket = 8
}

/// How good what comes is (`QUALITY_TYPE`).
public enum StreamQuality: Int, Sendable {
    case unknown = 0
    case excellent = 1
    case good = 2
    case poor = 3
    case bad = 4
    case veryBad = 5
    case down = 6

    /// The quality of sound of which so many packets in a thousand were lost.
    init(lostPerMille: Int) {
        switch lostPerMille {
        case ..<5: self = .excellent
        case ..<30: self = .good
        case ..<80: self = .poor
        case ..<150: self = .bad
        case ..<1000: self = .veryBad
        default: self = .down
        }
    }
}

/// The ways by which a recorder left its channel, added up (`LEAVE_PATH_CODE`).
public struct LeaveCode: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The process was told to end by a signal, or the service was stopped.
    public static let signal = LeaveCode(rawValue: 2)
    /// Nobody was in the channel for as long as the idle limit.
    public static let noUsers = LeaveCode(rawValue: 4)
    /// A timer ran out.
    public static let timerCatch = LeaveCode(rawValue: 8)
    /// The program called `leave`.
    public static let clientLeave = LeaveCode(rawValue: 16)
}
