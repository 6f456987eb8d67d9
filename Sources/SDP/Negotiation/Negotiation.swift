public import Codecs
public import Secure
public import Units

/// What two descriptions agreed on: all that a peer must know of the other side.
public struct Negotiation: Equatable, Sendable {
    /// The other side's ICE user fragment.
    public var remoteUfrag: String
    /// The other side's ICE password.
    public var remotePassword: String
    /// The hash that the other side's certificate must have.
    public var remoteFingerprint: Fingerprint
    /// The other side's part in the DTLS handshake: `active` for the client, `passive` for the server.
    public var remoteSetup: SetupRole
    /// Whether the other side only answers connectivity checks.
    public var remoteIsLite: Bool
    /// Where the other side may be reached, as far as is known yet.
    public var remoteCandidates: [Candidate]
    /// The sections that carry media, in the order of their `m=` lines.
    public var media: [NegotiatedMedia]
    /// The sections that carry none, and why.
    public var refusals: [MediaRefusal]

    public init(
        remoteUfrag: String, remotePassword: String, remoteFingerprint: Fingerprint, remoteSetup: SetupRole,
        remoteIsLite: Bool = false, remoteCandidates: [Candidate] = [], media: [NegotiatedMedia],
        refusals: [MediaRefusal] = []
    ) {
        self.remoteUfrag = remoteUfrag
        self.remotePassword = remotePassword
        self.remoteFingerprint = remoteFingerprint
        self.remoteSetup = remoteSetup
        self.remoteIsLite = remoteIsLite
        self.remoteCandidates = remoteCandidates
        self.media = media
        self.refusals = refusals
    }
}

extension Negotiation {
    /// Whether we begin the DTLS handshake, as its client (RFC 8842 §5).
    public var beginsHandshake: Bool { remoteSetup == .passive }
}

/// One track that was agreed on: how its packets are told apart, and what is in them.
public struct NegotiatedMedia: Equatable, Sendable {
    /// The section's name; its number if it was not named.
    public var mid: String
    /// The place of its `m=` line, from 0.
    public var midIndex: Int
    public var codec: Codec
    public var payloadType: PayloadType
    /// What retransmissions travel as (RFC 4588 §8.6); nothing if they were not agreed on.
    public var retransmissionPayloadType: PayloadType?
    public var clockRate: ClockRate
    /// 1 for video.
    public var channelCount: Int
    /// What the sender said about the format, names in lower case.
    public var formatParameters: [String: String]
    /// The sender's SSRCs, as far as it signalled them: the streams themselves.
    public var ssrcs: [SSRC]
    /// The SSRCs of their retransmissions.
    ///
    /// The one at an index repairs the one of `ssrcs` at the
    /// same index; the list is shorter where a stream has none.
    public var rtxSSRCs: [SSRC]
    /// The numbers of the header extensions that were agreed on.
    public var extensions: ExtensionNumbers
    /// What the receiver may ask of the sender.
    public var feedback: MediaFeedback
    /// Whether RTCP packets need not be compound (RFC 5506).
    public var allowsReducedSizeRTCP: Bool
    /// Whether the sound may have two channels (RFC 7587 §7.1).
    public var isStereo: Bool

    public init(
        mid: String, midIndex: Int, codec: Codec, payloadType: PayloadType,
        retransmissionPayloadType: PayloadType? = nil, channelCount: Int = 1,
        formatParameters: [String: String] = [:], ssrcs: [SSRC] = [], rtxSSRCs: [SSRC] = [],
        extensions: ExtensionNumbers = ExtensionNumbers(), feedback: MediaFeedback = [],
        allowsReducedSizeRTCP: Bool = false, isStereo: Bool = false
    ) {
        self.mid = mid
        self.midIndex = midIndex
        self.codec = codec
        self.payloadType = payloadType
        self.retransmissionPayloadType = retransmissionPayloadType
        clockRate = codec.clockRate
        self.channelCount = channelCount
        self.formatParameters = formatParameters
        self.ssrcs = ssrcs
        self.rtxSSRCs = rtxSSRCs
        self.extensions = extensions
        self.feedback = feedback
        self.allowsReducedSizeRTCP = allowsReducedSizeRTCP
        self.isStereo = isStereo
    }

    /// Whether it is heard or seen.
    public var kind: MediaKind { codec.kind }
    /// The number of the extension that names the section.
    public var midExtension: UInt8? { extensions.mid }
    /// The number of the extension that names the encoding.
    public var ridExtension: UInt8? { extensions.streamID }
    /// The number of the extension that names the encoding a retransmission repairs.
    public var repairedRidExtension: UInt8? { extensions.repairedStreamID }
    /// The number of the extension that counts the transport's packets.
    public var transportSequenceExtension: UInt8? { extensions.transportSequence }
    /// The number of the extension that says when a packet left.
    public var absSendTimeExtension: UInt8? { extensions.absoluteSendTime }
}

/// The number that stands for each header extension on the wire (RFC 8285 §4).
public struct ExtensionNumbers: Hashable, Sendable {
    public var mid: UInt8?
    public var streamID: UInt8?
    public var repairedStreamID: UInt8?
    public var transportSequence: UInt8?
    public var absoluteSendTime: UInt8?

    public init(
        mid: UInt8? = nil, streamID: UInt8? = nil, repairedStreamID: UInt8? = nil, transportSequence: UInt8? = nil,
        absoluteSendTime: UInt8? = nil
    ) {
        self.mid = mid
        self.streamID = streamID
        self.repairedStreamID = repairedStreamID
        self.transportSequence = transportSequence
        self.absoluteSendTime = absoluteSendTime
    }

    /// The number of one extension.
    public subscript(_ extension: HeaderExtension) -> UInt8? {
        get {
            switch `extension` {
            case .mid: mid
            case .streamID: streamID
            case .repairedStreamID: repairedStreamID
            case .transportSequence: transportSequence
            case .absoluteSendTime: absoluteSendTime
            }
        }
        set {
            switch `extension` {
            case .mid: mid = newValue
            case .streamID: streamID = newValue
            case .repairedStreamID: repairedStreamID = newValue
            case .transportSequence: transportSequence = newValue
            case .absoluteSendTime: absoluteSendTime = newValue
            }
        }
    }
}
