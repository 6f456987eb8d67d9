public import Codecs
public import Secure
public import Units

/// One stream of one media section.
///
/// A browser that replaces its sender starts a new stream of the same section: what it sends then has new
/// RTP timestamps, and the old track ends. A simulcast has a track for each encoding, side by side.
public struct TrackID: Hashable, Sendable {
    /// The place of the media section in the session description.
    public var mediaIndex: Int
    public var ssrc: SSRC
    /// Which of the section's encodings it is, in the order in which they were offered; 0 without simulcast.
    public var encoding: Int

    public init(mediaIndex: Int, ssrc: SSRC, encoding: Int = 0) {
        self.mediaIndex = mediaIndex
        self.ssrc = ssrc
        self.encoding = encoding
    }
}

/// Something that happened to a peer.
public enum PeerEvent: Equatable, Sendable {
    /// The handshake is done, and media can flow.
    case connected(SRTPProfile)
    /// The next whole frame of a track, in the order of sending.
    ///
    /// Its codec may be another than before, of those that were agreed on; of pictures a keyframe then comes first. Give `bytes` back with `recycle(_:)` when they are written.
    case frame(TrackID, Frame)
    /// The sender's wall clock at some tick of its track (RFC 3550 §6.4.1), unwrapped like `Frame.ticks`.
    case senderReport(TrackID, NTPTime, ticks: Int64, arrival: Instant)
    /// So many packets of a track are given up for good: they lay right before the one that arrived at this moment.
    case packetsLost(TrackID, count: Int, at: Instant)
    /// The sender said goodbye to a track (RFC 3550 §6.6), or began another in its place.
    ///
    /// The same identity may come back: after a goodbye, or at once with a codec whose timestamps count another clock.
    case trackEnded(TrackID)
    /// The other side is reached along another path from now on.
    case addressChanged(Path)
    /// The receiver of what we send cannot go on without a keyframe (RFC 4585 §6.3.1, RFC 5104 §4.3.1).
    case keyframeRequested(mediaIndex: Int, encoding: Int = 0)
    /// The last event: nothing is sent or received any more.
    case closed(PeerEnd)
}

/// Why a peer is no more.
public enum PeerEnd: Equatable, Sendable {
    /// We closed it.
    case closed
    /// The other side said goodbye in DTLS.
    case closedByRemote
    /// Nothing authentic was heard for as long as consent lasts (RFC 7675 §5.1).
    case timeout
    /// No path worked, or the handshake never finished.
    case neverConnected
    /// The handshake failed for good.
    case handshakeFailed(SecureFailure)
}

/// What a peer wants of its owner next.
public enum PeerOutput: Equatable, Sendable {
    /// Send the bytes that lie in `outgoing` along this path.
    case datagram(Path)
    case event(PeerEvent)
    /// Nothing, until another datagram comes or this moment.
    case wait(until: Instant?)
}
