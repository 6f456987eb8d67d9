import Codecs
import EventLoop
import Units

/// How fast frames come through a capture worker.
struct CapturePace: Sendable {
    /// From a frame's last packet to its place in the open fragment, sound encoded.
    private(set) var placed = LatencyHistogram()
    /// How long the worker was busy with packets of sound, nearly all of it decoding and encoding.
    private(set) var soundWork = Duration.zero
    /// How long it was busy with everything else: pictures, silence, and the cutting of fragments.
    private(set) var otherWork = Duration.zero

    /// A frame was taken from `begun` to `now`.
    mutating func note(_ frame: Frame, begun: Instant, at now: Instant) {
        placed.note(frame.arrival.duration(to: now))
        switch frame.codec.kind {
        case .audio: soundWork += begun.duration(to: now)
        case .video: otherWork += begun.duration(to: now)
        }
    }

    /// The worker did what is due now and then.
    mutating func noteWork(since begun: Instant, until now: Instant) { otherWork += begun.duration(to: now) }

    mutating func add(_ other: CapturePace) {
        placed.add(other.placed)
        soundWork += other.soundWork
        otherWork += other.otherWork
    }
}
