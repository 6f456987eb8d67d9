import Capture
import Codecs
import SDP
import Storage
import Units

/// One user's files of one kind, one after the other: decides when one ends and another begins.
///
/// A class, because it is changed in place by the worker that owns it; no other thread sees it.
final class TakeLane {
    /// So many files are begun anew because the encoder of their sound failed.
    private static let lostEncoderLimit = 2

    let lane: Lane
    /// Whether its files are of MP3, whatever else is made of the same sound.
    let isMP3: Bool
    let index: UserIndex
    /// The file that goes on; it may not have begun yet.
    private(set) var file: TakeFile?

    private let context: CaptureContext
    private let clock: RecordedClock
    /// Since when another file should follow the one that goes on; nothing if it need not.
    private var dueSince: ChannelTime?
    /// The pictures and the sound that are expected: what was agreed on, until some come.
    private var pictures: Codec?
    private var sound: (isExpected: Bool, channelCount: Int?, isStereo: Bool) = (false, nil, false)
    /// Why the next file begins.
    private var nextCause: TakeCause
    /// Since when a file is waited for.
    private var awaited: ChannelTime
    /// Where the sound that was taken ends.
    private var soundEnd = ChannelTime(nanoseconds: .min / 2)
    /// Nothing is written for a while, since the disk refused it.
    private var pause: WritePause?
    /// What failed once is not tried with every frame.
    private var soundFailed = false
    /// How many files were to be followed by another because the encoder of their sound failed.
    private var lostEncoderCount = 0
    /// Codecs whose container is another than was asked for, and that this was told of.
    private var toldCodecs: Set<Codec> = []
    private var closings: [ClosingTake] = []

    /// All times are recorded ones, as `clock` counts them.
    init(
        _ lane: Lane, isMP3: Bool = false, index: UserIndex, context: CaptureContext, clock: RecordedClock,
        at now: ChannelTime
    ) {
        self.lane = lane
        self.isMP3 = isMP3
        self.clock = clock
        self.index = index
        self.context = context
        nextCause = context.order.cause
        awaited = now
    }

    // MARK: - What is expected

    /// The user may send this from `now` on; it comes here if it is wanted.
    func expect(_ media: NegotiatedMedia, isWanted: Bool, at now: ChannelTime) {
        if file == nil { awaited = max(awaited, now) }
        switch media.kind {
        case .video: pictures = isWanted ? media.codec : nil
        case .audio:
            sound.isExpected = isWanted
            sound.isStereo = media.isStereo
        }
    }

    /// Has the file that goes on followed by another as soon as that can be.
    func rollOver() { if let file, file.isOpen { dueSince = dueSince ?? file.end } }

    /// A frame has come that is to be placed soon: what it is goes before what was agreed on.
    func foresee(_ frame: Frame) {
        switch frame.codec.kind {
        case .video: if file == nil { pictures = frame.codec }
        case .audio:
            guard file == nil || sound.channelCount == nil else { return }
            sound.channelCount = frame.codec == .opus ? Opus.channelCount(of: frame.bytes) : 1
        }
    }

    // MARK: - Frames

    /// Takes a picture.
    func video(_ frame: Frame, at time: ChannelTime) {
        guard !isPaused(at: time) else { return }
        let open = file ?? begin(for: frame.codec, at: time)
        guard let open else { return }
        if let cause = reason(toEnd: open, before: frame) {
            guard frame.isKeyframe else {
                if cause == .chunk {
                    _ = open.video(frame, at: time)
                    return
                }
                open.wantsKeyframe = true
                return
            }
            replace(open, because: cause, with: frame.codec, at: time)
            _ = file?.video(frame, at: time)
        } else if !open.video(frame, at: time) {
            replace(open, because: .full, with: frame.codec, at: time)
            _ = file?.video(frame, at: time)
        }
    }

