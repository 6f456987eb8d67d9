public import Bytes
public import Codecs
public import Units

/// One file, from the first frame of one user to the moment it is closed.
///
/// It opens on the first packet of sound or the first keyframe, whichever comes first, and its timeline
/// begins there; the other track joins when it comes. Each sample lasts until the next one begins, so
/// nothing ever runs backwards or leaves a hole. What is in memory is written at least every
/// `longestFragment`, by the samples' time and by the time that passes; only the beginning waits for a second
/// track, up to `longestOpening`. Holds no file and reads no clock: call
/// `advance` every 100 ms or so, and after each call perform `nextWrite` until it returns nothing.
public struct Take: Sendable {
    /// How much an open fragment may hold, and how long.
    ///
    /// A killed process loses this, and the samples held back for as long again.
    public static let longestFragment = Duration.milliseconds(300)
    /// A keyframe does not end a fragment that is shorter: a stream of nothing else would cut them all.
    static let shortestFragment = Duration.milliseconds(100)
    /// How much of the timeline a fragment may span; more than `longestFragment`, because one track may lag.
    static let widestFragment = Duration.milliseconds(500)
    /// How long the first fragment waits for a track that is expected and has not come.
    ///
    /// To name it later costs syncs, during which nothing more is written to the file.
    static let longestOpening = Duration.milliseconds(600)
    /// How long a sample is held back for the next one to say where it ends.
    static let longestPending = Duration.milliseconds(250)

    public let settings: TakeSettings
    public private(set) var counters = TakeCounters()
    /// What happened to it; its owner adds what it hears of the way there.
    public var story = TakeStory()
    /// Where the file's timeline begins; nothing before the first sample.
    public private(set) var origin: ChannelTime?

    private var writer: ContainerWriter
    private var recovery: RecoveryStreams?
    private var video = TakeTrack(usualDuration: 3_000)
    private var audio = TakeTrack(usualDuration: 960)
    private var format: TrackFormat?
    /// The origin in ticks of either track, rounded once.
    private var videoOrigin: Int64 = 0
    private var audioOrigin: Int64 = 0
    private var order = DecodeOrder()
    /// How far pictures are to be turned; nothing before one of them says so.
    private var rotation: Rotation?
    /// The stamp of the keyframe that the file opened on, until the next one.
    private var openingStamp: Int64?
    private var asksForKeyframe = false
    /// How many pictures were left out since the last one that was not.
    private var droppedInARow = 0
    private var isFinished = false
    private var hasRefused = false
    private var now = ChannelTime(nanoseconds: .min / 2)
    /// When the open fragment got its first sample.
    private var fragmentSince: ChannelTime?
    private var openPictureCount = 0
    private var openSoundCount = 0
    private var videoPendingSince = ChannelTime(nanoseconds: 0)
    private var audioPendingSince = ChannelTime(nanoseconds: 0)
    private var events: [TakeEvent] = []

    /// The size of the pictures; nothing before the first.
    public var pictureSize: PictureSize? { format?.pictureSize }

    /// A take that has no sample yet, and is no file yet.
    public init(_ settings: TakeSettings) {
        self.settings = settings
        writer = ContainerWriter(
            settings.container, createdAtUnixMilliseconds: settings.createdAtUnixMilliseconds)
        recovery = settings.hasRecoveryStreams ? RecoveryStreams(settings) : nil
    }

    /// The next thing to do to the file.
    public mutating func nextWrite() -> FileWrite? { writer.nextWrite() }

    /// The next thing to do to one of the streams beside the file.
    public mutating func nextRecoveryWrite() -> (stream: RecoveryStreams.Stream, write: FileWrite)? {
        recovery?.nextWrite()
    }

    /// The next thing to tell.
    public mutating func nextEvent() -> TakeEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// Takes a picture that is shown from `time` on; pictures come in decode order.
    ///
    /// Returns false, having done nothing, if the file cannot go on with it: another one must begin on this keyframe.
    @discardableResult
    public mutating func video(_ frame: Frame, at time: ChannelTime) -> Bool {
        guard isOpenFor(frame.codec == settings.video) else { return true }
        now = max(now, time)
        guard isWanted(frame, at: time) else { return true }
        if frame.isKeyframe, video.number == nil {
            guard let found = TrackFormat(startingWith: frame) else {
                leaveOutEarly()
                return true
            }
            guard openVideo(frame, found, at: time) else { return false }
        }
        guard push(frame, at: time) else { return false }
        turn(frame.rotation, at: time)
        return true
    }

