import Channel
import Codecs
import SDP
import Units
import WHIP
import WebRTC

/// One user's sending connection, as the hub knows it.
struct Publication {
    /// The last part of the WHIP resource's URL.
    let id: String
    let peer: PeerID
    let loop: MediaLoop
    let channel: String
    let user: UserID
    /// When the offer came.
    let since: Instant
    /// What the user may send.
    let media: [NegotiatedMedia]
    /// Its ICE sessions, and the names of them.
    var whip: WHIPSession
    var isConnected = false
    /// The captures that take this user's frames, by recording.
    var captures: [String: CaptureID] = [:]

    var uid: String { user.description }
}

/// A channel while anybody is in it or records it.
struct ChannelRoom {
    var roster: Roster
    /// The publication of each user.
    var publications: [UserID: String] = [:]
}

extension ChannelProfile {
    /// Its name in requests and documents.
    var name: String {
        switch self {
        case .communication: "communication"
        case .live: "live"
        }
    }

    init?(name: String) {
        guard let profile = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = profile
    }
}

/// What a publisher gets when it is let in.
public struct PublishAnswer: Sendable {
    public var id: String
    public var uid: String
    public var entityTag: String
    public var answer: String
}
