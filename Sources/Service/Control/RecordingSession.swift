import Capture
import Catalog
import Channel
import Codecs
import EventLoop
import Foundation
import Storage
import Units

/// One recording, from its start to its last file.
///
/// The hub owns it; it does nothing by itself.
final class RecordingSession {
    /// How often a document may grow by events, so that a user who comes and goes all day costs no memory.
    static let eventLimit = 10_000

    var document: RecordingDocument
    /// The moment that is zero on the channel's timeline.
    let origin: Instant
    /// The same moment on the wall clock.
    let wallOrigin: WallTime
    let log: SystemLog
    /// Where its users' frames can be watched.
    let tap = FrameTap()
    var openCaptures: [CaptureID: String] = [:]
    /// The capture of each user who was ever here: it lasts until the recording ends, and goes on with who returns.
    var captures: [UserID: UserCaptureEntry] = [:]
    /// Who writes a user's index at the moment, by its path, and what is to be written there next.
    var indexWrites: [String: Task<Void, Never>] = [:]
    var newestIndexes: [String: String] = [:]
    /// What the disk below its directory is like.
    let disk = DiskState()
    /// Whether anything is heard of its users.
    var connection = ConnectionWatch()
    /// Files that the disk refused something of, and that are to be made whole.
    var mends: [String: Task<Void, Never>] = [:]
    /// The last note about its end in the catalogue, and the last writing of its story.
    var ending: Task<Void, Never>?
    var storyWrite: Task<Void, Never>?
    /// Its last files are being written; nothing can delay the end any more.
    var isClosing = false

    /// When it was first told to record: at its start, or where that is manual, when it was resumed for the first time.
    var begun: Instant?
    /// How often it was as long as it may be, and went on in new files.
    var rollOverCount = 0

    /// Keeps other processes away from the directory until the last file is closed.
    private(set) var lock: DirectoryLock?
    /// Users whose files a crash ended.
    var interruptedUsers: Set<String> = []
    /// What happened since the story was written down last.
    private(set) var isStoryChanged = false
    private var storyWritten: Instant?
    /// Where events go that are to outlive the process.
    private let outbox: Outbox?
    private var eventCount = 0
    private var lastEventSequence: Int?
    /// The name of its end, and whether that is a normal one.
    private var outcome: (name: String, isNormal: Bool)?
    /// Nothing follows the events that the outbox has.
    private(set) var isSealed = false

    init(
        _ document: RecordingDocument, origin: Instant, wallOrigin: WallTime, log: SystemLog, lock: DirectoryLock?,
        outbox: Outbox? = nil
    ) {
        self.document = document
        self.outbox = outbox
        self.lock = lock
        self.origin = origin
        self.wallOrigin = wallOrigin
        self.log = log
        begun = document.isPaused == true && document.pauses == nil ? nil : origin
    }

    var isRunning: Bool { document.state == .recording }

    /// Milliseconds on the channel's timeline.
    func milliseconds(at now: Instant) -> Int64 { origin.duration(to: now).wholeMilliseconds }

    /// How long it has recorded, without its pauses.
    func recordedDuration(at now: Instant) -> Duration {
        let log = document.pauseLog
        let time = ChannelTime(nanoseconds: now.nanoseconds - origin.nanoseconds)
        return log.recorded(time) - ChannelTime(nanoseconds: 0)
    }

    /// The document as it is now.
    func snapshot(at now: Instant) -> RecordingDocument {
        var copy = document
        if copy.state != .finished { copy.elapsedMilliseconds = milliseconds(at: now) }
        return copy
    }

    /// Nothing is written to the directory any more.
    func unlock() { lock = nil }

    /// How long the story may be older than what happened, and how long numbers in it may be.
    private static let storyAges = (events: Duration.seconds(1), numbers: Duration.seconds(30))

    /// Whether the story should be written down now; if so, it counts as written.
    func takeStoryDue(at now: Instant) -> Bool {
        let age = storyWritten.map { $0.duration(to: now) } ?? .seconds(3600)
        guard age >= (isStoryChanged ? Self.storyAges.events : Self.storyAges.numbers) else { return false }
        (storyWritten, isStoryChanged) = (now, false)
        return true
    }