    /// Takes a packet of sound; packets come in order and directly after each other.
    public mutating func audio(_ packet: AudioPacket) {
        guard isOpenFor(settings.audio != nil), let format = settings.audio else { return }
        let time = ChannelTime(audioPosition: packet.position)
        guard origin == nil || packet.position >= audioOrigin else {
            counters.droppedOutside += 1
            return
        }
        guard audio.number != nil || start(format, in: \.audio, timescale: .opus, at: time) else {
            refuse(format.codec)
            return
        }
        let ticks = packet.position - audioOrigin
        now = max(now, time)
        append(audio.push(packet.bytes, at: ticks, isKeyframe: true), to: audio.number)
        audioPendingSince = now
        counters.audioSampleCount += 1
        counters.payloadByteCount += packet.bytes.count
        story.sound(byteCount: packet.bytes.count, at: time)
        cutIfDue()
    }

    /// Notes that it is `time` now, and writes what has waited long enough.
    public mutating func advance(to time: ChannelTime) {
        guard !isFinished else { return }
        now = max(now, time)
        if now - videoPendingSince >= Self.longestPending { append(video.releasePending(), to: video.number) }
        if now - audioPendingSince >= Self.longestPending { append(audio.releasePending(), to: audio.number) }
        cutIfDue()
    }

    /// Ends the file at `time`: both tracks end there, and nothing follows but taking the writes.
    ///
    /// A take that never had a sample stays empty.
    public mutating func finish(at time: ChannelTime) {
        guard !isFinished else { return }
        isFinished = true
        guard origin != nil else { return }
        let (videoEnd, audioEnd) = (time.ticks(at: .video) - videoOrigin, time.ticks(at: .opus) - audioOrigin)
        if video.dropPending(beginningFrom: videoEnd) { leaveOut(\.videoSampleCount) }
        if audio.dropPending(beginningFrom: audioEnd) { leaveOut(\.audioSampleCount) }
        append(video.endPending(at: videoEnd), to: video.number)
        append(audio.endPending(at: audioEnd), to: audio.number)
        if let number = video.number { writer.holdLast(track: number, until: videoEnd) }
        if let number = audio.number { writer.holdLast(track: number, until: audioEnd) }
        cut()
        writer.finish()
        story.ended(at: time)
        events.append(.closed(at: time))
    }
}

extension Take {
    /// Whether a picture belongs in the file; what does not is left out and counted.
    private mutating func isWanted(_ frame: Frame, at time: ChannelTime) -> Bool {
        if frame.isKeyframe { return true }
        guard video.number != nil, openingStamp.map({ frame.ticks >= $0 }) ?? true else {
            // Without a keyframe, or shown before the one that the file opened on.
            if video.number == nil { askForKeyframe(at: time) }
            leaveOutEarly()
            return false
        }
        guard frame.isBroken else { return true }
        askForKeyframe(at: time)
        guard settings.onLoss == .hold else { return true }
        counters.droppedAfterLoss += 1
        droppedInARow += 1
        story.picture(.dropped, byteCount: 0, at: time)
        return false
    }

    private mutating func askForKeyframe(at time: ChannelTime) {
        guard !asksForKeyframe else { return }
        asksForKeyframe = true
        events.append(.keyframeNeeded(at: time))
    }

    private mutating func leaveOutEarly() {
        counters.droppedBeforeKeyframe += 1
        story.earlyPictureCount += 1
    }

    /// Begins the video track, and with it the file if need be; false if it has no room for it.
    private mutating func openVideo(_ frame: Frame, _ found: TrackFormat, at time: ChannelTime) -> Bool {
        rotation = rotation ?? frame.rotation
        guard start(found, in: \.video, timescale: .video, at: time) else { return false }
        format = found
        order.announce(depth: found.maximumReorderedPictures ?? 0)
        openingStamp = frame.ticks
        noteSize(found, at: time)
        story.rotated(rotation ?? .none, at: time)
        return true
    }

    /// Sees to it that the file can go on with a keyframe whose sample begins at `ticks`; false if it cannot.
    private mutating func follow(_ frame: Frame, beginningAt ticks: Int64, at time: ChannelTime) -> Bool {
        if frame.ticks != openingStamp { openingStamp = nil }
        guard let number = video.number, let found = TrackFormat(startingWith: frame), found != format else {
            return true
        }
        // What comes before the change must be written before the writer hears of it.
        append(video.endPending(at: ticks), to: number)
        cut()
        guard writer.changeFormat(found, track: number) else { return false }
        if let size = found.pictureSize, size != format?.pictureSize {
            events.append(.resized(width: size.width, height: size.height, at: time))
            noteSize(found, at: time)
        }
        format = found
        order.announce(depth: found.maximumReorderedPictures ?? 0)
        return true
    }

    private mutating func noteSize(_ format: TrackFormat, at time: ChannelTime) {
        if let size = format.pictureSize { story.resized(size, at: time) }
    }

