import Codecs
import SDP
import Units
import WebRTC

/// One user's sending connection, as the hub knows it.
struct Publication {
    /// The last part of the WHIP resource's URL.
    let id: String
    let peer: PeerID
    let loop: MediaLoop
    let channel: String
    let uid: String
    /// When the offer came.
    let since: Instant
    /// What the user may send.
    let media: [NegotiatedMedia]
    /// Names the ICE session; changes with each restart (RFC 9725 §4.3.1).
    var entityTag: String
    var isConnected = false
    /// The captures that take this user's frames, by recording.
    var captures: [String: CaptureID] = [:]
}

/// A channel while anybody is in it or records it.
struct ChannelRoom {
    var profile: ChannelProfile
    /// The users present, and the publication of each.
    var users: [String: String] = [:]
}

/// How the users of a channel relate; all of them must say the same.
public enum ChannelProfile: String, CaseIterable, Codable, Sendable {
    case communication
    case live
}

/// What a publisher gets when it is let in.
public struct PublishAnswer: Sendable {
    public var id: String
    public var uid: String
    public var entityTag: String
    public var answer: String
}
