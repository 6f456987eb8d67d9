import EventLoop
import Foundation
import Service
import Units

/// Tells the service manager, if there is one, how the server is doing.
struct Watch: Sendable {
    private let supervisor: Supervisor?

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        supervisor = Supervisor(environment: environment)
    }

    func tell(_ message: Supervisor.Message) {
        do { try supervisor?.tell(message) } catch { complain("lathe: \(error)") }
    }

    /// Gives signs of life until the task is cancelled, as long as every loop gives one.
    ///
    /// The disk is left out: one that stalls is no reason to end a recorder that has memory to wait.
    func keepTelling(of hub: Hub) async {
        guard let period = supervisor?.watchdogPeriod else { return }
        while !Task.isCancelled {
            await hub.proveAlive()
            tell(.alive)
            // Thrice as often as wanted, so that one may be late.
            try? await Task.sleep(for: period / 3)
        }
    }
}