    /// The camera is held like this from now on, if the frame says so.
    private mutating func turn(_ found: Rotation?, at time: ChannelTime) {
        guard let found, found != rotation else { return }
        let isNews = found != rotation ?? .none
        rotation = found
        guard isNews else { return }
        events.append(.rotated(found, at: time))
        story.rotated(found, at: time)
    }

    private mutating func push(_ frame: Frame, at time: ChannelTime) -> Bool {
        let place = order.place(
            stamp: frame.ticks, ticks: time.ticks(at: .video) - videoOrigin, isKeyframe: frame.isKeyframe)
        if frame.isKeyframe, !follow(frame, beginningAt: place.decodeTicks, at: time) { return false }
        if frame.isKeyframe || !frame.isBroken { asksForKeyframe = false }
        if droppedInARow > 0 {
            events.append(.recovered(droppedCount: droppedInARow, at: time))
            droppedInARow = 0
        }
        let before = video.push(
            frame.bytes, at: place.decodeTicks, compositionOffset: place.compositionOffsetTicks,
            isKeyframe: frame.isKeyframe)
        append(before, to: video.number)
        videoPendingSince = now
        // A fragment that begins with a keyframe is a place to seek to while the file grows. GStreamer 1.22 loses pictures
        // of AV1 behind one that has a single picture.
        let isLongEnough = writer.openFragmentDuration >= Self.shortestFragment && openPictureCount != 1
        if frame.isKeyframe, isLongEnough, !isOpening { cut() }
        count(frame, at: time)
        cutIfDue()
        return true
    }

    private mutating func count(_ frame: Frame, at time: ChannelTime) {
        counters.videoSampleCount += 1
        counters.keyframeCount += frame.isKeyframe ? 1 : 0
        counters.brokenSampleCount += frame.isBroken ? 1 : 0
        counters.payloadByteCount += frame.bytes.count
        story.picture(
            frame.isBroken ? .broken : frame.isRepaired ? .repaired : .whole, byteCount: frame.bytes.count, at: time)
    }

    private mutating func isOpenFor(_ isOurs: Bool) -> Bool {
        if isFinished {
            counters.droppedOutside += 1
        } else if !isOurs {
            counters.droppedForeign += 1
        }
        return isOurs && !isFinished
    }

    private mutating func open(at time: ChannelTime) {
        guard origin == nil else { return }
        origin = time
        videoOrigin = time.ticks(at: .video)
        audioOrigin = time.ticks(at: .opus)
        story.began(at: time)
        events.append(.opened(settings.container, at: time))
    }

    /// Announces a track to the writer before its first sample; false if the file cannot hold it any more.
    private mutating func start(
        _ format: TrackFormat, in track: WritableKeyPath<Take, TakeTrack>, timescale: ClockRate, at time: ChannelTime
    ) -> Bool {
        let turn = format.pictureSize == nil ? .none : rotation ?? .none
        guard let number = writer.addTrack(format, timescale: timescale, rotation: turn) else { return false }
        self[keyPath: track].number = number
        open(at: time)
        // Nothing happens to a file before it begins, even if its first picture was taken a little earlier.
        events.append(.trackStarted(format, rotation: turn, at: max(time, origin ?? time)))
        return true
    }

    private mutating func refuse(_ codec: Codec) {
        counters.droppedForeign += 1
        if !hasRefused { events.append(.trackRefused(codec)) }
        hasRefused = true
    }

    private mutating func leaveOut(_ count: WritableKeyPath<TakeCounters, Int>) {
        counters[keyPath: count] -= 1
        counters.droppedOutside += 1
    }

    private mutating func append(_ sample: Sample?, to number: Int?) {
        guard let sample, let number else { return }
        if fragmentSince == nil { fragmentSince = now }
        if number == video.number { openPictureCount += 1 } else { openSoundCount += 1 }
        recovery?.append(sample, isPicture: number == video.number)
        writer.append(sample, track: number)
    }

    private mutating func cutIfDue() {
        guard let since = fragmentSince else { return }
        let (time, width) =
            isOpening ? (Self.longestOpening, Self.longestOpening) : (Self.longestFragment, Self.widestFragment)
        guard now - since >= time || writer.openFragmentDuration >= width else { return }
        cut()
    }

    /// Whether the file is not begun, and a track that should be in it from the beginning is missing.
    private var isOpening: Bool {
        counters.fragmentCount == 0 && settings.video != nil && settings.audio != nil
            && (openPictureCount == 0 || openSoundCount == 0)
    }

    private mutating func cut() {
        guard fragmentSince != nil else { return }
        fragmentSince = nil
        (openPictureCount, openSoundCount) = (0, 0)
        counters.fragmentCount += 1
        writer.cutFragment()
        recovery?.cut()
    }
}

extension ChannelTime {
    /// The place of a sample at 48 kHz, which is 62500/3 ns long.
    public init(audioPosition position: Int64) { self.init(nanoseconds: (position * 62_500 + 1) / 3) }
}
