import Capture
import Catalog
import Foundation
import Units

/// The story of a recording whose process died, as far as it was written down, and as its files tell it.
struct RecoveredStory {
    private(set) var document: RecordingDocument

    /// Takes over what was written last; else begins with what is known from the start.
    init(of entry: CatalogEntry, request: RecordingRequest, defaults: FileChoices, idleSeconds: Int) {
        let path = entry.directory + "/" + RecordingNames.story
        if let found = Self.read(path), found.id == entry.id {
            document = found
            return
        }
        document = RecordingDocument(
            id: entry.id, channel: entry.channel,
            startedAt: WallTime(unixNanoseconds: entry.startedAtUnixNanoseconds), directory: entry.directory,
            files: request.files(otherwise: defaults), idleSeconds: request.idleSeconds ?? idleSeconds,
            control: request.control)
    }

    /// Reads a `recording.json`; nothing if there is none that makes sense.
    static func read(_ path: String) -> RecordingDocument? {
        FileManager.default.contents(atPath: path).flatMap { try? RecordingDocument(reading: $0) }
    }

    /// Takes over what the files hold, and returns what became of those that were not whole, in words.
    mutating func takeOver(_ files: [String: MendedTake], startedAt origin: WallTime) -> [String: String] {
        var words: [String: String] = [:]
        for (name, mended) in files.sorted(by: { $0.key < $1.key }) {
            let index = document.takes.firstIndex { $0.file == name }
            if mended.outcome == .whole, index.map({ document.takes[$0].state == .closed }) == true { continue }
            words[name] = mended.words
            guard mended.outcome != .empty else {
                document.takes.removeAll { $0.file == name }
                continue
            }
            if let index {
                update(index, by: mended)
            } else if let take = Self.take(name, mended, startedAt: origin) {
                document.takes.append(take)
            }
        }
        // What never got to the disk is no file.
        document.takes.removeAll { $0.state == .open && files[$0.file] == nil }
        return words
    }

    /// Takes over events that happened after the story was written down last.
    mutating func takeOver(_ events: [RecordingDocument.Event]) {
        document.events += events.prefix(max(0, RecordingSession.eventLimit - document.events.count))
    }

    /// Up to when anything reaches.
    var endMilliseconds: Int64 {
        let takes = document.takes.map { $0.startedAtMilliseconds + $0.durationMilliseconds }
        return max(takes.max() ?? 0, document.elapsedMilliseconds)
    }

    /// Notes that nobody recorded from where the files end until `moment`.
    mutating func note(cause: String, until moment: Int64, files: [String: String]) {
        let end = min(endMilliseconds, moment)
        for index in document.users.indices where document.users[index].isPresent {
            document.users[index].leftAtMilliseconds = end
        }
        document.interruptions = (document.interruptions ?? [])
        document.interruptions?.append(
            RecordingDocument.Interruption(
                atMilliseconds: end, untilMilliseconds: moment, cause: cause, files: files))
    }

    private mutating func update(_ index: Int, by mended: MendedTake) {
        document.takes[index].state = mended.isPlayable ? .recovered : .failed
        guard mended.isPlayable else { return }
        document.takes[index].byteCount = mended.byteCount
        // What is no container has no length of its own.
        guard mended.durationMilliseconds > 0 else { return }
        document.takes[index].durationMilliseconds = mended.durationMilliseconds
        document.takes[index].videoFrameCount = mended.videoFrameCount
        document.takes[index].audioFrameCount = mended.audioFrameCount
    }

    /// A file that the story does not know yet, by what its name says.
    private static func take(
        _ name: String, _ mended: MendedTake, startedAt origin: WallTime
    ) -> RecordingDocument.Take? {
        guard let parts = RecordingNames.parts(ofTake: name) else { return nil }
        let start = (parts.startedAt.unixNanoseconds - origin.unixNanoseconds) / 1_000_000
        return RecordingDocument.Take(
            file: name, uid: parts.user, lane: parts.lane, cause: .first,
            state: mended.isPlayable ? .recovered : .failed, startedAtMilliseconds: max(0, start),
            durationMilliseconds: mended.durationMilliseconds, byteCount: mended.byteCount,
            videoFrameCount: mended.videoFrameCount, audioFrameCount: mended.audioFrameCount, droppedFrameCount: 0)
    }
}
