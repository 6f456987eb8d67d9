public import Bytes

extension VP9Format {
    // | profile (8) | level (8) | depth (4) | chroma (3) |R| primaries (8) | transfer (8) | matrix (8) | 0 (16) |
    /// The VPCodecConfigurationRecord of a sample entry's `vpcC` box ("VP Codec ISO Media File Format Binding").
    public var configurationRecord: [UInt8] {
        let unspecified = ColourDescription.unspecified
        let depth = UInt8(bitDepth & 15) << 4 | UInt8(chromaSubsampling & 7) << 1 | (isFullRange ? 1 : 0)
        return [
            UInt8(profile & 3), UInt8(level), depth, colour?.primaries ?? unspecified,
            colour?.transfer ?? unspecified, colour?.matrix ?? unspecified, 0, 0,
        ]
    }

    /// Reads a VPCodecConfigurationRecord; the size stands elsewhere.
    public init(size: PictureSize, configuration record: Span<UInt8>) throws(WireError) {
        var reader = ByteReader(record)
        let profile: UInt8 = try reader.read()
        try reader.skip(1)
        let depth: UInt8 = try reader.read()
        self.init(
            size: size, profile: Int(profile), bitDepth: Int(depth >> 4), chromaSubsampling: Int(depth >> 1 & 7),
            isFullRange: depth & 1 == 1)
        let told = ColourDescription(
            primaries: try reader.read(), transfer: try reader.read(), matrix: try reader.read(),
            isFullRange: isFullRange)
        setColourSpace(of: told)
    }

    /// Finds the colour space that means `colour`; one that no space means changes nothing.
    public mutating func setColourSpace(of colour: ColourDescription) {
        for space in 1...7 {
            var other = self
            other.colourSpace = space
            if other.colour == colour { self = other }
        }
    }

    /// The least level, times ten, that such pictures fit in at 60 a second (VP9 specification, annex A).
    public var level: Int {
        let lumaCount = size.width * size.height
        let fitting = Self.levels.first { lumaCount <= $0.pictureSamples && lumaCount * 60 <= $0.samplesPerSecond }
        return fitting?.level ?? 62
    }

    private static let levels: [(level: Int, samplesPerSecond: Int, pictureSamples: Int)] = [
        (10, 829_440, 36_864), (11, 2_764_800, 73_728), (20, 4_608_000, 122_880), (21, 9_216_000, 245_760),
        (30, 20_736_000, 552_960), (31, 36_864_000, 983_040), (40, 83_558_400, 2_228_224),
        (41, 160_432_128, 2_228_224), (50, 311_951_360, 8_912_896), (51, 588_251_136, 8_912_896),
        (52, 1_176_502_272, 8_912_896), (60, 1_176_502_272, 35_651_584), (61, 2_353_004_544, 35_651_584),
        (62, 4_706_009_088, 35_651_584),
    ]
}

extension VP8 {
    /// What VP8 is in the words that both codecs share: one profile, 8 bits, 4:2:0.
    ///
    /// For the sample entry `vp08`, whose record is VP9's.
    public static func format(of size: PictureSize) -> VP9Format {
        VP9Format(size: size, profile: 0, bitDepth: 8, chromaSubsampling: 0, isFullRange: false)
    }
}
