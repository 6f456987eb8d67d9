public import Bytes

extension H265 {
    /// The HEVCDecoderConfigurationRecord of a sample entry's `hvcC` box (ISO/IEC 14496-15 §8.3.3.1).
    ///
    /// Nothing without a readable sequence parameter set, or with more parameter sets than the record counts.
    public static func configurationRecord(of sets: ParameterSets) -> [UInt8]? {
        guard let first = sets.sequence.first, let parsed = try? SequenceParameterSet(parsing: first) else {
            return nil
        }
        let arrays = [(32, sets.video), (33, sets.sequence), (34, sets.picture)] as [(UInt8, [[UInt8]])]
        let all = arrays.flatMap(\.1)
        guard all.count <= maximumSetCount, all.allSatisfy({ $0.count <= Int(UInt16.max) }) else { return nil }
        var record: [UInt8] = [1, parsed.profile.profile]
        record.append(bigEndian: parsed.profile.compatibility)
        record.append(bigEndian: UInt32(truncatingIfNeeded: parsed.profile.constraints >> 16))
        record.append(bigEndian: UInt16(truncatingIfNeeded: parsed.profile.constraints))
        record.append(parsed.profile.level)
        // Reserved ones, and nothing promised of segments and of parallel decoding.
        record += [0xF0, 0, 0xFC]
        record.append(0xFC | UInt8(truncatingIfNeeded: parsed.chromaFormat))
        record.append(0xF8 | UInt8(truncatingIfNeeded: parsed.lumaBitDepth - 8))
        record.append(0xF8 | UInt8(truncatingIfNeeded: parsed.chromaBitDepth - 8))
        // No frame rate promised.
        record += [0, 0]
        let nesting: UInt8 = parsed.isTemporallyNested ? 4 : 0
        record.append(UInt8(parsed.temporalLayerCount) << 3 | nesting | UInt8(lengthByteCount - 1))
        record.append(UInt8(arrays.count))
        for (type, units) in arrays {
            // The bit that says that all are here, which `hvc1` demands (§8.4.1.1.2).
            record.append(0x80 | type)
            record.append(bigEndian: UInt16(units.count))
            for unit in units {
                record.append(bigEndian: UInt16(unit.count))
                record += unit
            }
        }
        return record
    }

    /// More parameter sets than any stream has at a time: there are 16 identifiers of each kind, and 64 of the last.
    private static let maximumSetCount = 96

    /// Reads the parameter sets back out of an HEVCDecoderConfigurationRecord.
    public static func parameterSets(inConfiguration record: Span<UInt8>) throws(WireError) -> ParameterSets {
        var reader = ByteReader(record)
        let version: UInt8 = try reader.read()
        guard version == 1 else { throw .invalid("configurationVersion", at: 0) }
        try reader.skip(21)
        var sets = ParameterSets()
        for _ in 0..<(try reader.read(UInt8.self)) {
            let type = try reader.read(UInt8.self) & 0x3F
            for _ in 0..<(try reader.read(UInt16.self)) {
                let unit = try reader.readBytes(Int(try reader.read(UInt16.self)))
                switch type {
                case 32: sets.video.append(unit)
                case 33: sets.sequence.append(unit)
                case 34: sets.picture.append(unit)
                default: continue
                }
            }
        }
        return sets
    }
}
