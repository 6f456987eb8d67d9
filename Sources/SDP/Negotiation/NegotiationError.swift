/// Why no call can come of an offer or answer that is well formed.
public struct NegotiationError: Error, Equatable, Sendable {
    /// The attribute at fault, as the text names it.
    public var field: String
    /// What is wrong with it.
    public var problem: String
    /// What the sender should do about it.
    public var remedy: String

    public init(field: String, problem: String, remedy: String) {
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }
}

extension NegotiationError: CustomStringConvertible {
    public var description: String { "\(field): \(problem); \(remedy)" }
}

/// A section that was refused while others go on, and why.
public struct MediaRefusal: Equatable, Sendable {
    /// What stands in the way of a section.
    public enum Reason: Equatable, Sendable {
        /// It was offered with port 0.
        case disabled
        /// A data channel, say.
        case notAudioOrVideo(kind: String)
        /// It is not RTP over DTLS.
        case transportProtocol(String)
        /// It is `recvonly` or `inactive`: nothing would come.
        case notSending
        /// It would need a transport of its own.
        case outsideBundle
        /// RTP and RTCP would need a port each.
        case separateRTCP
        /// It offers none of the codecs that we take.
        case noCommonCodec(offered: [String])
        /// The other side's answer refused it.
        case refusedByAnswer
    }

    /// The section's name; its number if it was not named.
    public var mid: String
    /// The place of its `m=` line, from 0.
    public var midIndex: Int
    public var kind: String
    public var reason: Reason

    public init(mid: String, midIndex: Int, kind: String, reason: Reason) {
        self.mid = mid
        self.midIndex = midIndex
        self.kind = kind
        self.reason = reason
    }
}

extension MediaRefusal: CustomStringConvertible {
    public var description: String { "m=\(kind) (mid \(mid)): \(error.problem); \(error.remedy)" }

    /// The refusal as an error, for when nothing else is left.
    var error: NegotiationError {
        let (field, problem, remedy): (String, String, String) =
            switch reason {
            case .disabled: ("m=", "its port is 0", "offer a sending section")
            case .notAudioOrVideo(let kind): ("m=", "\(kind) cannot be recorded", "offer audio or video")
            case .transportProtocol(let name): ("m=", "the protocol \(name) is not ours", "offer UDP/TLS/RTP/SAVPF")
            case .notSending: ("a=direction", "it would send nothing", "offer a=sendonly")
            case .outsideBundle: ("a=group", "it is outside the bundle", "bundle all sections: bundlePolicy max-bundle")
            case .separateRTCP: ("a=rtcp-mux", "the attribute is missing", "offer a=rtcp-mux")
            case .noCommonCodec(let offered):
                (
                    "a=rtpmap", "none of \(offered.isEmpty ? "its formats" : offered.joined(separator: ", ")) is taken",
                    "offer H264 (packetization-mode 0 or 1), H265, VP8, VP9 or AV1; opus/48000/2, PCMU, PCMA or G722"
                )
            case .refusedByAnswer: ("m=", "the other side refused it", "ask it why")
            }
        return NegotiationError(field: field, problem: problem, remedy: remedy)
    }
}
