public import Secure

/// One `a=` line of a session description, understood where we have a use for it.
public enum Attribute: Hashable, Sendable {
    /// The section lives only inside its bundle (RFC 9143 §6).
    case bundleOnly
    case candidate(Candidate)
    case direction(MediaDirection)
    /// No more candidates will come for this section (RFC 8840 §8.2).
    case endOfCandidates
    case extensionMap(ExtensionMap)
    /// One-byte and two-byte header extensions may follow each other (RFC 8285 §6).
    case extensionMapAllowMixed
    case feedback(RTCPFeedback)
    case fingerprint(Fingerprint)
    case formatParameters(FormatParameters)
    case group(MediaGroup)
    /// The sender only answers connectivity checks (RFC 8839 §5.3).
    case iceLite
    case iceOptions([String])
    case icePassword(String)
    case iceUfrag(String)
    case mediaStream(MediaStream)
    case mid(String)
    case restriction(RestrictionIdentifier)
    /// RTP and RTCP share a port (RFC 5761 §5.1.1).
    case rtcpMux
    /// RTCP packets need not be compound (RFC 5506 §5).
    case rtcpReducedSize
    case rtpMap(RTPMap)
    case setup(SetupRole)
    case simulcast(Simulcast)
    case source(StreamSource)
    case sourceGroup(StreamGroup)
    /// Anything else, as it was spelled.
    case other(name: String, value: String?)
}

/// Which stream and track a media section carries, `a=msid` (RFC 8830 §2).
public struct MediaStream: Hashable, Sendable {
    /// `-` means no stream.
    public var stream: String
    public var track: String?

    public init(stream: String, track: String? = nil) {
        self.stream = stream
        self.track = track
    }
}

extension MediaStream: CustomStringConvertible {
    /// The text behind `a=msid:`.
    public var description: String { stream + (track.map { " \($0)" } ?? "") }

    init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard (1...2).contains(words.count) else { return nil }
        self.init(stream: String(words[0]), track: words.count == 2 ? String(words[1]) : nil)
    }
}

extension Attribute: CustomStringConvertible {
    /// The text behind `a=`.
    public var description: String {
        switch self {
        case .bundleOnly: "bundle-only"
        case .candidate(let candidate): "candidate:\(candidate)"
        case .direction(let direction): direction.rawValue
        case .endOfCandidates: "end-of-candidates"
        case .extensionMap(let map): "extmap:\(map)"
        case .extensionMapAllowMixed: "extmap-allow-mixed"
        case .feedback(let feedback): "rtcp-fb:\(feedback)"
        case .fingerprint(let fingerprint): "fingerprint:\(fingerprint)"
        case .formatParameters(let parameters): "fmtp:\(parameters)"
        case .group(let group): "group:\(group)"
        case .iceLite: "ice-lite"
        case .iceOptions(let options): "ice-options:\(options.joined(separator: " "))"
        case .icePassword(let password): "ice-pwd:\(password)"
        case .iceUfrag(let ufrag): "ice-ufrag:\(ufrag)"
        case .mediaStream(let stream): "msid:\(stream)"
        case .mid(let mid): "mid:\(mid)"
        case .restriction(let restriction): "rid:\(restriction)"
        case .rtcpMux: "rtcp-mux"
        case .rtcpReducedSize: "rtcp-rsize"
        case .rtpMap(let map): "rtpmap:\(map)"
        case .setup(let role): "setup:\(role.rawValue)"
        case .simulcast(let simulcast): "simulcast:\(simulcast)"
        case .source(let source): "ssrc:\(source)"
        case .sourceGroup(let group): "ssrc-group:\(group)"
        case .other(let name, let value): name + (value.map { ":\($0)" } ?? "")
        }
    }
}
