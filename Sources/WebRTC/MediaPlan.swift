import Codecs
import Units

/// What the session descriptions settled about one media section, in the shape that the packet path wants.
///
/// A class, as it never changes and goes along with each packet: copying its arrays' references took 2 % of the time.
final class MediaPlan: Sendable {
    /// What a payload type stands for in the section.
    enum Role: Equatable, Sendable {
        case unknown
        /// Media, in the section's format of this index.
        case media(format: Int)
        /// Retransmissions of packets of another payload type (RFC 4588).
        case retransmission(of: PayloadType)
        /// RED around media, copies or ULPFEC (RFC 2198, RFC 5109).
        case redundancy
    }

    /// A format of the section: what its packets are called, and their retransmissions.
    struct Format: Equatable, Sendable {
        var codec: Codec
        var payloadType: PayloadType
        var retransmissionPayloadType: PayloadType?
    }

    /// One of the pictures that are sent side by side; a section without simulcast has one.
    struct Encoding: Equatable, Sendable {
        /// Its name as the header extension carries it; empty if it has none.
        var rid: [UInt8] = []
        /// Its stream, if that was announced.
        var ssrc: SSRC?
        var retransmissionSSRC: SSRC?
    }

    /// Best first, never empty.
    let formats: [Format]
    let encodings: [Encoding]
    /// What RED is called.
    let redundancyPayloadType: PayloadType?
    /// What ULPFEC is called inside RED.
    let correctionPayloadType: PayloadType?
    /// The numbers of the header extensions.
    let extensions: Extensions
    /// The `mid`, as its header extension carries it (RFC 9143 §15).
    let mid: [UInt8]
    /// The streams that the sender announced.
    let ssrcs: [SSRC]
    let retransmissionSSRCs: [SSRC]
    let feedback: Feedback

    /// By payload type, all 128.
    private let roles: [Role]

    /// The header extensions that packets are read for, or written with.
    struct Extensions: Equatable, Sendable {
        var mid: UInt8?
        var rid: UInt8?
        var repairedRID: UInt8?
        var transportSequence: UInt8?
        var absoluteSendTime: UInt8?
        var orientation: UInt8?
        var captureTime: UInt8?
        var dependencies: UInt8?
    }

    /// What may be told the sender.
    struct Feedback: Equatable, Sendable {
        /// Whether lost packets may be asked for (RFC 4585 §6.2.1).
        var usesNACK = false
        var keyframeRequests: KeyframeRequestKinds = []
        /// Whether the sender wants to be told how much it may send, and cannot know by itself.
        var usesBitrateEstimate = false
        /// Whether feedback may go without a report before it (RFC 5506).
        var allowsReducedSizeRTCP = true
    }

    /// What the sender understands when we want a keyframe.
    struct KeyframeRequestKinds: OptionSet, Sendable {
        let rawValue: UInt8
        static let pictureLossIndication = KeyframeRequestKinds(rawValue: 1)
        static let fullIntraRequest = KeyframeRequestKinds(rawValue: 2)
    }

    init(
        formats: [Format], encodings: [Encoding] = [Encoding()], redundancyPayloadType: PayloadType? = nil,
        redundancyRetransmissionPayloadType: PayloadType? = nil, correctionPayloadType: PayloadType? = nil,
        extensions: Extensions = Extensions(), mid: [UInt8] = [], ssrcs: [SSRC] = [],
        retransmissionSSRCs: [SSRC] = [], feedback: Feedback = Feedback()
    ) {
        precondition(!formats.isEmpty && !encodings.isEmpty, "a section carries something")
        self.formats = formats
        self.encodings = encodings
        self.redundancyPayloadType = redundancyPayloadType
        self.correctionPayloadType = correctionPayloadType
        self.extensions = extensions
        self.mid = mid
        self.ssrcs = ssrcs
        self.retransmissionSSRCs = retransmissionSSRCs
        self.feedback = feedback
        var roles = [Role](repeating: .unknown, count: 128)
        let set = { (payloadType: PayloadType?, role: Role) in
            guard let index = payloadType.map({ Int($0.rawValue) }), roles[index] == .unknown else { return }
            roles[index] = role
        }
        for (index, format) in formats.enumerated() {
            set(format.payloadType, .media(format: index))
            set(format.retransmissionPayloadType, .retransmission(of: format.payloadType))
        }
        if let redundancyPayloadType {
            set(redundancyPayloadType, .redundancy)
            set(redundancyRetransmissionPayloadType, .retransmission(of: redundancyPayloadType))
        }
        self.roles = roles
    }

    var usesNACK: Bool { feedback.usesNACK }
    var keyframeRequests: KeyframeRequestKinds { feedback.keyframeRequests }
    var usesBitrateEstimate: Bool { feedback.usesBitrateEstimate }
    var allowsReducedSizeRTCP: Bool { feedback.allowsReducedSizeRTCP }

    var kind: MediaKind { formats[0].codec.kind }

    /// Whether its streams are told apart by more than the section.
    var isSimulcast: Bool { encodings.count > 1 }

    func role(of payloadType: PayloadType) -> Role { roles[Int(payloadType.rawValue)] }

    /// The format that a RED block holds; nothing if it is none of the section's.
    func format(of payloadType: PayloadType) -> Int? {
        if case .media(let format) = role(of: payloadType) { format } else { nil }
    }
}
