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
    /// How the camera was held (3GPP TS 26.114 §7.4.5).
    case videoOrientation = "urn:3gpp:video-orientation"
    /// The sender's wall clock when a frame was captured.
    case absoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
    /// What a frame refers to (the AV1 payload format, appendix A).
    case dependencyDescriptor =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
}

/// The number that stands for each header extension on the wire (RFC 8285 §4).
public struct ExtensionNumbers: Hashable, Sendable {
    public var mid: UInt8?
    public var streamID: UInt8?
    public var repairedStreamID: UInt8?
    public var transportSequence: UInt8?
    public var absoluteSendTime: UInt8?
    public var videoOrientation: UInt8?
    public var absoluteCaptureTime: UInt8?
    public var dependencyDescriptor: UInt8?

    public init(
        mid: UInt8? = nil, streamID: UInt8? = nil, repairedStreamID: UInt8? = nil, transportSequence: UInt8? = nil,
        absoluteSendTime: UInt8? = nil, videoOrientation: UInt8? = nil, absoluteCaptureTime: UInt8? = nil,
        dependencyDescriptor: UInt8? = nil
    ) {
        self.mid = mid
        self.streamID = streamID
        self.repairedStreamID = repairedStreamID
        self.transportSequence = transportSequence
        self.absoluteSendTime = absoluteSendTime
        self.videoOrientation = videoOrientation
        self.absoluteCaptureTime = absoluteCaptureTime
        self.dependencyDescriptor = dependencyDescriptor
    }

    /// The number of one extension.
    public subscript(_ extension: HeaderExtension) -> UInt8? {
        get { self[keyPath: Self.place(of: `extension`)] }
        set { self[keyPath: Self.place(of: `extension`)] = newValue }
    }

    private static func place(of extension: HeaderExtension) -> WritableKeyPath<ExtensionNumbers, UInt8?> {
        switch `extension` {
        case .mid: \.mid
        case .streamID: \.streamID
        case .repairedStreamID: \.repairedStreamID
        case .transportSequence: \.transportSequence
        case .absoluteSendTime: \.absoluteSendTime
        case .videoOrientation: \.videoOrientation
        case .absoluteCaptureTime: \.absoluteCaptureTime
        case .dependencyDescriptor: \.dependencyDescriptor
        }
    }
}
