public import Bytes

extension AV1 {
    // |1| version (7) | profile (3) | level (5) |T|H|W|M|X|Y| pos (2) | 000 |delay| 0000 | sequence header …
    /// The AV1CodecConfigurationRecord that `av1C` and Matroska carry ("AV1 Codec ISO Media File Format Binding" §2.3).
    ///
    /// Nothing if the sequence header cannot be read.
    public static func configurationRecord(sequenceHeader: [UInt8]) -> [UInt8]? {
        guard let parsed = try? SequenceHeader(parsing: sequenceHeader) else { return nil }
        var depth: UInt8 = parsed.isHighTier ? 0x80 : 0
        if parsed.bitDepth > 8 { depth |= 0x40 }
        if parsed.bitDepth > 10 { depth |= 0x20 }
        if parsed.isMonochrome { depth |= 0x10 }
        if parsed.isSubsampledHorizontally { depth |= 0x08 }
        if parsed.isSubsampledVertically { depth |= 0x04 }
        depth |= UInt8(parsed.chromaSamplePosition & 3)
        return [0x81, UInt8(parsed.profile << 5 | parsed.level & 0x1F), depth, 0] + sequenceHeader
    }

    /// Finds the sequence header in an AV1CodecConfigurationRecord; nothing if it has none.
    public static func sequenceHeader(inConfiguration record: [UInt8]) throws(WireError) -> [UInt8]? {
        guard record.count >= 4 else { throw .truncated(at: 0, needed: 4, available: record.count) }
        guard record[0] == 0x81 else { throw .invalid("marker and version", at: 0) }
        return sequenceHeader(in: Array(record.dropFirst(4)))
    }
}
