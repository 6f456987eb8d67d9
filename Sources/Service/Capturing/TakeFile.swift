import AV
import Bytes
import Capture
import Codecs
import Storage
import Units

/// One file, from what is decided before its first frame to its last write.
///
/// A class, because it is changed in place by the worker that owns it; no other thread sees it.
final class TakeFile {
    let cause: TakeCause
    private(set) var take: Take
    /// Whether a keyframe is wanted; whoever asks for one takes the wish back.
    var wantsKeyframe = false

    private let lane: Lane
    private let context: CaptureContext
    private let clock: RecordedClock
    private let index: UserIndex
    /// Since when a picture is waited for.
    private let awaited: ChannelTime
    private var sound: SoundPath?
    private var file: StorageFile?
    /// The streams beside it.
    private var recovery: [RecoveryStreams.Stream: StorageFile] = [:]
    private var name = ""
    private(set) var byteCount = 0
    private var video: TrackFormat?
    private var audio: TrackFormat?
    private var firstPicture: ChannelTime?
    /// Up to when it goes.
    private(set) var end = ChannelTime(nanoseconds: 0)
    /// When it began on the channel's timeline, which goes on in pauses.
    private var begin = ChannelTime(nanoseconds: 0)

    /// All times are recorded ones, as `clock` counts them.
    init(
        _ take: Take, sound: consuming SoundPath?, cause: TakeCause, awaitedSince awaited: ChannelTime, lane: Lane,
        index: UserIndex, context: CaptureContext, clock: RecordedClock
    ) {
        self.clock = clock
        self.take = take
        self.sound = sound
        self.cause = cause
        self.awaited = awaited
        self.lane = lane
        self.index = index
        self.context = context
    }

    /// Whether it is on the disk, or about to be.
    var isOpen: Bool { file != nil }
    /// Whether the disk refused some of it, so that nothing more will be in it.
    var hasFailed: Bool { file?.hasFailed ?? false }
    /// Whether the disk has taken some of it.
    var isOnDisk: Bool { file?.isOnDisk ?? false }
    /// Whether it holds any picture.
    var hasPictures: Bool { firstPicture != nil }
    var hasSound: Bool { take.settings.audio != nil }
    /// Whether the encoder of its sound failed, so that no more of it comes in.
    private(set) var soundHasFailed = false

    // MARK: - Going on

    /// Takes a picture; false if the file cannot go on with it.
    func video(_ frame: Frame, at time: ChannelTime) -> Bool {
        let before = take.counters.videoSampleCount
        guard take.video(frame, at: time) else { return false }
        if firstPicture == nil, take.counters.videoSampleCount > before { firstPicture = time }
        pump()
        return true
    }

    /// Takes a packet of sound.
    func sound(_ frame: Frame, at time: ChannelTime) {
        sound?.push(frame, at: time)
        pump()
    }

    /// Writes what has waited long enough, and makes silence where nothing came; nothing while it is in doubt whether
    /// the file goes on.
    func advance(to time: ChannelTime, isInDoubt: Bool) {
        if !isInDoubt { sound?.advance(to: time) }
        pump()
        take.advance(to: time)
        if !isInDoubt { end = max(end, time) }
        pump()
    }

    /// Ends the file; its sound goes no further than `soundEnd`, unless it has already.
    func finish(at time: ChannelTime, soundEnd: ChannelTime? = nil) {
        let time = max(time, take.origin ?? time)
        sound?.finish(at: max(soundEnd ?? time, take.origin ?? time))
        pump()
        take.finish(at: time)
        end = time
        pump()
    }

    /// Adds to the file's story.
    func note(_ body: (inout TakeStory) -> Void) { body(&take.story) }

    /// Adds to the index of what happened to it, if it has begun.
    func mark(_ line: (inout UIDIndex, String) -> Void) {
        guard isOpen else { return }
        index.add { line(&$0, name) }
    }

    /// What is left to do after `finish`: wait for the disk, then report.
    var closing: ClosingTake? {
        file.map {
            ClosingTake(
                capture: context.order.id, file: $0, recovery: Array(recovery.values), storage: context.storage,
                summary: summary(withProof: true))
        }
    }

    /// Reports how it goes on, if it has begun.
    func report(withProof: Bool) {
        if isOpen { tell(.progress(summary(withProof: withProof))) }
    }

    /// Moves sound into the take, and what the take asks for to storage.
    private func pump() {
        while let packet = sound?.nextPacket() { take.audio(packet) }
        noteSoundFailure()
        while let event = take.nextEvent() { handle(event) }
        while let write = take.nextWrite() {
            if case .append(let bytes) = write { byteCount += bytes.count }
            file?.write(write)
        }
        while let (stream, write) = take.nextRecoveryWrite() { recoveryFile(of: stream)?.write(write) }
    }

