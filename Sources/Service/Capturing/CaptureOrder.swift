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
    /// Why the user's first file is begun.
    var cause = TakeCause.first
    /// What the disk below the directory is like.
    var disk = DiskState()

    /// A moment on the channel's timeline.
    func time(at now: Instant) -> ChannelTime {
        ChannelTime(nanoseconds: now.nanoseconds - origin.nanoseconds)
    }

    /// A time of the channel on the wall clock.
    func wallTime(_ time: ChannelTime) -> WallTime { wallOrigin + .nanoseconds(time.nanoseconds) }
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

    func tell(_ kind: CaptureNotice.Kind) { notices.yield(CaptureNotice(capture: order.id, kind: kind)) }
}
