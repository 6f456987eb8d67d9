import Capture
import Codecs
import Service
import Synchronization

/// Hands the frames of users whose media is subscribed to to a thread of its own.
final class FrameCapture: Sendable {
    /// Some seconds of a small call; whoever is farther behind wants the newest.
    static let limit = 512

    private let kind: MediaKind
    private let inbox: Inbox<TappedFrame>
    private let attached = Mutex<(watch: RecordingWatch, watcher: Int)?>(nil)

    /// A capture of sound or pictures that has `body` called with each frame, and with how many were left out so far.
    init(_ kind: MediaKind, _ body: @escaping @Sendable (TappedFrame, _ droppedCount: Int) -> Void) throws {
        self.kind = kind
        let counter = DropCounter()
        inbox = try Inbox(kind == .audio ? "sound" : "pictures", limit: Self.limit) { body($0, counter.count) }
        counter.follow(inbox)
    }

    /// How many frames were left out, since the observer is too slow.
    var droppedCount: Int { inbox.droppedCount }

    /// Takes the frames of a recording from now on.
    func attach(_ watch: RecordingWatch) {
        detach()
        let watcher = watch.tap.watch { [inbox, kind, weak watch] tapped in
            // Screens that are shared beside a camera have no name of their own here.
            guard tapped.role.kind == kind, tapped.role.number == 0,
                watch?.isSubscribed(tapped.uid, kind) == true
            else { return }
            inbox.put(tapped)
        }
        attached.withLock { $0 = (watch, watcher) }
    }

    /// Takes no frames any more; those that wait are still handed out.
    func detach() {
        guard let former = attached.withLock({ $0.take() }) else { return }
        former.watch.tap.ignore(former.watcher)
    }
}

/// Lets the one who works on an inbox know how much was left out of it.
private final class DropCounter: Sendable {
    private struct Reference: Sendable {
        weak var inbox: Inbox<TappedFrame>?
    }

    private let reference = Mutex(Reference())

    var count: Int { reference.withLock { $0.inbox?.droppedCount } ?? 0 }

    func follow(_ inbox: Inbox<TappedFrame>) { reference.withLock { $0.inbox = inbox } }
}
