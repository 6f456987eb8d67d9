import Codecs

/// The sample description of a track (`stsd`, ISO/IEC 14496-12 §8.5.2).
extension BoxWriter {
    /// Lists what a track's samples are.
    ///
    /// With several, the first is repeated at the end: FFmpeg, and so Chromium, VLC and mpv, take a track for what its last
    /// entry says until the first sample tells otherwise, others for what its first says. They also believe one entry's
    /// colour and pixel shape of all the others: what entries do not agree on is left to the pictures themselves.
    mutating func sampleDescription(_ formats: [TrackFormat]) {
        let entries = formats.count > 1 ? formats + formats.prefix(1) : formats
        let appearances = formats.map { Appearance(of: $0) }
        let isOne = appearances.allSatisfy { $0 == appearances.first }
        fullBox("stsd") {
            $0.append(UInt32(entries.count))
            for format in entries { $0.sampleEntry(format, isOne ? Appearance(of: format) : Appearance()) }
        }
    }

    /// What an entry says of how pictures look.
    struct Appearance: Equatable {
        var colour: ColourDescription?
        /// Nothing if pixels are squares.
        var pixelAspectRatio: PixelAspectRatio?

        init() {}

        init(of format: TrackFormat) {
            colour = format.colour
            guard let ratio = format.pixelAspectRatio, ratio.horizontal != ratio.vertical else { return }
            pixelAspectRatio = ratio
        }
    }

    /// One entry: what the codec is, and what its decoder must know beforehand.
    mutating func sampleEntry(_ format: TrackFormat, _ appearance: Appearance) {
        switch format {
        case .h264(_, _, let sequenceSets, let pictureSets):
            visualEntry("avc1", format, appearance) {
                $0.box("avcC") {
                    $0.append(Self.avcConfiguration(H264.ParameterSets(sequence: sequenceSets, picture: pictureSets)))
                }
            }
        case .h265(_, _, let videoSets, let sequenceSets, let pictureSets):
            let sets = H265.ParameterSets(video: videoSets, sequence: sequenceSets, picture: pictureSets)
            visualEntry("hvc1", format, appearance) { $0.box("hvcC") { $0.append(Self.hevcConfiguration(sets)) } }
        case .vp8(let width, let height):
            let same = VP8.format(of: PictureSize(width: width, height: height))
            visualEntry("vp08", format, appearance) {
                $0.fullBox("vpcC", version: 1) { $0.append(same.configurationRecord) }
            }
        case .vp9(let stream):
            visualEntry("vp09", format, appearance) {
                $0.fullBox("vpcC", version: 1) { $0.append(stream.configurationRecord) }
            }
        case .av1(_, _, let header):
            visualEntry("av01", format, appearance) { $0.box("av1C") { $0.append(Self.av1Configuration(header)) } }
        case .aac(let sampleRate, let channelCount, let configuration):
            audioEntry("mp4a", sampleRate: sampleRate, channelCount: channelCount) {
                $0.elementaryStream(configuration)
            }
        case .mp3: preconditionFailure("MP3 goes to files of its own")
        case .opus(let channelCount, let preSkip):
            audioEntry("Opus", sampleRate: 48_000, channelCount: channelCount) {
                $0.opusConfiguration(channelCount: channelCount, preSkip: preSkip)
            }
        }
    }

    /// ISO/IEC 14496-12 §12.1.3: 72 dots an inch, one frame a sample, 24 bits deep.
    private mutating func visualEntry(
        _ type: FourCC, _ format: TrackFormat, _ appearance: Appearance, _ configuration: (inout BoxWriter) -> Void
    ) {
        let size = format.pictureSize ?? PictureSize(width: 0, height: 0)
        box(type) {
            $0.appendZeros(6)
            $0.append(UInt16(1))
            $0.appendZeros(16)
            $0.append(UInt16(clamping: size.width))
            $0.append(UInt16(clamping: size.height))
            $0.append(UInt32(0x48_0000))
            $0.append(UInt32(0x48_0000))
            $0.appendZeros(4)
            $0.append(UInt16(1))
            $0.appendZeros(32)
            $0.append(UInt16(24))
            $0.append(UInt16.max)
            configuration(&$0)
            if let colour = appearance.colour { $0.colour(colour) }
            if let ratio = appearance.pixelAspectRatio { $0.pixelAspectRatio(ratio) }
        }
    }

