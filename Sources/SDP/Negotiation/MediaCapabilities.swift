public import Codecs

/// What we can take in from a peer, or send to one.
public struct MediaCapabilities: Equatable, Sendable {
    /// The codecs that we take; the offer's order decides among them (RFC 3264 §6.1).
    public var codecs: Set<Codec>
    /// The header extensions that we understand.
    public var headerExtensions: Set<HeaderExtension>
    /// The feedback that we send, and understand.
    public var feedback: MediaFeedback
    /// Whether RED and ULPFEC are taken where they are offered.
    public var takesRedundancy: Bool
    /// Whether several encodings of one picture are taken at once (RFC 8853).
    public var takesSimulcast: Bool

    public init(
        codecs: Set<Codec>, headerExtensions: Set<HeaderExtension>, feedback: MediaFeedback,
        takesRedundancy: Bool = false, takesSimulcast: Bool = false
    ) {
        self.codecs = codecs
        self.headerExtensions = headerExtensions
        self.feedback = feedback
        self.takesRedundancy = takesRedundancy
        self.takesSimulcast = takesSimulcast
    }

    /// Everything that Lathe records.
    public static let recorder = MediaCapabilities(
        codecs: Set(Codec.allCases.filter(\.isCarried)), headerExtensions: Set(HeaderExtension.allCases),
        feedback: [.all, .estimatedBitrate], takesRedundancy: true, takesSimulcast: true)
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
    /// How much the receiver believes it can take (draft-alvestrand-rmcat-remb-03); only where nobody counts the
    /// transport's packets.
    public static let estimatedBitrate = MediaFeedback(rawValue: 16)
    /// All that can be agreed on together: everything but the estimate, which transport-wide feedback replaces.
    public static let all: MediaFeedback = [.nack, .pictureLossIndication, .fullIntraRequest, .transportWide]

    /// Each kind by itself, with its words in `a=rtcp-fb`.
    static let kinds: [(feedback: MediaFeedback, words: String)] = [
        (.nack, "nack"), (.pictureLossIndication, "nack pli"), (.fullIntraRequest, "ccm fir"),
        (.transportWide, "transport-cc"), (.estimatedBitrate, "goog-remb"),
    ]
}
