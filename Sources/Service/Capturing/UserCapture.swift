import AV
import Bytes
import Capture
import Channel
import Codecs
import EventLoop
import SDP
import Storage
import Units
import WebRTC

/// One user's way from frames to a file: clocks, sound, take, storage.
///
/// A class, because it is changed in place by the worker that owns it; no other thread sees it.
final class UserCapture {
    /// Take reports go out every so many calls of `advance`, which come ten times a second.
    private static let reportInterval = 5

    private let order: CaptureOrder
    private let storage: StorageThreads
    private let notices: AsyncStream<CaptureNotice>.Continuation
    private let pictureCodec: Codec?
    /// The sections that the file takes: the first picture and the first sound; mixing two would spoil both.
    private let sections: Set<Int>
    private var timeline: PeerTimeline
    /// The channels of the first sound that came, which the file then has.
    private var channelCount: Int?
    private var tracks: [TrackID: Int] = [:]
    /// Whether it was tried to make a take; what failed once is not tried with every frame.
    private var hasBegun = false
    private var take: Take?
    private var sound: SoundPath?
    private var file: StorageFile?
    private var index: UIDIndex?
    private var indexName = ""
    private var name = ""
    private var byteCount = 0
    private var video: TrackFormat?
    private var audio: TrackFormat?
    private var firstPicture: ChannelTime?
    private var end = ChannelTime(nanoseconds: 0)
    private var calls = 0

    init(_ order: CaptureOrder, storage: StorageThreads, notices: AsyncStream<CaptureNotice>.Continuation) {
        self.order = order
        self.storage = storage
        self.notices = notices
        timeline = PeerTimeline(origin: order.origin)
        pictureCodec = order.media.first { $0.kind == .video }?.codec
        sections = Set([MediaKind.video, .audio].compactMap { kind in order.media.firstIndex { $0.kind == kind } })
        if sections.count < order.media.count {
            tellTrouble("user \(order.user) offers \(order.media.count) tracks; first picture and sound are recorded")
        }
    }

    /// Takes the next frame of a track.
    func take(_ frame: Frame, of track: TrackID) {
        guard sections.contains(track.mediaIndex) else { return }
        if frame.codec == .opus { channelCount = channelCount ?? Opus.channelCount(of: frame.bytes) }
        timeline.receive(frame, track: number(of: track, frame.codec))
        place(at: frame.arrival)
    }

    /// Takes a sender report of a track.
    func note(wall: NTPTime, ticks: Int64, arrival: Instant, of track: TrackID) {
        guard let number = tracks[track] else { return }
        timeline.noteReport(track: number, wall: wall, ticks: ticks, at: arrival)
    }

    /// Makes silence, and writes what has waited long enough; to be called every 100 ms.
    func advance(to now: Instant) {
        place(at: now)
        guard take != nil else { return }
        let time = time(at: now)
        sound?.advance(to: time)
        pump()
        take?.advance(to: time)
        end = max(end, time)
        pump()
        calls += 1
        if calls % Self.reportInterval == 0, file != nil { tell(.progress(summary)) }
    }

    /// Closes the file at `now`.
    func finish(at now: Instant) {
        // Whatever was only looked at belongs to the file all the same.
        place(at: now + PeerTimeline.firstLook)
        let time = max(time(at: now), take?.origin ?? time(at: now))
        sound?.finish(at: time)
        pump()
        take?.finish(at: time)
        end = time
        pump()
    }

    /// What is left to do after `finish`: wait for the disk, then report.
    var closing: ClosingTake {
        ClosingTake(capture: order.id, file: file, summary: file == nil ? nil : summary)
    }

    // MARK: - Beginning

    private func begin(at time: ChannelTime) {
        hasBegun = true
        sound = makeSound()
        let settings = TakeSettings(
            video: pictureCodec, audio: sound?.format, createdAtUnixMilliseconds: wallTime(time).unixMilliseconds)
        take = settings.map { Take($0) }
    }

    /// The way that sound takes into the file: WebM keeps Opus whatever was chosen, since it takes no AAC.
    private func makeSound() -> SoundPath? {
        guard let media = order.media.first(where: { $0.kind == .audio }) else { return nil }
        let keepsPackets = order.audio == .opus || pictureCodec == .vp8
        do {
            return try SoundPath(channelCount: channelCount ?? (media.isStereo ? 2 : 1), keepsPackets: keepsPackets)
        } catch {
            tellTrouble("no sound of user \(order.user): \(error)")
            return nil
        }
    }

