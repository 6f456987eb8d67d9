import Lathe
import Synchronization

/// Keeps what happened, by names and users.
final class Diary: RecorderDelegate {
    private let state = Mutex<[RecorderEvent]>([])
    private let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void = {}) { self.work = work }

    func happened(_ event: RecorderEvent) {
        work()
        state.withLock { $0.append(event) }
    }

    var events: [RecorderEvent] { state.withLock { $0 } }

    func has(_ isMeant: (RecorderEvent) -> Bool) -> Bool { events.contains(where: isMeant) }

    /// Waits until something has happened.
    func heard(_ what: String, _ isMeant: (RecorderEvent) -> Bool) async throws {
        try await eventually(what) { has(isMeant) ? true : nil }
    }
}
