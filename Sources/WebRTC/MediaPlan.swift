import Codecs
import Units

/// What the session descriptions settled about one media section, in the shape that the packet path wants.
struct MediaPlan: Equatable, Sendable {
    var codec: Codec
    var payloadType: PayloadType
    var retransmissionPayloadType: PayloadType?
    /// The `mid`, as its header extension carries it (RFC 9143 §15).
    var mid: [UInt8] = []
    var midExtension: UInt8?
    var transportSequenceExtension: UInt8?
    /// The streams that the sender announced.
    var ssrcs: [SSRC] = []
    var retransmissionSSRCs: [SSRC] = []
    /// Whether lost packets may be asked for (RFC 4585 §6.2.1).
    var usesNACK = false
    var keyframeRequest = KeyframeRequestKind.pictureLossIndication
    /// Whether feedback may go without a report before it (RFC 5506).
    var allowsReducedSizeRTCP = true

    /// What the sender understands when we want a keyframe.
    enum KeyframeRequestKind: Equatable, Sendable {
        case none
        case pictureLossIndication
        case fullIntraRequest
    }
}
