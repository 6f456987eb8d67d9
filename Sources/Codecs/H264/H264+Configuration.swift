public import Bytes

extension H264 {
    /// The AVCDecoderConfigurationRecord of a sample entry's `avcC` box (ISO/IEC 14496-15 §5.3.3.1).
    ///
    /// Nothing without a readable sequence parameter set, or with more parameter sets than the record counts.
    public static func configurationRecord(of sets: ParameterSets) -> [UInt8]? {
        guard let first = sets.sequence.first, let parsed = try? SequenceParameterSet(parsing: first) else {
            return nil
        }
        guard sets.sequence.count <= 31, sets.picture.count <= 255 else { return nil }
        var record: [UInt8] = [1, parsed.profile, parsed.constraints, parsed.level]
        // Reserved ones, then the length of NAL unit lengths less one.
        record.append(0xFC | UInt8(lengthByteCount - 1))
        record.append(0xE0 | UInt8(sets.sequence.count))
        append(sets.sequence, to: &record)
        record.append(UInt8(sets.picture.count))
        append(sets.picture, to: &record)
        // §5.3.3.1.2 wants these behind the sets in the High profiles only.
        if [100, 110, 122, 144].contains(parsed.profile) {
            record.append(0xFC | UInt8(parsed.chromaFormat))
            record.append(0xF8 | UInt8(parsed.lumaBitDepth - 8))
            record.append(0xF8 | UInt8(parsed.chromaBitDepth - 8))
            record.append(0)
        }
        return record
    }

    /// Reads the parameter sets back out of an AVCDecoderConfigurationRecord.
    public static func parameterSets(inConfiguration record: Span<UInt8>) throws(WireError) -> ParameterSets {
        var reader = ByteReader(record)
        let version: UInt8 = try reader.read()
        guard version == 1 else { throw .invalid("configurationVersion", at: 0) }
        try reader.skip(4)
        var sets = ParameterSets()
        let sequenceCount = try reader.read(UInt8.self) & 0x1F
        for _ in 0..<sequenceCount { sets.sequence.append(try readSet(&reader)) }
        let pictureCount = try reader.read(UInt8.self)
        for _ in 0..<pictureCount { sets.picture.append(try readSet(&reader)) }
        return sets
    }

    private static func readSet(_ reader: inout ByteReader) throws(WireError) -> [UInt8] {
        let count: UInt16 = try reader.read()
        return try reader.readBytes(Int(count))
    }

    private static func append(_ sets: [[UInt8]], to record: inout [UInt8]) {
        for set in sets {
            record.append(bigEndian: UInt16(truncatingIfNeeded: set.count))
            record += set
        }
    }
}
