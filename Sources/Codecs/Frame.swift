public import Units

/// How a track's media is encoded.
public enum Codec: String, Hashable, Sendable, CaseIterable {
    case h264
    case h265
    case vp8
    case vp9
    case av1
    case opus
    /// G.711 with the µ-law (RFC 3551 §4.5.14).
    case pcmu
    /// G.711 with the A-law (RFC 3551 §4.5.14).
    case pcma
    case g722
    /// AAC-LC. Never received; made for files from what is.
    case aac
    /// Layer III of MPEG-1 and MPEG-2. Never received; made for files from what is.
    case mp3
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
        case .h264, .h265, .vp8, .vp9, .av1: .video
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3: .audio
        }
    }

    /// Whether calls carry it; the others are made here for files.
    public var isCarried: Bool { self != .aac && self != .mp3 }

    /// The clock that its RTP timestamps count (RFC 6184 §8.2.1, RFC 7741 §6.1, RFC 7587 §4.1, RFC 3551 §6).
    ///
    /// G.722 counts 8,000 ticks a second although it samples 16,000 times (RFC 3551 §4.5.2).
    public var clockRate: ClockRate {
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1: .video
        case .opus, .aac, .mp3: .opus
        case .pcmu, .pcma, .g722: .telephone
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

    /// Whether it refers, directly or through others, to a picture that never arrived whole.
    ///
    /// Of sound: whether anything between the previous packet and this one was lost beyond repair.
    public var isBroken: Bool

    /// Whether any of its packets had to be sent again, or was made from redundancy.
    public var isRepaired = false

    /// The encoded bytes.
    ///
    /// H.264: each NAL unit behind its length in four bytes, big-endian, as MP4
    /// samples carry it (ISO/IEC 14496-15 §5.3.2), parameter sets included; H.265 likewise (§8.3.2). VP8: the frame as
    /// RFC 6386 §9 starts it. VP9: one superframe (its bitstream specification, annex B). AV1: the OBUs of one
    /// temporal unit, each with its size, without temporal delimiters. Opus: one packet (RFC 6716 §3). G.711 and
    /// G.722: as many octets as the packet held.
    public var bytes: [UInt8]

    /// How the sender's camera was held, if the frame says (3GPP TS 26.114 §7.4.5).
    public var rotation: Rotation?

    /// The sender's wall clock when it was captured, if the frame says (the abs-capture-time header extension).
    public var captureTime: NTPTime?

    /// When its last packet arrived.
    public var arrival: Instant

    public init(
        codec: Codec, ticks: Int64, isKeyframe: Bool, isBroken: Bool = false, bytes: [UInt8], arrival: Instant
    ) {
        self.codec = codec
        self.ticks = ticks
        self.isKeyframe = isKeyframe
        self.isBroken = isBroken
        self.bytes = bytes
        self.arrival = arrival
    }
}