    /// Adds an event to the story, and to the outbox.
    ///
    /// The last one leaves for there when nothing can follow it any more: `sealEvents` says so.
    func note(_ type: String, uid: String? = nil, _ detail: String? = nil) {
        isStoryChanged = true
        eventCount += 1
        let moment = milliseconds(at: SystemClock.now())
        if type == Self.lastEvent {
            lastEventSequence = eventCount
        } else {
            publish(type, uid: uid, detail, at: moment)
        }
        guard document.events.count < Self.eventLimit else { return }
        document.events.append(
            RecordingDocument.Event(sequence: eventCount, atMilliseconds: moment, type: type, uid: uid, detail: detail))
    }

    /// What the last event of every recording is called.
    private static let lastEvent = "finished"

    /// Ends the recording's collecting phase.
    func end(_ end: RecordingEnd) {
        document.state = .finishing
        document.end = RecordingDocument.End(end)
        outcome = (end.name, end.isNormal)
        note("stopping", end.description)
    }

    // MARK: - The outbox

    /// Goes on with the events of a process that died.
    func continueEvents(after standing: EventStanding) {
        eventCount = standing.lastSequence
        isSealed = standing.isFinal
    }

    /// Sends the last event, unless it has been, and returns when the disk has it, or refused it.
    func sealEvents() async {
        guard !isSealed else { return }
        // Trouble with the last files may have been told since.
        if lastEventSequence != eventCount { eventCount += 1 }
        publish(Self.lastEvent, nil, at: milliseconds(at: SystemClock.now()), isFinal: true)
        isSealed = true
        await outbox?.flush()
    }

    private func publish(
        _ type: String, uid: String? = nil, _ detail: String?, at milliseconds: Int64, isFinal: Bool = false
    ) {
        guard !isSealed else { return }
        var ended: EventDocument.Outcome?
        if isFinal || type == "stopping", let end = document.end, let outcome {
            ended = EventDocument.Outcome(end, name: outcome.name, isNormal: outcome.isNormal)
        }
        outbox?.put(
            EventRecord(
                recording: document.id, channel: document.channel, sequence: eventCount,
                atUnixMilliseconds: wallOrigin.unixMilliseconds + milliseconds, type: type, uid: uid, detail: detail,
                outcome: ended.flatMap(Self.text), isFinal: isFinal))
    }

    static func text(of outcome: EventDocument.Outcome) -> String? {
        (try? JSONEncoder().encode(outcome)).map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - Takes

    /// Takes over what is known of a file, adding it if it is new.
    ///
    /// The numbers of a file whose writing failed stand still: what came later is not in it.
    func update(_ summary: TakeSummary, of capture: CaptureID, state: RecordingDocument.Take.State) {
        guard let uid = openCaptures[capture] else { return }
        var take = Self.describe(summary, uid: uid, state: state)
        guard let index = document.takes.firstIndex(where: { $0.file == take.file }) else {
            document.takes.append(take)
            return
        }
        switch (document.takes[index].state, state) {
        case (.failed, _): break
        case (_, .failed): document.takes[index].state = .failed
        default:
            take.proof = take.proof ?? document.takes[index].proof
            document.takes[index] = take
        }
    }

    private static func describe(
        _ summary: TakeSummary, uid: String, state: RecordingDocument.Take.State
    ) -> RecordingDocument.Take {
        RecordingDocument.Take(
            file: summary.file, uid: uid, lane: summary.lane.name, cause: summary.cause, state: state,
            video: summary.video?.describedVideo, audio: summary.audio?.describedAudio,
            startedAtMilliseconds: summary.start.nanoseconds / 1_000_000,
            durationMilliseconds: (summary.end - summary.start).wholeMilliseconds, byteCount: summary.byteCount,
            videoFrameCount: summary.videoFrameCount, audioFrameCount: summary.audioFrameCount,
            droppedFrameCount: summary.droppedFrameCount,
            firstPictureMilliseconds: summary.firstPictureDelay?.wholeMilliseconds, proof: summary.proof)
    }
}

/// Where a user's capture is, and which connection feeds it or fed it last.
struct UserCaptureEntry {
    let id: CaptureID
    let worker: CaptureWorker
    var loop: MediaLoop
    var peer: PeerID
}

extension TrackFormat {
    var describedVideo: RecordingDocument.Video? {
        pictureSize.map { .init(codec: codec.rawValue, width: $0.width, height: $0.height) }
    }

    var describedAudio: RecordingDocument.Audio? {
        channelCount.map { .init(codec: codec.rawValue, channelCount: $0) }
    }
}