    private func number(of track: TrackID, _ codec: Codec) -> Int {
        if let known = tracks[track] { return known }
        let number = timeline.addTrack(rate: codec.clockRate)
        tracks[track] = number
        return number
    }

    private func time(at now: Instant) -> ChannelTime {
        ChannelTime(nanoseconds: order.origin.duration(to: now).wholeNanoseconds)
    }

    // MARK: - Going on

    /// Moves frames whose place is known into the take.
    private func place(at now: Instant) {
        while let placed = timeline.next(at: now) {
            if !hasBegun { begin(at: placed.time) }
            switch placed.frame.codec.kind {
            case .video:
                if placed.frame.isKeyframe { firstPicture = firstPicture ?? placed.time }
                take?.video(placed.frame, at: placed.time)
            case .audio: sound?.push(placed.frame, at: placed.time)
            }
        }
        pump()
    }

    /// Moves sound into the take, and what the take asks for to storage.
    private func pump() {
        while let packet = sound?.nextPacket() { take?.audio(packet) }
        while let event = take?.nextEvent() { handle(event) }
        while let write = take?.nextWrite() {
            if case .append(let bytes) = write { byteCount += bytes.count }
            file?.write(write)
        }
    }

    private func handle(_ event: TakeEvent) {
        switch event {
        case .opened(let container, let time): open(container, at: time)
        case .trackStarted(let format, let time):
            started(format, at: time)
        case .keyframeNeeded: askForKeyframe()
        case .closed(let time): index?.close(name, at: time)
        case .resized(let width, let height, let time):
            index?.video(name, width: width, height: height, rotation: 0, at: time)
        case .trackRefused(let codec):
            tellTrouble("\(name) has no room for another track any more: \(codec.rawValue) is left out")
        case .recovered: break
        }
    }

    private func open(_ container: Container, at time: ChannelTime) {
        let begin = wallTime(time)
        name = RecordingNames.take(of: order.user, startedAt: begin, container: container)
        indexName = RecordingNames.index(of: order.user, startedAt: begin)
        index = UIDIndex(origin: time)
        index?.create(name, at: time)
        let (id, notices) = (order.id, notices)
        let summary = summary
        file = storage.create(order.directory + "/" + name) { failure in
            notices.yield(CaptureNotice(capture: id, kind: .failed(summary, failure)))
        }
        tell(.opened(self.summary))
    }

    private func started(_ format: TrackFormat, at time: ChannelTime) {
        if let size = format.pictureSize {
            video = format
            index?.video(name, width: size.width, height: size.height, rotation: 0, at: time)
        } else if let channelCount = format.channelCount {
            audio = format
            index?.audio(name, channelCount: channelCount, at: time)
        }
    }

    private func wallTime(_ time: ChannelTime) -> WallTime {
        order.wallOrigin + .nanoseconds(time.nanoseconds)
    }

    private func askForKeyframe() {
        let (loop, peer) = (order.mediaLoop, order.peer)
        loop.order { $0.requestKeyframes(of: peer) }
    }

    // MARK: - Telling

    private var summary: TakeSummary {
        let counters = take?.counters ?? TakeCounters()
        let start = take?.origin ?? ChannelTime(nanoseconds: 0)
        return TakeSummary(
            file: name, video: video, audio: audio, start: start, end: max(start, end), firstPicture: firstPicture,
            byteCount: byteCount, videoFrameCount: counters.videoSampleCount,
            audioFrameCount: counters.audioSampleCount,
            droppedFrameCount: counters.droppedAfterLoss + counters.droppedBeforeKeyframe,
            index: (indexName, index?.text ?? ""))
    }

    private func tell(_ kind: CaptureNotice.Kind) { notices.yield(CaptureNotice(capture: order.id, kind: kind)) }

    private func tellTrouble(_ text: String) { tell(.trouble(text)) }
}

/// A file that has all its writes, and waits for the disk.
struct ClosingTake: Sendable {
    var capture: CaptureID
    var file: StorageFile?
    var summary: TakeSummary?

    /// Waits for the disk and reports how it went.
    func report(to notices: AsyncStream<CaptureNotice>.Continuation) async {
        if let file, let summary {
            let failure = await finish(file)
            notices.yield(CaptureNotice(capture: capture, kind: .closed(summary, failure: failure)))
        }
        notices.yield(CaptureNotice(capture: capture, kind: .ended))
    }

    private func finish(_ file: StorageFile) async -> String? {
        do {
            try await file.finish()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
