public import Codecs

/// What we can take in from a peer, or send to one.
public struct MediaCapabilities: Equatable, Sendable {
    /// The codecs that we take; the offer's order decides among them (RFC 3264 §6.1).
    public var codecs: Set<Codec>
    /// The header extensions that we understand.
    public var headerExtensions: Set<HeaderExtension>
    /// The feedback that we send, and understand.
    public var feedback: MediaFeedback

    public init(codecs: Set<Codec>, headerExtensions: Set<HeaderExtension>, feedback: MediaFeedback) {
        self.codecs = codecs
        self.headerExtensions = headerExtensions
        self.feedback = feedback
    }

    /// Everything that Lathe records.
    ///
    /// Video orientation is not understood on purpose: a browser then turns the picture before it
    /// encodes it (3GPP TS 26.114 §6.2.3), and files need no rotation.
    public static let recorder = MediaCapabilities(
        codecs: [.h264, .vp8, .opus], headerExtensions: Set(HeaderExtension.allCases), feedback: .all)
}

/// An RTP header extension that we understand, by the URI that stands for it in `a=extmap`.
public enum HeaderExtension: String, Hashable, Sendable, CaseIterable {
    /// Which media section a packet belongs to (RFC 9143 §15.2).
    case mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    /// Which encoding of a track a packet belongs to (RFC 8852 §3.1).
    case streamID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    /// Which encoding a retransmission repairs (RFC 8852 §3.2).
    case repairedStreamID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    /// One count of all packets of the transport, for congestion control.
    case transportSequence = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    /// When a packet left its sender.
    case absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
}

/// What a receiver may ask of a sender by RTCP.
public struct MediaFeedback: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Send these packets again (RFC 4585 §6.2.1).
    public static let nack = MediaFeedback(rawValue: 1)
    /// A picture was lost: send a keyframe (RFC 4585 §6.3.1).
    public static let pictureLossIndication = MediaFeedback(rawValue: 2)
    /// Send a keyframe (RFC 5104 §4.3.1).
    public static let fullIntraRequest = MediaFeedback(rawValue: 4)
    /// When each packet of the transport arrived.
    public static let transportWide = MediaFeedback(rawValue: 8)
    /// All of the above.
    public static let all: MediaFeedback = [.nack, .pictureLossIndication, .fullIntraRequest, .transportWide]

    /// Each kind by itself, with its words in `a=rtcp-fb`.
    static let kinds: [(feedback: MediaFeedback, words: String)] = [
        (.nack, "nack"), (.pictureLossIndication, "nack pli"), (.fullIntraRequest, "ccm fir"),
        (.transportWide, "transport-cc"),
    ]
}
