import Bytes

/// What `avcC` repeats of a High profile's sequence parameter set (ISO/IEC 14496-15 §5.3.3.1).
struct ChromaAndDepth: Equatable {
    private let chromaFormat: UInt8
    private let lumaDepthMinus8: UInt8
    private let chromaDepthMinus8: UInt8

    /// Nothing for the profiles that are always 4:2:0 with 8 bits (ITU-T H.264 §7.3.2.1.1).
    init?(sequenceSet: [UInt8]) {
        guard sequenceSet.count > 4, [100, 110, 122, 144].contains(sequenceSet[1]) else { return nil }
        let fields = Self.withoutEmulationPrevention(sequenceSet.dropFirst(4).prefix(32))
        var reader = BitReader(fields.span)
        do {
            _ = try reader.readUnsignedExpGolomb()
            let chroma = try reader.readUnsignedExpGolomb()
            if chroma == 3 { _ = try reader.readFlag() }
            let luma = try reader.readUnsignedExpGolomb()
            let chromaDepth = try reader.readUnsignedExpGolomb()
            chromaFormat = UInt8(truncatingIfNeeded: chroma & 3)
            lumaDepthMinus8 = UInt8(truncatingIfNeeded: luma & 7)
            chromaDepthMinus8 = UInt8(truncatingIfNeeded: chromaDepth & 7)
        } catch { return nil }
    }

    /// The four bytes at the end of `avcC`: no further parameter set extensions.
    var configurationBytes: [UInt8] { [0xFC | chromaFormat, 0xF8 | lumaDepthMinus8, 0xF8 | chromaDepthMinus8, 0] }

    /// ITU-T H.264 §7.4.1: a 3 after two zeros is not part of the content.
    private static func withoutEmulationPrevention(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            content.append(byte)
        }
        return content
    }
}
