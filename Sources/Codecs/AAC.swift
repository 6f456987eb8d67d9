public import Bytes

/// What must be known of AAC-LC to carry it (ISO/IEC 14496-3).
public enum AAC {
    /// How many samples one packet holds (§4.5.1.1).
    public static let packetSampleCount = 1024

    /// The AudioSpecificConfig of AAC-LC (§1.6.2.1), as far as it is used here.
    public struct Configuration: Equatable, Sendable {
        public var sampleRate: Int
        public var channelCount: Int

        /// A configuration of a rate that the standard lists, with one or two channels.
        public init(sampleRate: Int, channelCount: Int) {
            precondition(AAC.sampleRates.contains(sampleRate), "AAC lists its sample rates")
            precondition((1...2).contains(channelCount), "one or two channels")
            self.sampleRate = sampleRate
            self.channelCount = channelCount
        }
    }

    /// The rates that have an index (§1.6.3.4).
    public static let sampleRates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
    ]

    /// The audio object type of AAC-LC (§1.5.1.1).
    private static let lowComplexity: UInt8 = 2
}

extension AAC.Configuration {
    // | object type (5) | rate index (4) | channels (4) | 000 |
    /// The two bytes of the AudioSpecificConfig.
    public var bytes: [UInt8] { [2 << 3 | rateIndex >> 1, rateIndex << 7 | UInt8(channelCount) << 3] }

    /// Reads an AudioSpecificConfig of AAC-LC; what may follow (SBR signalling) is left alone.
    public init(parsing bytes: Span<UInt8>) throws(WireError) {
        var reader = BitReader(bytes)
        guard try reader.read(5) == 2 else { throw .invalid("audio object type", at: 0) }
        let index = Int(try reader.read(4))
        let rate = index == 15 ? Int(try reader.read(24)) : index < AAC.sampleRates.count ? AAC.sampleRates[index] : 0
        let channels = Int(try reader.read(4))
        guard AAC.sampleRates.contains(rate) else { throw .invalid("sampling frequency", at: 0) }
        guard (1...2).contains(channels) else { throw .invalid("channel configuration", at: 1) }
        self.init(sampleRate: rate, channelCount: channels)
    }

    fileprivate var rateIndex: UInt8 { UInt8(AAC.sampleRates.firstIndex(of: sampleRate) ?? 0) }
}

extension AAC {
    /// How many bytes of header an ADTS packet without checksum has (§1.A.2.2).
    public static let adtsHeaderByteCount = 7

    // | FFF | 0 (MPEG-4) | 00 | 1 (no CRC) | profile (2) | rate (4) | 0 | channels (3) | 0000 |
    // | frame length (13) | fullness (11) | blocks less one (2) |
    /// The ADTS header before a packet of `byteCount` bytes, as raw `.aac` files have it.
    public static func adtsHeader(_ configuration: Configuration, byteCount: Int) -> [UInt8] {
        let total = byteCount + adtsHeaderByteCount
        precondition(byteCount >= 0 && total < 1 << 13, "13 bits count the bytes of an ADTS packet")
        let channels = UInt8(configuration.channelCount)
        return [
            0xFF, 0xF1, (lowComplexity - 1) << 6 | configuration.rateIndex << 2 | channels >> 2,
            channels << 6 | UInt8(total >> 11), UInt8(total >> 3 & 0xFF), UInt8(total & 7) << 5 | 0x1F, 0xFC,
        ]
    }

    /// Reads the ADTS header at the start of `bytes`: what it describes and where its packet lies.
    public static func parseADTS(
        _ bytes: Span<UInt8>
    ) throws(WireError) -> (configuration: Configuration, packet: Range<Int>) {
        let header = try parseADTSHeader(bytes)
        guard header.byteCount <= bytes.count else {
            throw .truncated(at: 0, needed: header.byteCount, available: bytes.count)
        }
        return (header.configuration, header.headerByteCount..<header.byteCount)
    }

    /// Reads the ADTS header at the start of `bytes`, which need not reach to the end of its packet: what it describes,
    /// and how many bytes header and packet have.
    public static func parseADTSHeader(
        _ bytes: Span<UInt8>
    ) throws(WireError) -> (configuration: Configuration, headerByteCount: Int, byteCount: Int) {
        var reader = BitReader(bytes)
        guard try reader.read(12) == 0xFFF else { throw .invalid("syncword", at: 0) }
        guard try reader.read(3) & 3 == 0 else { throw .invalid("layer", at: 1) }
        let headerByteCount = try reader.readFlag() ? 7 : 9
        guard try reader.read(2) == 1 else { throw .invalid("profile", at: 2) }
        let index = Int(try reader.read(4))
        guard index < sampleRates.count else { throw .invalid("sampling frequency", at: 2) }
        _ = try reader.readFlag()
        let channels = Int(try reader.read(3))
        guard (1...2).contains(channels) else { throw .invalid("channel configuration", at: 2) }
        _ = try reader.read(4)
        let total = Int(try reader.read(13))
        guard total >= headerByteCount else { throw .invalid("frame length", at: 3) }
        return (Configuration(sampleRate: sampleRates[index], channelCount: channels), headerByteCount, total)
    }

    /// A packet that decodes to silence: one element without a single band, and the end (§4.4.2.1).
    public static func silence(channelCount: Int) -> [UInt8] {
        precondition((1...2).contains(channelCount), "one or two channels")
        // A single channel is 000 0000, gain and bands all zero, 111; a pair 001 0000 1, twice the same, 111.
        return channelCount == 1 ? [0, 0, 0, 7] : [0x21, 0, 0, 0, 0, 0x1C]
    }
}