    /// Takes a packet of sound.
    func audio(_ frame: Frame, at time: ChannelTime) {
        guard !isPaused(at: time) else { return }
        let open = file ?? begin(for: pictures, at: time)
        guard var open else { return }
        if isOverdue(open, at: time) {
            replace(open, because: .chunk, with: open.take.settings.video, at: time)
            guard let next = file else { return }
            next.wantsKeyframe = open.hasPictures
            open = next
        }
        if !open.hasSound, !soundFailed {
            // The user had no sound when the file was begun.
            replace(open, because: .full, with: open.take.settings.video, at: time)
            guard let next = file else { return }
            next.wantsKeyframe = open.hasPictures
            open = next
        }
        open.sound(frame, at: time)
        soundEnd = max(soundEnd, time + Self.duration(of: frame))
    }

    /// Writes what has waited long enough.
    func advance(to time: ChannelTime, isInDoubt: Bool) {
        leaveFailedFile(at: time)
        noteResumed(at: time)
        file?.advance(to: time, isInDoubt: isInDoubt)
        watchSize(at: time)
        watchSound(at: time)
    }

    /// Has another file follow one whose sound can be encoded no more: with another encoder it may go on.
    private func watchSound(at time: ChannelTime) {
        guard dueSince == nil, let file, file.isOpen, file.soundHasFailed,
            lostEncoderCount < Self.lostEncoderLimit
        else { return }
        lostEncoderCount += 1
        followSoon(file, at: time)
    }

    // MARK: - Long and big files

    /// Asks for a keyframe when the file is as long or as big as it should be: another can begin only there.
    private func watchSize(at time: ChannelTime) {
        guard dueSince == nil, let file, file.isOpen, let origin = file.take.origin,
            context.order.chunk.isDue(length: time - origin, byteCount: file.byteCount)
        else { return }
        followSoon(file, at: time)
    }

    /// Another file follows this one from the next keyframe on.
    private func followSoon(_ file: TakeFile, at time: ChannelTime) {
        dueSince = time
        if file.hasPictures { file.wantsKeyframe = true }
    }

    /// Whether the file should have ended, and no keyframe is to be waited for.
    private func isOverdue(_ file: TakeFile, at time: ChannelTime) -> Bool {
        guard let dueSince, file.isOpen else { return false }
        return !file.hasPictures || time - dueSince >= ChunkRule.longestWait
    }

    // MARK: - A disk that refuses

    /// Ends a file that the disk took no more of; another is begun when the disk may take one.
    private func leaveFailedFile(at time: ChannelTime) {
        guard let file, file.hasFailed else { return }
        let before = pause
        close(at: time, next: .storage)
        pause = before ?? WritePause(at: time)
        if before != nil { pause?.prolong(at: time) }
    }

    /// Whether a frame has to be left out, because the disk is not tried yet.
    private func isPaused(at time: ChannelTime) -> Bool {
        guard file == nil, let pause else { return false }
        let isOver = time >= pause.until && context.order.disk.hasRoom
        if !isOver { self.pause?.frameCount += 1 }
        return !isOver
    }

    /// Tells that the disk takes files again, once it took something of the one that was begun after a pause.
    private func noteResumed(at time: ChannelTime) {
        guard let pause, let file, file.isOnDisk, !file.hasFailed else { return }
        self.pause = nil
        let seconds = Double((time - pause.since).wholeMilliseconds) / 1000
        tell(
            .happened(
                type: "writeResumed", detail: "after \(seconds) s; \(pause.frameCount) frames are in no file"))
    }

    // MARK: - The end of a file

    /// Ends the file at `time`; if anything comes later, another begins because of `cause`.
    func close(at time: ChannelTime, next cause: TakeCause) {
        awaited = time
        dueSince = nil
        guard let file else { return }
        file.finish(at: time)
        retire(file)
        // A cause is only one if there was a file before.
        if file.isOpen { nextCause = cause }
        self.file = nil
    }

    /// Files that have all their writes, and were not taken before.
    func takeClosings() -> [ClosingTake] {
        defer { closings = [] }
        return closings
    }

    /// The user is here again: what is waited for now is waited for from here on.
    func wait(from time: ChannelTime) { if file == nil { awaited = max(awaited, time) } }

