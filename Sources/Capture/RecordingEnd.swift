/// Why a recording stopped: bits as the SDKs that it stands in for count them, several at once if several are true.
public struct LeaveCode: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The process was told to end by a signal.
    public static let signal = LeaveCode(rawValue: 2)
    /// Nobody was in the channel for as long as the idle limit.
    public static let noUsers = LeaveCode(rawValue: 4)
    /// A timer ran out, or the process was asked to terminate.
    public static let timerCatch = LeaveCode(rawValue: 8)
    /// The client asked for it.
    public static let clientLeave = LeaveCode(rawValue: 16)

    /// The names of all bits that are set; `LEAVE_CODE_INIT` if none is.
    public var names: [String] {
        let known: [(LeaveCode, String)] = [
            (.signal, "LEAVE_CODE_SIG"), (.noUsers, "LEAVE_CODE_NO_USERS"), (.timerCatch, "LEAVE_CODE_TIMER_CATCH"),
            (.clientLeave, "LEAVE_CODE_CLIENT_LEAVE"),
        ]
        let names = known.filter { contains($0.0) }.map(\.1)
        return names.isEmpty ? ["LEAVE_CODE_INIT"] : names
    }
}

/// How a recording ended.
public enum RecordingEnd: Hashable, Sendable {
    /// The HTTP API, the SDK or the command line asked for it.
    case stopped
    /// Nobody was there for the idle limit.
    case idle(seconds: Int)
    /// The longest duration that was asked for is over.
    case durationReached(seconds: Int)
    /// The process got this signal.
    case signal(Int32)
    /// The disk refused to take more; what it took is whole.
    case writeFailed(String)
    /// It never came to record anything.
    case failedToStart(String)
    /// The process died and another one closed the files.
    case crashed

    /// Whether all that was to be recorded was recorded.
    public var isNormal: Bool {
        switch self {
        case .stopped, .idle, .durationReached, .signal: true
        case .writeFailed, .failedToStart, .crashed: false
        }
    }

    /// What a command line returns: 0 for a normal end.
    public var exitStatus: Int32 { isNormal ? 0 : 1 }

    /// The bits that stand for it.
    public var leaveCode: LeaveCode {
        switch self {
        case .stopped: .clientLeave
        case .idle: .noUsers
        case .durationReached: .timerCatch
        // SIGTERM's number is 15; other signals are SIGINT and the like.
        case .signal(15): [.signal, .timerCatch]
        case .signal: .signal
        case .writeFailed, .failedToStart, .crashed: []
        }
    }

    /// A name for programs: `stopped`, `idle`, `durationReached`, `signal`, `writeFailed`, `failedToStart`, `crashed`.
    public var name: String {
        switch self {
        case .stopped: "stopped"
        case .idle: "idle"
        case .durationReached: "durationReached"
        case .signal: "signal"
        case .writeFailed: "writeFailed"
        case .failedToStart: "failedToStart"
        case .crashed: "crashed"
        }
    }
}

extension RecordingEnd: CustomStringConvertible {
    /// The reason in words; an idle end keeps the words that people search their logs for.
    public var description: String {
        switch self {
        case .stopped: "stopped by request"
        case .idle(let seconds): "No users in channel for \(seconds) s"
        case .durationReached(let seconds): "recorded for the \(seconds) s asked for"
        case .signal(2): "interrupted (SIGINT)"
        case .signal(15): "asked to terminate (SIGTERM)"
        case .signal(let number): "ended by signal \(number)"
        case .writeFailed(let cause): "the disk took no more: \(cause)"
        case .failedToStart(let cause): "did not start: \(cause)"
        case .crashed: "the process died while recording; its files were closed afterwards"
        }
    }
}
