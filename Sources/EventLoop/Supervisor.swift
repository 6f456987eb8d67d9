import CLinux
import Glibc
import Units

/// Whoever started this process and wants to hear how it goes: systemd, by sd_notify(3).
public struct Supervisor: Sendable {
    private let socket: String
    /// How often it wants a sign of life at the least; nothing if it wants none.
    public let watchdogPeriod: Duration?

    /// The manager that the environment names; nothing if there is none.
    public init?(environment: [String: String]) {
        guard let socket = environment["NOTIFY_SOCKET"], socket.hasPrefix("/") || socket.hasPrefix("@") else {
            return nil
        }
        self.socket = socket
        // It may be meant for another process of the unit (sd_watchdog_enabled(3)).
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let period = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchdogPeriod = isOurs ? period.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// What a manager can be told.
    public enum Message: Equatable, Sendable {
        /// Clients are served from now on.
        case ready(status: String)
        case status(String)
        /// The end was asked for, and takes a while.
        case stopping
        case alive

        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .status(let status): "STATUS=\(status)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// Tells it something; fails with a `SystemError` if nobody listens.
    public func tell(_ message: Message) throws {
        _ = try SystemError.check(unsafe clinux_tell_manager(socket, message.text), "tell the service manager")
    }
}
