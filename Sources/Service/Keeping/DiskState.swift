import Synchronization

/// What the disk below a recording's directory is like, for the workers that write there.
///
/// The hub looks at the disk and says so here; nobody waits for it.
final class DiskState: Sendable {
    private let room = Atomic<Bool>(true)

    /// Whether there is as much room as new files are begun with.
    var hasRoom: Bool {
        get { room.load(ordering: .relaxed) }
        set { room.store(newValue, ordering: .relaxed) }
    }
}
