import Service
import Units

/// Says how open files go on, as often as was asked for, and who has been recorded for long enough.
struct FileWatch {
    /// Of a user where nothing else was said: how often it is told of their files, in milliseconds; 0 for never.
    private let usualInterval: Int
    private var users: [String: UserRecorderSettings] = [:]
    private var told: [String: Duration] = [:]

    init(usualInterval: Int) { self.usualInterval = usualInterval }

    /// Treats one user otherwise than the others.
    mutating func set(_ settings: UserRecorderSettings, of uid: String) { users[uid] = settings }

    /// What there is to tell of open files, `elapsed` after the recorder joined.
    mutating func look(at takes: [RecordingDocument.Take], elapsed: Duration) -> [RecorderEvent] {
        var events: [RecorderEvent] = []
        for take in takes where take.state == .open {
            let interval = users[take.uid]?.infoIntervalMilliseconds ?? usualInterval
            let last = told[take.file] ?? .zero
            guard interval > 0, elapsed - last >= .milliseconds(interval) else { continue }
            told[take.file] = elapsed
            events.append(
                .recorderInfoUpdated(
                    uid: take.uid, file: take.file, duration: .milliseconds(take.durationMilliseconds),
                    byteCount: take.byteCount))
        }
        return events
    }

    /// Who has been recorded for as long as was asked for, by the lengths of their files.
    func finished(_ takes: [RecordingDocument.Take]) -> [String] {
        users.compactMap { uid, settings in
            guard let longest = settings.maximumDuration else { return nil }
            // Sound and pictures in files of their own last as long as the longer of them.
            let ends = takes.filter { $0.uid == uid }.map { $0.startedAtMilliseconds + $0.durationMilliseconds }
            let starts = takes.filter { $0.uid == uid }.map(\.startedAtMilliseconds)
            guard let start = starts.min(), let end = ends.max() else { return nil }
            return end - start >= longest.wholeMilliseconds ? uid : nil
        }.sorted()
    }
}
