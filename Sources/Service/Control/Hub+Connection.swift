import Channel
import EventLoop
import Units

// Whether the machine's network works, as far as the users of a recording show it.
extension Hub {
    private static let connectionPeriod = Duration.milliseconds(500)

    /// Tells recordings when nothing is heard of any of their users, until the task is cancelled.
    func watchConnections() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.connectionPeriod)
            guard sessions.contains(where: \.isRunning) else { continue }
            var hearings: [PeerID: ConnectionWatch.Hearing] = [:]
            for loop in loops { hearings.merge(await loop.hearings()) { $1 } }
            let now = SystemClock.now()
            for session in sessions where session.isRunning { watchConnection(of: session, hearings, at: now) }
        }
    }

    private func watchConnection(
        of session: RecordingSession, _ hearings: [PeerID: ConnectionWatch.Hearing], at now: Instant
    ) {
        let users = publications.values.filter { $0.isConnected && $0.channel == session.document.channel }
        let heard = users.compactMap { hearings[$0.peer] }
        let newest = heard.first.map { first in heard.dropFirst().reduce(first) { $0.joined($1) } }
        guard let event = session.connection.advance(to: now, newest) else { return }
        switch event {
        case .interrupted(let silence):
            tell(session, "connectionInterrupted", "nothing was heard of any user for \(silence.inWords)")
        case .lost(let silence):
            tell(session, "connectionLost", "nothing was heard of any user for \(silence.inWords)")
        case .reconnected(let silence):
            tell(session, "reconnected", "users are heard again after \(silence.inWords)")
        }
    }

    private func tell(_ session: RecordingSession, _ type: String, _ detail: String) {
        session.note(type, detail)
        session.log.info("\(type): \(detail)")
    }
}

extension Duration {
    /// In seconds, with one digit behind the point.
    fileprivate var inWords: String {
        let tenths = wholeMilliseconds / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