    /// Tells once that no more sound comes into the file.
    private func noteSoundFailure() {
        guard let failure = sound?.failure, !soundHasFailed else { return }
        soundHasFailed = true
        tell(.trouble("\(name) has no more sound of user \(context.order.user): \(failure)"))
    }

    /// The file of a stream beside this one; nothing before this one has begun.
    private func recoveryFile(of stream: RecoveryStreams.Stream) -> StorageFile? {
        if let known = recovery[stream] { return known }
        guard let file else { return nil }
        let context = context
        let made = context.storage.create(file.path + "." + stream.fileExtension) { failure in
            context.tell(.trouble("the recovery stream is incomplete: \(failure)"))
        }
        recovery[stream] = made
        return made
    }

    // MARK: - What the take tells

    private func handle(_ event: TakeEvent) {
        switch event {
        case .opened(let container, let time): open(container, at: time)
        case .trackStarted(let format, let rotation, let time): started(format, rotation, at: time)
        case .rotated(let rotation, let time):
            mark { $0.rotate($1, rotation: rotation.rawValue, at: time) }
            tell(.happened(type: "rotated", detail: "\(name) by \(rotation.rawValue)°"))
        case .resized(let width, let height, let time):
            mark { $0.resize($1, width: width, height: height, at: time) }
            tell(.happened(type: "resized", detail: "\(name) to \(width)×\(height)"))
        case .keyframeNeeded: wantsKeyframe = true
        case .recovered: break
        case .trackRefused(let codec):
            tell(.trouble("\(name) has no room for another track any more: \(codec.rawValue) is left out"))
        case .closed(let time): mark { $0.close($1, at: time) }
        }
    }

    private func open(_ container: Container, at time: ChannelTime) {
        begin = clock.channelTime(ofRecorded: time)
        let wall = context.order.wallTime(begin)
        name = context.order.takeName(lane: lane, startedAt: wall, container: container)
        let context = context
        let summary = summary(withProof: false)
        file = context.storage.create(context.order.directory + "/" + name) { failure in
            context.tell(.failed(summary, failure))
        }
        index.begin(at: time, wall)
        mark { $0.create($1, at: time, isCodecSwitch: self.cause == .codecswitch) }
        tell(.opened(self.summary(withProof: false)))
    }

    private func started(_ format: TrackFormat, _ rotation: Rotation, at time: ChannelTime) {
        if let size = format.pictureSize {
            video = format
            mark {
                $0.video($1, width: size.width, height: size.height, rotation: rotation.rawValue, at: time)
            }
        } else if let channelCount = format.channelCount {
            audio = format
            mark { $0.audio($1, channelCount: channelCount, at: time) }
        }
    }

    // MARK: - Telling

    private func summary(withProof: Bool) -> TakeSummary {
        let length = max(.zero, end - (take.origin ?? end))
        return TakeSummary(
            file: name, lane: lane, cause: cause, video: video, audio: audio, start: begin, end: begin + length,
            firstPictureDelay: firstPicture.map { max(.zero, $0 - awaited) }, byteCount: byteCount,
            videoFrameCount: take.counters.videoSampleCount, audioFrameCount: take.counters.audioSampleCount,
            droppedFrameCount: take.counters.droppedAfterLoss + take.counters.droppedBeforeKeyframe,
            proof: withProof ? proof : nil)
    }

    private var proof: TakeProof {
        let counters = sound?.counters ?? SoundCounters()
        take.story.concealed = .milliseconds(SoundCounters.milliseconds(counters.concealedSampleCount))
        take.story.recovered = .milliseconds(SoundCounters.milliseconds(counters.recoveredSampleCount))
        take.story.silent = .milliseconds(SoundCounters.milliseconds(counters.silentSampleCount))
        take.story.leftOut = .milliseconds(SoundCounters.milliseconds(counters.cutSampleCount))
        take.story.malformedSoundPacketCount = counters.malformedPacketCount
        return take.story.proof
    }

    private func tell(_ kind: CaptureNotice.Kind) { context.tell(kind) }
}

/// A file that has all its writes, and waits for the disk.
struct ClosingTake: Sendable {
    var capture: CaptureID
    var file: StorageFile
    /// The streams beside it, which nobody needs once it is whole.
    var recovery: [StorageFile]
    var storage: StorageThreads
    var summary: TakeSummary

    /// Waits for the disk and reports how it went.
    func report(to notices: AsyncStream<CaptureNotice>.Continuation) async {
        var failure: StorageError?
        do {
            try await file.finish()
        } catch let error as StorageError {
            failure = error
        } catch {
            failure = StorageError(verb: "finish", path: file.path, code: 0)
        }
        for stream in recovery {
            _ = try? await stream.finish()
            if failure == nil { try? await storage.delete(stream.path) }
        }
        notices.yield(CaptureNotice(capture: capture, kind: .closed(summary, failure: failure)))
    }
}
