public import Bytes

/// What must be known of MPEG audio's layer III to put it in files (ISO/IEC 11172-3, ISO/IEC 13818-3).
public enum MP3 {
    /// By how many samples a decoder is late (ISO/IEC 11172-3 annex C: one granule's overlap and the filter bank).
    public static let decoderDelay = 529
    /// By how many samples LAME, and what imitates it, begins before the sound.
    public static let usualEncoderDelay = 576

    /// The longest frame that there is, in bytes: 320 kbit/s at 32 kHz, padded.
    public static let longestFrame = 1_441

    /// What each frame says of itself in its first four bytes (ISO/IEC 11172-3 §2.4.1.3).
    ///
    /// ```
    /// | 7FF (11) | version (2) | 01 (2) | no CRC (1) | bit rate (4) | rate (2) | padded (1) | private (1) |
    /// | mode (2) | its extension (2) | copyright (1) | original (1) | emphasis (2) |
    /// ```
    public struct Header: Equatable, Sendable {
        /// How many bytes it has.
        public static let byteCount = 4

        private let word: UInt32

        /// Reads the header at the start of `bytes`.
        ///
        /// Free bit rates are refused, as such frames do not say how long they are.
        public init(parsing bytes: Span<UInt8>) throws(WireError) {
            var reader = ByteReader(bytes)
            try self.init(word: try reader.read())
        }

        private init(word: UInt32) throws(WireError) {
            guard word >> 21 == 0x7FF, word >> 19 & 3 != 1 else { throw .invalid("syncword", at: 0) }
            guard word >> 17 & 3 == 1 else { throw .invalid("layer", at: 1) }
            guard (1...14).contains(word >> 12 & 15) else { throw .invalid("bit rate", at: 2) }
            guard word >> 10 & 3 != 3 else { throw .invalid("sampling frequency", at: 2) }
            self.word = word
        }
    }

    /// In kbit/s, of MPEG-1 and of the lower sampling rates of MPEG-2, from index 1 on.
    private static let bitRates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let lowBitRates = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    private static let sampleRates = [44_100, 48_000, 32_000]
}

extension MP3.Header {
    /// Whether it is of MPEG-1; the lower sampling rates of MPEG-2 and 2.5 have half the samples in a frame.
    private var isFirstVersion: Bool { word >> 19 & 3 == 3 }
    private var isPadded: Bool { word >> 9 & 1 == 1 }

    /// How many samples of one channel a second has.
    public var sampleRate: Int {
        let rate = MP3.sampleRates[Int(word >> 10 & 3)]
        switch word >> 19 & 3 {
        case 3: return rate
        case 2: return rate / 2
        default: return rate / 4
        }
    }

    public var channelCount: Int { word >> 6 & 3 == 3 ? 1 : 2 }

    public var bitsPerSecond: Int {
        1_000 * (isFirstVersion ? MP3.bitRates : MP3.lowBitRates)[Int(word >> 12 & 15) - 1]
    }

    /// How many samples of one channel the frame decodes to.
    public var sampleCount: Int { isFirstVersion ? 1_152 : 576 }

    /// How many bytes the frame has, this header included.
    public var frameByteCount: Int { sampleCount / 8 * bitsPerSecond / sampleRate + (isPadded ? 1 : 0) }

    /// How many bytes of side information follow the header of a frame without checksum (§2.4.1.7).
    public var sideByteCount: Int {
        switch (isFirstVersion, channelCount) {
        case (true, 1), (false, 2): 17
        case (true, _): 32
        case (false, _): 9
        }
    }

    /// The four bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: word)
        return bytes
    }

    /// Whether two frames can be of one stream: same version, sampling rate and number of channels.
    public func isAlike(_ other: Self) -> Bool {
        (word ^ other.word) & 0xFFFE_0C00 == 0 && channelCount == other.channelCount
    }

    /// Whether they have the same bit rate as well, so that one is as long as the other, or a byte longer.
    public func isSteady(with other: Self) -> Bool { isAlike(other) && (word ^ other.word) & 0xF000 == 0 }

    /// The header of a frame without checksum that is as long as a usual one, or a byte longer.
    public func plain(isPadded: Bool = false) -> Self {
        // Bit 16 says that there is no checksum; the extension of a joint mode means nothing without sound.
        let plain = word & ~0x230 | 0x1_0000 | (isPadded ? 0x200 : 0)
        return (try? Self(word: plain)) ?? self
    }

    /// A frame that decodes to silence and needs none before it: all sizes in its side information are zero.
    public func silence(isPadded: Bool = false) -> [UInt8] {
        let header = plain(isPadded: isPadded)
        return header.bytes + [UInt8](repeating: 0, count: header.frameByteCount - Self.byteCount)
    }
}
