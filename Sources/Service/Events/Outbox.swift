import Catalog
import Foundation
import Synchronization

/// The events of all recordings, on their way to the disk and from there to whoever wants them.
///
/// Nobody who puts an event in waits for the disk, and nobody who reads keeps anybody from writing: a commit takes what
/// gathered while the last one ran, and readers have a connection of their own.
public final class Outbox: Sendable {
    /// How long to wait before the disk is asked again after it refused.
    private static let retryInterval = Duration.seconds(1)
    /// After so many events it is looked for those that are kept no longer.
    private static let pruneInterval = 1_000

    private struct State {
        var isRefused = false
        var sincePrune = 0
        var listeners: [Int: @Sendable (Set<String>) -> Void] = [:]
        var listenerCount = 0
    }

    let queue = EventQueue()
    let catalog: Catalog
    let reader: EventReader
    let bell = EventBell()
    private let log: ProcessLog
    private let state = Mutex(State())
    private let (calls, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(_ catalog: Catalog, path: String, log: ProcessLog) throws {
        self.catalog = catalog
        self.log = log
        reader = try EventReader(path: path)
    }

    /// Adds an event; never waits.
    func put(_ event: EventRecord) {
        let text = event.detail.map { "\(event.type): \($0)" } ?? event.type
        log.write(
            event.level, text, LogFields(recording: event.recording, channel: event.channel, uid: event.uid))
        if !queue.put(event), queue.droppedCount == 1 {
            log.write(
                .warning, "the disk takes no events, and \(EventQueue.waitingLimit) wait: further ones are left out")
        }
        call.yield()
    }

    /// Notes that a webhook has got an event; never waits.
    func put(_ receipt: DeliveryReceipt) {
        queue.put(receipt)
        call.yield()
    }

    /// Writes what comes, until the task is cancelled.
    func run() async {
        for await _ in calls {
            while await !flush(), !Task.isCancelled { try? await Task.sleep(for: Self.retryInterval) }
        }
    }

    /// Writes what was put in so far; says whether the disk took all of it.
    @discardableResult
    func flush() async -> Bool {
        while !queue.isEmpty {
            do {
                let events = try await catalog.commit(queue)
                noteAccepted()
                tell(of: events)
                await pruneIfDue(after: events.count)
            } catch {
                noteRefused(error)
                return false
            }
        }
        return true
    }

    /// Calls `body` with the recordings of which events were kept, each time, until the number that is returned is
    /// given to `forget`.
    func listen(_ body: @escaping @Sendable (Set<String>) -> Void) -> Int {
        state.withLock { state in
            state.listenerCount += 1
            state.listeners[state.listenerCount] = body
            return state.listenerCount
        }
    }

    func forget(_ listener: Int) { state.withLock { $0.listeners[listener] = nil } }

    private func tell(of events: [EventRecord]) {
        guard let newest = events.last?.id else { return }
        let recordings = Set(events.map(\.recording))
        for listener in state.withLock({ $0.listeners.values }) { listener(recordings) }
        bell.ring(newest)
    }

    private func pruneIfDue(after count: Int) async {
        let isDue = state.withLock { state in
            state.sincePrune += count
            guard state.sincePrune >= Self.pruneInterval else { return false }
            state.sincePrune = 0
            return true
        }
        guard isDue else { return }
        do {
            let lost = try await catalog.prune()
            guard lost > 0 else { return }
            log.write(
                .warning,
                "\(lost) events were forgotten before every webhook had taken them: more than "
                    + "\(Catalog.undeliveredEventLimit) were waiting; GET /v1/webhooks says whose they are")
        } catch {
            noteRefused(error)
        }
    }

    /// Says once that the disk refuses events, however often it does.
    private func noteRefused(_ error: any Error) {
        let isNews = state.withLock { state in
            defer { state.isRefused = true }
            return !state.isRefused
        }
        if isNews { log.write(.warning, "events wait in memory: \(error)") }
    }

    private func noteAccepted() {
        let isNews = state.withLock { state in
            defer { state.isRefused = false }
            return state.isRefused
        }
        if isNews { log.write(.warning, "events are written again; \(queue.droppedCount) were left out in all") }
    }
}

extension EventRecord {
    /// How grave it is for whoever reads the log.
    fileprivate var level: LogLevel {
        switch type {
        case "writeFailed", "takeNotMended": .error
        case "trouble", "storageSlow", "diskFilling", "interrupted": .warning
        default: .info
        }
    }
}
