public import Bytes
public import Codecs
public import Units

/// One file, from the first frame of one user to the moment it is closed.
///
/// It opens on the first packet of sound or the first keyframe, whichever comes first, and its timeline
/// begins there; the other track joins when it comes. Each sample lasts until the next one begins, so
/// nothing ever runs backwards or leaves a hole. What is in memory is written at least every
/// `longestFragment`, by the samples' time and by the time that passes. Holds no file and reads no clock: call
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
    /// How long a sample is held back for the next one to say where it ends.
    static let longestPending = Duration.milliseconds(250)

    public let settings: TakeSettings
    public private(set) var counters = TakeCounters()
    /// Where the file's timeline begins; nothing before the first sample.
    public private(set) var origin: ChannelTime?

    private var writer: ContainerWriter
    private var video = TakeTrack(usualDuration: 3_000)
    private var audio = TakeTrack(usualDuration: 960)
    private var format: TrackFormat?
    /// The origin in ticks of either track, rounded once.
    private var videoOrigin: Int64 = 0
    private var audioOrigin: Int64 = 0
    private var awaitsKeyframe = true
    private var droppedSinceKeyframe = 0
    private var isFinished = false
    private var hasRefused = false
    private var now = ChannelTime(nanoseconds: .min / 2)
    /// When the open fragment got its first sample.
    private var fragmentSince: ChannelTime?
    private var videoPendingSince = ChannelTime(nanoseconds: 0)
    private var audioPendingSince = ChannelTime(nanoseconds: 0)
    private var events: [TakeEvent] = []

    /// A take that has no sample yet, and is no file yet.
    public init(_ settings: TakeSettings) {
        self.settings = settings
        writer = ContainerWriter(
            settings.container, createdAtUnixMilliseconds: settings.createdAtUnixMilliseconds)
    }

    /// The next thing to do to the file.
    public mutating func nextWrite() -> FileWrite? { writer.nextWrite() }

    /// The next thing to tell.
    public mutating func nextEvent() -> TakeEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// Takes a picture that is shown from `time` on; pictures come in decode order.
    public mutating func video(_ frame: Frame, at time: ChannelTime) {
        guard isOpenFor(frame.codec == settings.video) else { return }
        now = max(now, time)
        guard isClean(frame, at: time) else { return }
        if frame.isKeyframe, !openVideo(frame, at: time) { return }
        let ticks = time.ticks(at: .video) - videoOrigin
        append(video.push(frame.bytes, at: ticks, isKeyframe: frame.isKeyframe), to: video.number)
        videoPendingSince = now
        // A fragment that begins with a keyframe is a place to seek to while the file grows.
        if frame.isKeyframe, writer.openFragmentDuration >= Self.shortestFragment { cut() }
        counters.videoSampleCount += 1
        counters.keyframeCount += frame.isKeyframe ? 1 : 0
        counters.payloadByteCount += frame.bytes.count
        cutIfDue()
    }

    /// Takes a packet of sound; packets come in order and directly after each other.
    public mutating func audio(_ packet: AudioPacket) {
        guard isOpenFor(settings.audio != nil), let format = settings.audio else { return }
        let time = ChannelTime(audioPosition: packet.position)
        open(at: time)
        let ticks = packet.position - audioOrigin
        guard ticks >= 0 else {
            counters.droppedOutside += 1
            return
        }
        if audio.number == nil { audio.number = start(format, timescale: .opus, at: time) }
        guard audio.number != nil else { return }
        now = max(now, time)
        append(audio.push(packet.bytes, at: ticks, isKeyframe: true), to: audio.number)
        audioPendingSince = now
        counters.audioSampleCount += 1
        counters.payloadByteCount += packet.bytes.count
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
        events.append(.closed(at: time))
    }
}

extension Take {
    /// Whether a picture can be decoded from what the file holds; what cannot is left out and counted.
    private mutating func isClean(_ frame: Frame, at time: ChannelTime) -> Bool {
        if frame.isKeyframe {
            if droppedSinceKeyframe > 0 {
                events.append(.recovered(droppedCount: droppedSinceKeyframe, at: time))
                droppedSinceKeyframe = 0
            }
            awaitsKeyframe = false
        } else if frame.isBroken, !awaitsKeyframe {
            awaitsKeyframe = true
            events.append(.keyframeNeeded(at: time))
        }
        guard awaitsKeyframe else { return true }
        if video.number == nil {
            counters.droppedBeforeKeyframe += 1
        } else {
            counters.droppedAfterLoss += 1
            droppedSinceKeyframe += 1
        }
        return false
    }

    /// Opens the file and its video track if need be; false if the keyframe does not say enough.
    private mutating func openVideo(_ frame: Frame, at time: ChannelTime) -> Bool {
        let found = TrackFormat(startingWith: frame)
        if video.number == nil {
            guard let found else {
                awaitsKeyframe = true
                counters.droppedBeforeKeyframe += 1
                return false
            }
            open(at: time)
            video.number = start(found, timescale: .video, at: time)
            guard video.number != nil else { return false }
        } else if let found, let size = found.pictureSize, let old = format?.pictureSize, size != old {
            events.append(.resized(width: size.width, height: size.height, at: time))
        }
        format = found ?? format
        return true
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
        events.append(.opened(settings.container, at: time))
    }

    /// Announces a track to the writer before its first sample; nothing if the file cannot hold it any more.
    private mutating func start(_ format: TrackFormat, timescale: ClockRate, at time: ChannelTime) -> Int? {
        guard let number = writer.addTrack(format, timescale: timescale) else {
            counters.droppedForeign += 1
            if !hasRefused { events.append(.trackRefused(format.codec)) }
            hasRefused = true
            return nil
        }
        events.append(.trackStarted(format, at: time))
        return number
    }

    private mutating func leaveOut(_ count: WritableKeyPath<TakeCounters, Int>) {
        counters[keyPath: count] -= 1
        counters.droppedOutside += 1
    }

    private mutating func append(_ sample: Sample?, to number: Int?) {
        guard let sample, let number else { return }
        if fragmentSince == nil { fragmentSince = now }
        writer.append(sample, track: number)
    }

    private mutating func cutIfDue() {
        guard let since = fragmentSince else { return }
        guard now - since >= Self.longestFragment || writer.openFragmentDuration >= Self.widestFragment else { return }
        cut()
    }

    private mutating func cut() {
        guard fragmentSince != nil else { return }
        fragmentSince = nil
        counters.fragmentCount += 1
        writer.cutFragment()
    }
}

extension ChannelTime {
    /// The place of a sample at 48 kHz, which is 62500/3 ns long.
    public init(audioPosition position: Int64) { self.init(nanoseconds: (position * 62_500 + 1) / 3) }
}
