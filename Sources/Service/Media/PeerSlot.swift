import DTLS
import Units
import WebRTC

/// A peer's number, unique in this process.
struct PeerID: Hashable, Sendable {
    var rawValue: UInt64
}

/// The place of one peer on its media loop.
///
/// A class, because a dictionary cannot hold the noncopyable peer. Only the loop's actor touches it.
final class PeerSlot {
    let id: PeerID
    /// Our halves of its ICE user names: the current one last, before it the one that a restart replaced.
    var userNames: [String]
    var peer: Peer<DTLSChannel>
    var deadline: Instant?
    /// Whether its outputs wait to be taken this round.
    var isTouched = false
    /// Whether it waits for answers, so that what comes should be read soon.
    var isHurried = false
    /// Where its frames go: one route for each recording that wants them.
    var routes: [CaptureRoute] = []
    /// When it was heard last of what its captures were told.
    var toldHeard = Instant.ms(0)
    /// The remote addresses that lead here.
    var addresses: [TransportAddress] = []

    private let mediaCount: Int

    init(id: PeerID, userName: String, mediaCount: Int, peer: consuming Peer<DTLSChannel>) {
        self.id = id
        userNames = [userName]
        self.mediaCount = mediaCount
        self.peer = peer
    }

    /// What its frames on a route are told to come from.
    func source(of route: CaptureRoute) -> CaptureSource { CaptureSource(capture: route.capture, peer: id) }

    /// Asks for a keyframe of each of its pictures.
    func requestKeyframes(at now: Instant) {
        for index in 0..<mediaCount { peer.requestKeyframe(mediaIndex: index, at: now) }
    }
}

/// One recording's interest in one peer.
struct CaptureRoute: Sendable {
    var worker: CaptureWorker
    var capture: CaptureID
}

/// A capture's number, unique in this process.
struct CaptureID: Hashable, Sendable {
    var rawValue: UInt64
}
