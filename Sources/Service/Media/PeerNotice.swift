import Secure
import WebRTC

/// What a media loop tells the hub of a peer.
///
/// Frames do not pass here.
struct PeerNotice: Sendable {
    enum Kind: Sendable {
        case connected(SRTPProfile)
        case closed(PeerEnd)
    }

    var peer: PeerID
    var kind: Kind
}
