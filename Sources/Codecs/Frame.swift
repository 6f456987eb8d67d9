public import Units

/// How a track's media is encoded.
public enum Codec: String, Hashable, Sendable, CaseIterable {
    case h264
    case vp8
    case opus
    /// AAC-LC. Never received; made for files from what is.
    case aac
}

/// Whether a track is heard or seen.
public enum MediaKind: String, Hashable, Sendable {
    case audio
    case video
}

extension Codec {
    /// Whether it encodes sound or pictures.
    public var kind: MediaKind {
        switch self {
        case .h264, .vp8: .video
        case .opus, .aac: .audio
        }
    }

    /// The clock that its RTP timestamps count (RFC 6184 §8.2.1, RFC 7741 §6.1, RFC 7587 §4.1).
    public var clockRate: ClockRate {
        switch self {
        case .h264, .vp8: .video
        case .opus, .aac: .opus
        }
    }
}

/// One picture or one audio packet, whole, as it was encoded.
public struct Frame: Equatable, Sendable {
    public var codec: Codec

    /// Unwrapped RTP ticks of `codec.clockRate`.
    public var ticks: Int64

    /// Whether it can be decoded without any earlier frame.
    ///
    /// Always true of audio.
    public var isKeyframe: Bool

    /// Whether anything between the previous frame and this one was lost beyond repair, so that this
    /// frame may refer to a picture that never arrived.
    public var followsLoss: Bool

    /// The encoded bytes.
    ///
    /// H.264: each NAL unit behind its length in four bytes, big-endian, as MP4
    /// samples carry it (ISO/IEC 14496-15 §5.3.2), parameter sets included. VP8: the frame as
    /// RFC 6386 §9 starts it. Opus: one packet (RFC 6716 §3).
    public var bytes: [UInt8]

    /// When its last packet arrived.
    public var arrival: Instant

    public init(
        codec: Codec, ticks: Int64, isKeyframe: Bool, followsLoss: Bool = false, bytes: [UInt8], arrival: Instant
    ) {
        self.codec = codec
        self.ticks = ticks
        self.isKeyframe = isKeyframe
        self.followsLoss = followsLoss
        self.bytes = bytes
        self.arrival = arrival
    }
}
