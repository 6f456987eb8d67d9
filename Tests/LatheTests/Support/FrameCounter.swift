import Lathe
import Synchronization

/// Counts what it gets.
final class FrameCounter: FrameObserver {
    private let counter = Atomic<Int>(0)

    var count: Int { counter.load(ordering: .relaxed) }

    func received(_ frame: EncodedFrame) { counter.add(1, ordering: .relaxed) }
    func captured(_ picture: YUVPicture) { counter.add(1, ordering: .relaxed) }
    func captured(_ picture: JPEGPicture) { counter.add(1, ordering: .relaxed) }
    func captured(_ sound: PCMSound) { counter.add(1, ordering: .relaxed) }
}
