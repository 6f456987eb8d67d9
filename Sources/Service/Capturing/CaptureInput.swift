import Codecs
import Units
import WebRTC

/// What a media loop hands to a capture worker, in batches.
enum CaptureInput: Sendable {
    case frame(CaptureSource, TrackID, Frame)
    case report(CaptureSource, TrackID, wall: NTPTime, ticks: Int64, arrival: Instant)
    /// Something authentic came, be it no more than a sign of life.
    case heard(CaptureSource, at: Instant)
    /// So many packets were given up.
    case lost(CaptureSource, TrackID, count: Int, at: Instant)
    /// What the peer has counted so far.
    case statistics(CaptureSource, [TrackStatistics], at: Instant)
}

/// One connection of a user who is captured; one who leaves and returns has another.
struct CaptureSource: Hashable, Sendable {
    var capture: CaptureID
    var peer: PeerID
}
