import Capture
import Channel
import Units

/// One user's `uid_*.txt` as it grows: one text for all files of a segment.
///
/// A class, because the lanes that write to it share it; no other thread sees it.
final class UserIndex {
    private let user: UserID
    private let lane: Lane
    /// Where the user's first file of the recording begins: what all its indexes count from.
    private var origin: ChannelTime?
    private var index: UIDIndex?
    private var name = ""
    private var isChanged = false
    /// Whether the next text begins a session, after a pause.
    private var isNewSession = false

    init(user: UserID, lane: Lane) {
        self.user = user
        self.lane = lane
    }

    /// A file begins at `time`, which is `wall` on the wall clock; the first of a segment gives the text its name.
    func begin(at time: ChannelTime, _ wall: WallTime) {
        guard index == nil else { return }
        let origin = origin ?? time
        self.origin = origin
        index = UIDIndex(origin: origin, beginsSession: isNewSession)
        isNewSession = false
        name = RecordingNames.index(of: user, lane: lane, startedAt: wall)
    }

    /// Adds lines.
    func add(_ change: (inout UIDIndex) -> Void) {
        guard var changed = index else { return }
        // Taken out while it changes, so that its lines are not copied.
        index = nil
        change(&changed)
        index = changed
        isChanged = true
    }

    /// The segment is over: what comes next goes to another text.
    func end() { index = nil }

    /// The session is over, by a pause: what comes next goes to another text, whose times begin anew.
    func endSession() {
        end()
        origin = nil
        isNewSession = true
    }

    /// The text, if it changed since it was last taken.
    func takeChange() -> (name: String, text: String)? {
        guard isChanged, let index else { return nil }
        isChanged = false
        return (name, index.text)
    }
}
