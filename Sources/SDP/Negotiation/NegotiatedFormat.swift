public import Codecs
public import Units

/// One format of a section that both sides take: a codec, and the payload types that mean it.
public struct NegotiatedFormat: Equatable, Sendable {
    public var codec: Codec
    public var payloadType: PayloadType
    /// What its retransmissions travel as (RFC 4588 §8.6); nothing if they were not agreed on.
    public var retransmissionPayloadType: PayloadType?
    /// 1 for video.
    public var channelCount: Int
    /// What the sender said about the format, names in lower case.
    public var parameters: [String: String]
    /// What the receiver may ask of the sender.
    public var feedback: MediaFeedback

    public init(
        codec: Codec, payloadType: PayloadType, retransmissionPayloadType: PayloadType? = nil, channelCount: Int = 1,
        parameters: [String: String] = [:], feedback: MediaFeedback = []
    ) {
        self.codec = codec
        self.payloadType = payloadType
        self.retransmissionPayloadType = retransmissionPayloadType
        self.channelCount = channelCount
        self.parameters = parameters
        self.feedback = feedback
    }

    /// Whether the sender said that its sound may have two channels (RFC 7587 §6.1).
    public var isStereo: Bool { parameters["stereo"] == "1" || parameters["sprop-stereo"] == "1" }
}

/// Packets that repeat others, or repair them, on the stream itself: RED (RFC 2198) and ULPFEC (RFC 5109).
public struct NegotiatedRedundancy: Equatable, Sendable {
    /// What RED travels as.
    public var payloadType: PayloadType
    /// What retransmissions of RED packets travel as.
    public var retransmissionPayloadType: PayloadType?
    /// What ULPFEC is called inside RED; nothing for sound, where RED holds copies.
    public var correctionPayloadType: PayloadType?
    /// What is repeated: the payload type of sound's blocks.
    public var repeatedPayloadType: PayloadType?

    public init(
        payloadType: PayloadType, retransmissionPayloadType: PayloadType? = nil,
        correctionPayloadType: PayloadType? = nil, repeatedPayloadType: PayloadType? = nil
    ) {
        self.payloadType = payloadType
        self.retransmissionPayloadType = retransmissionPayloadType
        self.correctionPayloadType = correctionPayloadType
        self.repeatedPayloadType = repeatedPayloadType
    }
}
