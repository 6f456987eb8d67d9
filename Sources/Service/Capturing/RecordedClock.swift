import Capture
import Units

/// Turns the channel's time into that of a user's files, from which pauses may be cut out.
///
/// A class, because all lanes and files of a user count by the same; no other thread sees it.
final class RecordedClock {
    private var pauses: PauseLog

    init(_ pauses: PauseLog) { self.pauses = pauses }

    /// A pause that is cut out begins or ends.
    func note(isPaused: Bool, at time: ChannelTime) {
        if isPaused { pauses.begin(at: time) } else { pauses.end(at: time) }
    }

    /// Where a moment of the channel lies in the files.
    func recorded(_ time: ChannelTime) -> ChannelTime { pauses.recorded(time) }

    /// The moment of the channel that one in the files was.
    func channelTime(ofRecorded time: ChannelTime) -> ChannelTime { pauses.channelTime(ofRecorded: time) }
}
