public import Codecs
public import Units

/// One section that was agreed on: how its packets are told apart, and what is in them.
public struct NegotiatedMedia: Equatable, Sendable {
    /// The section's name; its number if it was not named.
    public var mid: String
    /// The place of its `m=` line, from 0.
    public var midIndex: Int
    /// What the sender may send, best first; it may change among them at any time (RFC 3264 §6.1).
    ///
    /// Never empty.
    public private(set) var formats: [NegotiatedFormat]
    /// How packets are repeated or repaired on the stream itself; nothing if they are not.
    public var redundancy: NegotiatedRedundancy?
    /// The encodings that are sent side by side, by their `rid` and in the offer's order; empty without simulcast.
    ///
    /// The place in this list is `TrackID.encoding`.
    public var rids: [String]
    /// The sender's SSRCs, as far as it signalled them: the streams themselves.
    public var ssrcs: [SSRC]
    /// The SSRCs of their retransmissions.
    ///
    /// The one at an index repairs the one of `ssrcs` at the
    /// same index; the list is shorter where a stream has none.
    public var rtxSSRCs: [SSRC]
    /// The streams of a simulcast that is announced by SSRC instead of `rid`, the lowest first; else empty.
    public var simulcastSSRCs: [SSRC]
    /// The numbers of the header extensions that were agreed on.
    public var extensions: ExtensionNumbers
    /// Whether RTCP packets need not be compound (RFC 5506).
    public var allowsReducedSizeRTCP: Bool
    /// The name of the stream that the track belongs to, `a=msid` (RFC 8830 §2); nothing if it belongs to none.
    ///
    /// A browser's camera and microphone share one; its screen has another.
    public var streamID: String?
    /// The track's name in its sender's program, the second word of `a=msid`.
    public var trackID: String?

    public init(
        mid: String, midIndex: Int, formats: [NegotiatedFormat], redundancy: NegotiatedRedundancy? = nil,
        rids: [String] = [], ssrcs: [SSRC] = [], rtxSSRCs: [SSRC] = [], simulcastSSRCs: [SSRC] = [],
        extensions: ExtensionNumbers = ExtensionNumbers(), allowsReducedSizeRTCP: Bool = false,
        streamID: String? = nil, trackID: String? = nil
    ) {
        precondition(!formats.isEmpty, "a section that was agreed on has a format")
        self.mid = mid
        self.midIndex = midIndex
        self.formats = formats
        self.redundancy = redundancy
        self.rids = rids
        self.ssrcs = ssrcs
        self.rtxSSRCs = rtxSSRCs
        self.simulcastSSRCs = simulcastSSRCs
        self.extensions = extensions
        self.allowsReducedSizeRTCP = allowsReducedSizeRTCP
        self.streamID = streamID
        self.trackID = trackID
    }
}

// The preferred format speaks for the section.
extension NegotiatedMedia {
    /// The codec that the sender begins with.
    public var codec: Codec { formats[0].codec }
    /// What that codec's packets are called.
    public var payloadType: PayloadType { formats[0].payloadType }
    /// What its retransmissions travel as; nothing if they were not agreed on.
    public var retransmissionPayloadType: PayloadType? { formats[0].retransmissionPayloadType }
    /// The clock of its timestamps.
    public var clockRate: ClockRate { codec.clockRate }
    /// 1 for video.
    public var channelCount: Int { formats[0].channelCount }
    /// What the sender said about it, names in lower case.
    public var formatParameters: [String: String] { formats[0].parameters }
    /// What the receiver may ask of the sender.
    public var feedback: MediaFeedback { formats[0].feedback }
    /// Whether the sound may have two channels.
    public var isStereo: Bool { formats[0].isStereo }

    /// Whether it is heard or seen.
    public var kind: MediaKind { codec.kind }
    /// How many encodings are sent side by side; 1 without simulcast.
    public var encodingCount: Int { max(1, rids.count, simulcastSSRCs.count) }

    /// Everything that a packet of the section may be called, each format followed by its retransmissions.
    var payloadTypes: [PayloadType] {
        var payloadTypes: [PayloadType?] = []
        for format in formats { payloadTypes += [format.payloadType, format.retransmissionPayloadType] }
        if let redundancy {
            payloadTypes += [
                redundancy.payloadType, redundancy.retransmissionPayloadType, redundancy.correctionPayloadType,
            ]
        }
        return payloadTypes.compactMap(\.self)
    }
}

extension NegotiatedMedia {
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
