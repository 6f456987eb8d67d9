extension TrackFormat {
    /// What the numbers of its pictures mean as light; nothing for sound, or if the stream leaves it open.
    public var colour: ColourDescription? {
        switch self {
        case .h264(_, _, let sets, _): Self.parsed(sets)?.colour
        case .h265(_, _, _, let sets, _): Self.parsedH265(sets)?.colour
        case .vp9(let format): format.colour
        case .av1(_, _, let header): (try? AV1.SequenceHeader(parsing: header))?.colour
        case .vp8, .opus, .aac, .mp3: nil
        }
    }

    /// How wide its pixels are for their height; nothing for sound, or if the stream leaves it open.
    public var pixelAspectRatio: PixelAspectRatio? {
        switch self {
        case .h264(_, _, let sets, _): Self.parsed(sets)?.pixelAspectRatio
        case .h265(_, _, _, let sets, _): Self.parsedH265(sets)?.pixelAspectRatio
        case .vp8, .vp9, .av1, .opus, .aac, .mp3: nil
        }
    }

    /// How many pictures at most come before one in the stream that are shown after it.
    ///
    /// 0 if pictures are shown as they are decoded; nothing if the stream does not tell, and for sound.
    public var maximumReorderedPictures: Int? {
        switch self {
        case .h264(_, _, let sets, _): Self.parsed(sets)?.maximumReorderedPictures
        case .h265(_, _, _, let sets, _): Self.parsedH265(sets)?.maximumReorderedPictures
        // Each frame or temporal unit shows one picture, the next one.
        case .vp8, .vp9, .av1: 0
        case .opus, .aac, .mp3: nil
        }
    }

    private static func parsed(_ sets: [[UInt8]]) -> H264.SequenceParameterSet? {
        sets.first.flatMap { try? H264.SequenceParameterSet(parsing: $0) }
    }

    private static func parsedH265(_ sets: [[UInt8]]) -> H265.SequenceParameterSet? {
        sets.first.flatMap { try? H265.SequenceParameterSet(parsing: $0) }
    }
}

extension VP9Format {
    /// What `color_space` stands for (VP9 specification §7.2.2), in the code points of ITU-T H.273; nothing if unknown.
    public var colour: ColourDescription? {
        let codes: (primaries: UInt8, transfer: UInt8, matrix: UInt8)
        switch colourSpace {
        case 1: codes = (5, 6, 5)
        case 2: codes = (1, 1, 1)
        case 3: codes = (6, 6, 6)
        case 4: codes = (7, 7, 7)
        case 5: codes = (9, bitDepth == 12 ? 15 : 14, 9)
        case 7: codes = (1, 13, 0)
        default:
            let unspecified = ColourDescription.unspecified
            let open = ColourDescription(
                primaries: unspecified, transfer: unspecified, matrix: unspecified, isFullRange: isFullRange)
            return open.isInformative ? open : nil
        }
        return ColourDescription(
            primaries: codes.primaries, transfer: codes.transfer, matrix: codes.matrix, isFullRange: isFullRange)
    }
}
