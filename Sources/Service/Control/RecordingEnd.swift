/// The legacy leave codes, a bit each: why a recorder left its channel.
struct LeaveCode: OptionSet, Sendable {
    var rawValue: UInt32

    /// A signal, or the process that owns the recording is ending.
    static let signal = LeaveCode(rawValue: 2)
    /// Nobody was in the channel for as long as the recording was willing to wait.
    static let noUsers = LeaveCode(rawValue: 4)
    /// The legacy recorder's timer; never set here, but decoded.
    static let timerCatch = LeaveCode(rawValue: 8)
    /// The client asked for it.
    static let clientLeave = LeaveCode(rawValue: 16)

    /// The bits by their legacy names.
    var names: [String] {
        let all: [(LeaveCode, String)] = [
            (.signal, "LEAVE_CODE_SIG"), (.noUsers, "LEAVE_CODE_NO_USERS"), (.timerCatch, "LEAVE_CODE_TIMER_CATCH"),
            (.clientLeave, "LEAVE_CODE_CLIENT_LEAVE"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}

/// Why a recording ends.
public enum RecordingEnd: Sendable {
    case signal
    case noUsers
    case stopped

    /// The reason in words.
    var reason: String {
        switch self {
        case .signal: "the recorder was told to end by a signal"
        case .noUsers: "no users in the channel"
        case .stopped: "stopped on request"
        }
    }

    var codes: LeaveCode {
        switch self {
        case .signal: .signal
        case .noUsers: .noUsers
        case .stopped: .clientLeave
        }
    }
}
