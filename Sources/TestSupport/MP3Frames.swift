public import Codecs

/// Frames as an MP3 encoder of one bit rate makes them, filled with anything: nobody here listens to them.
public struct MP3Frames: Sendable {
    /// What the frames are like.
    public enum Kind: String, CaseIterable, Sendable {
        /// 192 bytes of 24 ms.
        case mono48
        /// 417 or 418 bytes of 26 ms.
        case stereo44
        /// 216 bytes of 36 ms, by the rules of MPEG-2.
        case mono16
    }

    public let frames: [[UInt8]]
    /// How many samples of one channel each has.
    public let samplesPerFrame: Int
    public let sampleRate: Int

    /// What the first of them says of itself.
    public var header: MP3.Header {
        get throws {
            let first = frames.first ?? []
            return try MP3.Header(parsing: first.span)
        }
    }

    /// So many frames, always the same ones.
    public init(_ kind: Kind, count: Int) {
        samplesPerFrame = kind == .mono16 ? 576 : 1_152
        sampleRate = kind == .mono48 ? 48_000 : kind == .stereo44 ? 44_100 : 16_000
        var (owed, value) = (0, UInt32(7))
        frames = (0..<count).map { _ in
            // 144 * 128,000 bit/s are 41,700 bytes and 42,300 of 44,100 of one: so often a byte is added.
            owed += kind == .stereo44 ? 42_300 : 0
            let isPadded = owed >= 44_100
            if isPadded { owed -= 44_100 }
            let header: [UInt8]
            let byteCount: Int
            switch kind {
            case .mono48: (header, byteCount) = ([0xFF, 0xFB, 0x54, 0xC4], 192)
            case .stereo44: (header, byteCount) = ([0xFF, 0xFB, isPadded ? 0x92 : 0x90, 0x64], isPadded ? 418 : 417)
            case .mono16: (header, byteCount) = ([0xFF, 0xF3, 0x68, 0xC4], 216)
            }
            return header
                + (header.count..<byteCount).map { _ in
                    value = value &* 1_664_525 &+ 1_013_904_223
                    return UInt8(value >> 24)
                }
        }
    }
}