    /// `colr` with code points (ISO/IEC 14496-12 §12.1.5).
    private mutating func colour(_ colour: ColourDescription) {
        box("colr") {
            $0.append("nclx" as FourCC)
            for code in [colour.primaries, colour.transfer, colour.matrix] { $0.append(UInt16(code)) }
            $0.append(UInt8(colour.isFullRange ? 0x80 : 0))
        }
    }

    /// `pasp` (ISO/IEC 14496-12 §12.1.4), where pixels are no squares.
    private mutating func pixelAspectRatio(_ ratio: PixelAspectRatio) {
        box("pasp") {
            $0.append(UInt32(clamping: ratio.horizontal))
            $0.append(UInt32(clamping: ratio.vertical))
        }
    }

    /// ISO/IEC 14496-12 §12.2.3; a rate that 16 bits cannot hold is left to the codec's configuration.
    private mutating func audioEntry(
        _ type: FourCC, sampleRate: Int, channelCount: Int, _ configuration: (inout BoxWriter) -> Void
    ) {
        box(type) {
            $0.appendZeros(6)
            $0.append(UInt16(1))
            $0.appendZeros(8)
            $0.append(UInt16(clamping: channelCount))
            $0.append(UInt16(16))
            $0.appendZeros(4)
            $0.append(UInt32(UInt16(exactly: sampleRate) ?? 0) << 16)
            configuration(&$0)
        }
    }

    /// `esds` (ISO/IEC 14496-14 §5.6): descriptors inside each other, each length in one byte.
    private mutating func elementaryStream(_ configuration: [UInt8]) {
        let specific = Array(configuration.prefix(64))
        let decoder: [UInt8] =
            [0x40, 0x15] + [UInt8](repeating: 0, count: 11) + [0x05, UInt8(specific.count)] + specific
        let stream: [UInt8] = [0, 0, 0, 0x04, UInt8(decoder.count)] + decoder + [0x06, 1, 2]
        fullBox("esds") { $0.append([0x03, UInt8(stream.count)] + stream) }
    }

    /// `dOps`, as "Encapsulation of Opus in ISO Base Media File Format" §4.3.2 lays it out.
    private mutating func opusConfiguration(channelCount: Int, preSkip: Int) {
        box("dOps") {
            $0.append(UInt8(0))
            $0.append(UInt8(clamping: channelCount))
            $0.append(UInt16(clamping: preSkip))
            $0.append(UInt32(48_000))
            $0.append(UInt16(0))
            $0.append(UInt8(0))
        }
    }
}

extension TrackFormat {
    /// How large its pictures are shown: with square pixels (ISO/IEC 14496-12 §8.3.2.3).
    var displaySize: PictureSize {
        var size = pictureSize ?? PictureSize(width: 0, height: 0)
        if let ratio = pixelAspectRatio {
            size.width = (size.width * ratio.horizontal + ratio.vertical / 2) / ratio.vertical
        }
        return size
    }
}

/// Where parameter sets make no record, one without sets stands in, and a decoder takes those in the stream.
extension BoxWriter {
    private static func avcConfiguration(_ sets: H264.ParameterSets) -> [UInt8] {
        H264.configurationRecord(of: sets) ?? [1, 66, 0, 30, 0xFF, 0xE0, 0]
    }

    private static func hevcConfiguration(_ sets: H265.ParameterSets) -> [UInt8] {
        // Main profile, level 3.1, 4:2:0, 8 bits, no arrays.
        H265.configurationRecord(of: sets)
            ?? [1, 1, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93, 0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, 0]
    }

    private static func av1Configuration(_ header: [UInt8]) -> [UInt8] {
        // Main profile, level 2.0, 4:2:0, 8 bits.
        AV1.configurationRecord(sequenceHeader: header) ?? [0x81, 0, 0x0C, 0]
    }
}
