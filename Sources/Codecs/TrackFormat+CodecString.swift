extension TrackFormat {
    /// What players call it in MP4: the value of a media type's `codecs` parameter (RFC 6381 §3.3).
    ///
    /// In WebM it is the same, but for VP8, which is just `vp8` there.
    public var codecString: String {
        switch self {
        case .h264(_, _, let sets, _): "avc1" + Self.h264Parameters(sets.first)
        case .h265(_, _, _, let sets, _): "hvc1" + Self.h265Parameters(sets.first)
        case .vp8(let width, let height):
            "vp08" + Self.vp9Parameters(VP8.format(of: PictureSize(width: width, height: height)))
        case .vp9(let format): "vp09" + Self.vp9Parameters(format)
        case .av1(_, _, let header): "av01" + Self.av1Parameters(header)
        case .opus: "opus"
        case .aac(_, _, let configuration): "mp4a.40.\(Int(configuration.first ?? 0x10) >> 3)"
        case .mp3: "mp3"
        }
    }

    /// Profile, constraints and level, two hexadecimal digits each.
    private static func h264Parameters(_ set: [UInt8]?) -> String {
        guard let set, set.count >= 4 else { return "" }
        return "." + set[1...3].map { hexadecimal($0) }.joined()
    }

    /// ISO/IEC 14496-15 annex E: profile, compatibility with its bits reversed, tier and level, and as many bytes of
    /// constraints as are not zero up to the end.
    private static func h265Parameters(_ set: [UInt8]?) -> String {
        guard let set, let parsed = try? H265.SequenceParameterSet(parsing: set) else { return "" }
        let told = parsed.profile
        let space = ["", "A", "B", "C"][Int(told.profile >> 6)]
        var reversed: UInt32 = 0
        for bit in 0..<32 where told.compatibility >> UInt32(bit) & 1 == 1 { reversed |= 1 << UInt32(31 - bit) }
        var constraints = (0..<6).map { UInt8(truncatingIfNeeded: told.constraints >> UInt64(40 - 8 * $0)) }
        while constraints.last == 0 { constraints.removeLast() }
        let tail = constraints.map { "." + String($0, radix: 16, uppercase: true) }.joined()
        return ".\(space)\(told.profile & 0x1F).\(String(reversed, radix: 16, uppercase: true))"
            + ".\(told.isHighTier ? "H" : "L")\(told.level)\(tail)"
    }

    /// "VP Codec ISO Media File Format Binding": profile, level, depth, chroma, colour and range.
    private static func vp9Parameters(_ format: VP9Format) -> String {
        var numbers = [format.profile, format.level, format.bitDepth]
        if let colour = format.colour {
            numbers.append(format.chromaSubsampling)
            numbers += [colour.primaries, colour.transfer, colour.matrix].map(Int.init)
            numbers.append(colour.isFullRange ? 1 : 0)
        }
        return numbers.map { "." + twoDigits($0) }.joined()
    }

    /// "AV1 Codec ISO Media File Format Binding" §5: profile, level and tier, depth, and the rest where colour is told.
    private static func av1Parameters(_ header: [UInt8]) -> String {
        guard let parsed = try? AV1.SequenceHeader(parsing: header) else { return "" }
        let tier = parsed.isHighTier ? "H" : "M"
        let short = ".\(parsed.profile).\(twoDigits(parsed.level))\(tier).\(twoDigits(parsed.bitDepth))"
        guard let colour = parsed.colour else { return short }
        let isSubsampledTwice = parsed.isSubsampledHorizontally && parsed.isSubsampledVertically
        let chroma =
            [parsed.isSubsampledHorizontally, parsed.isSubsampledVertically].map { $0 ? "1" : "0" }.joined()
            + "\(isSubsampledTwice ? parsed.chromaSamplePosition : 0)"
        let codes = [colour.primaries, colour.transfer, colour.matrix].map { twoDigits(Int($0)) }
        return short + ".\(parsed.isMonochrome ? 1 : 0).\(chroma)." + codes.joined(separator: ".")
            + ".\(colour.isFullRange ? 1 : 0)"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
