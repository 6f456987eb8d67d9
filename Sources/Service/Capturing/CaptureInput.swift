import Codecs
import Units
import WebRTC

/// What a media loop hands to a capture worker, in batches.
enum CaptureInput: Sendable {
    case frame(CaptureID, TrackID, Frame)
    case report(CaptureID, TrackID, wall: NTPTime, ticks: Int64, arrival: Instant)
}
