/// A parser that takes bytes from strangers, and what must hold whatever they are.
///
/// Each may refuse its input or make something of it, but never trap; where what it made can be written again,
/// reading that must give the same. The fuzz program looks for inputs that break this, the corpus test replays what it
/// found.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case stun
    case sdp
    case whipFragment = "whip-fragment"
    case rtp
    case rtcp
    case red
    case ulpfec
    case dependencyDescriptor = "dependency-descriptor"
    case h264
    case h265
    case vp8
    case vp9
    case av1
    case opus
    case mp4
    case webm
    case byteStream = "byte-stream"
    case adts
    case mp3
    case transportStream = "transport-stream"
    case mjr
    case times
    case token
    case peer

    /// Runs the parser on one input; a trap is a find.
    public func run(_ input: [UInt8]) {
        switch self {
        case .stun: Packets.stun(input)
        case .sdp: Descriptions.sdp(input)
        case .whipFragment: Descriptions.fragment(input)
        case .rtp: Packets.rtp(input)
        case .rtcp: Packets.rtcp(input)
        case .red: Redundancy.red(input)
        case .ulpfec: Redundancy.ulpfec(input)
        case .dependencyDescriptor: Packets.dependencyDescriptor(input)
        case .h264: Streams.h264(input)
        case .h265: Streams.h265(input)
        case .vp8: Streams.vp8(input)
        case .vp9: Streams.vp9(input)
        case .av1: Streams.av1(input)
        case .opus: Streams.opus(input)
        case .mp4: Files.mp4(input)
        case .webm: Files.webm(input)
        case .byteStream: Elements.byteStream(input)
        case .adts: Elements.adts(input)
        case .mp3: Elements.mp3(input)
        case .transportStream: Elements.transport(input)
        case .mjr: Elements.mjr(input)
        case .times: Elements.times(input)
        case .token: Descriptions.token(input)
        case .peer: Connection.run(input)
        }
    }
}
