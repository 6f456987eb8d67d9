import AV
import Capture
import Channel
import SDP
import Storage
import Units

/// What a worker must know to capture one user for as long as the recording lasts.
struct CaptureOrder: Sendable {
    var id: CaptureID
    var user: UserID
    var directory: String
    /// The moment that is zero on the channel's timeline, and the same on the wall clock.
    var origin: Instant
    var wallOrigin: WallTime
    var files: FileChoices
    var onPause = OnPause.cut
    /// Why the user's first file is begun.
    var cause = TakeCause.first
    /// What the disk below the directory is like.
    var disk = DiskState()
    /// What of the user is recorded at first, and the pauses that were before.
    var selection = CaptureSelection()
    var pauses = PauseLog()
    /// When another file is begun; nothing if it never is for its length or size.
    var chunk = ChunkRule()
    /// What files are called.
    var names = NameTemplate.usual
    var channel = ""
    var recording = ""
    /// Where the user's frames can be watched.
    var tap = FrameTap()

    /// A moment on the channel's timeline.
    func time(at now: Instant) -> ChannelTime {
        ChannelTime(nanoseconds: now.nanoseconds - origin.nanoseconds)
    }

    /// A time of the channel on the wall clock.
    func wallTime(_ time: ChannelTime) -> WallTime { wallOrigin + .nanoseconds(time.nanoseconds) }

    /// What a file is called.
    func takeName(lane: Lane, startedAt wall: WallTime, container: Container) -> String {
        let stem = names.name(user: user, lane: lane, startedAt: wall, channel: channel, recording: recording)
        return stem.map { $0 + "." + container.fileExtension }
            ?? RecordingNames.take(of: user, lane: lane, startedAt: wall, container: container)
    }

    /// Whether a pause is left out of files, rather than held in them or their end.
    var cutsPauses: Bool { onPause == .cut && files.splitting == .continuous }
}

/// What a worker must know of one connection of a user.
struct ConnectionOrder: Sendable {
    var peer: PeerID
    var mediaLoop: MediaLoop
    var media: [NegotiatedMedia]
    /// When the user offered it.
    var since: Instant
}

/// What all files of a user share.
struct CaptureContext: Sendable {
    var order: CaptureOrder
    var storage: StorageThreads
    var notices: AsyncStream<CaptureNotice>.Continuation
    /// Makes what encodes the sound of one file.
    var makeSound: SoundMaker = { channelCount, form throws(CodecError) in
        try SoundPath(channelCount: channelCount, form: form)
    }

    typealias SoundMaker = @Sendable (_ channelCount: Int, SoundForm) throws(CodecError) -> SoundPath

    /// The user's name outside.
    var uid: String { order.user.description }

    func tell(_ kind: CaptureNotice.Kind) { notices.yield(CaptureNotice(capture: order.id, kind: kind)) }
}