    /// Why a file cannot go on with a picture; nothing if it can.
    private func reason(toEnd open: TakeFile, before frame: Frame) -> TakeCause? {
        guard let codec = open.take.settings.video else { return .full }
        // Without pictures in it, there is nothing that the new ones could go on from.
        guard codec == frame.codec else { return open.hasPictures ? .codecswitch : .full }
        if dueSince != nil, open.hasPictures { return .chunk }
        guard lane == .picture, frame.isKeyframe, let size = TrackFormat(startingWith: frame)?.pictureSize else {
            return nil
        }
        let old = open.take.pictureSize
        return old == nil || old == size ? nil : .resolution
    }

    /// Ends a file and begins another at `time`.
    ///
    /// Pictures take longer than sound to come: what is there of it already belongs to the first file, which therefore
    /// ends a little later than the other begins.
    private func replace(_ open: TakeFile, because cause: TakeCause, with codec: Codec?, at time: ChannelTime) {
        let end = max(time, min(soundEnd, time + .seconds(1)))
        let old = open.take.settings.video
        close(at: end, next: cause)
        awaited = time
        file = begin(for: codec, at: time)
        if cause == .codecswitch, let old, let codec {
            tell(.happened(type: "codecswitch", detail: "\(old.rawValue) to \(codec.rawValue)"))
        }
    }

    private func retire(_ file: TakeFile) {
        if let closing = file.closing { closings.append(closing) }
    }

    // MARK: - The beginning of a file

    private func begin(for codec: Codec?, at time: ChannelTime) -> TakeFile? {
        let codec = lane == .sound || isMP3 ? nil : codec ?? pictures
        let wantsSound = lane != .picture && sound.isExpected && !soundFailed
        guard codec != nil || wantsSound else { return nil }
        let files = context.order.files
        let plan = plan(for: codec)
        if let codec, let refusal = plan.refusal, toldCodecs.insert(codec).inserted {
            tell(
                .happened(
                    type: "containerFallback",
                    detail: "\(refusal.reason); the file is \(plan.container.rawValue) so that nothing is lost"))
        }
        let path = wantsSound ? makeSound(plan.sound) : nil
        let format = Self.format(of: path)
        guard codec != nil || format != nil else { return nil }
        let settings = TakeSettings(
            video: codec, audio: format, container: plan.container, onLoss: files.onLoss,
            hasRecoveryStreams: files.hasRecoveryStreams,
            createdAtUnixMilliseconds: context.order.wallTime(clock.channelTime(ofRecorded: time)).unixMilliseconds)
        file = TakeFile(
            Take(settings), sound: path, cause: nextCause, awaitedSince: awaited, lane: lane, index: index,
            context: context, clock: clock)
        return file
    }

    private func plan(for codec: Codec?) -> FilePlan {
        let files = context.order.files
        if isMP3 { return .mp3(files.mp3Rate) }
        if lane == .sound { return .legacySound }
        return FilePlan(video: codec, choice: files.container, keepsOpus: files.audio == .opus)
    }

    private func makeSound(_ form: SoundForm) -> SoundPath? {
        do {
            return try context.makeSound(sound.channelCount ?? (sound.isStereo ? 2 : 1), form)
        } catch {
            soundFailed = true
            tell(.trouble("no sound of user \(context.order.user): \(error)"))
            return nil
        }
    }

    private static func format(of path: borrowing SoundPath?) -> TrackFormat? {
        switch path {
        case .some(let path): path.format
        case .none: nil
        }
    }

    private static func duration(of frame: Frame) -> Duration {
        let ticks: Int64
        let rate: ClockRate
        switch frame.codec {
        case .opus: (ticks, rate) = (Int64(Opus.sampleCount(of: frame.bytes) ?? 0), .opus)
        // One octet a tick: 8 kHz of 8 bits, or of G.722 two of 4 (RFC 3551 §4.5.2).
        case .pcmu, .pcma, .g722: (ticks, rate) = (Int64(frame.bytes.count), .telephone)
        case .h264, .h265, .vp8, .vp9, .av1, .aac, .mp3: return .zero
        }
        return .nanoseconds(MediaTime(ticks: ticks, rate: rate).rescaled(to: ClockRate(1_000_000_000)).ticks)
    }

    private func tell(_ kind: CaptureNotice.Kind) { context.tell(kind) }
}
