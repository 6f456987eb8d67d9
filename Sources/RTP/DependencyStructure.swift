import Bytes

/// The templates that descriptors name, so as not to repeat them with each frame (appendix A.8.3).
struct DependencyStructure: Equatable, Sendable {
    var templates: [Template] = []
    /// The number of the first template; the others count on, modulo 64.
    var firstIdentifier = 0
    var targetCount = 0
    var chainCount = 0
    /// The largest size of each spatial layer, if told.
    var sizes: [Size] = []

    /// What frames of one kind have in common.
    struct Template: Equatable, Sendable {
        var spatialLayer: Int
        var temporalLayer: Int
        var indications: UInt64 = 0
        var differences = SIMD8<UInt16>()
        var differenceCount = 0
        var chainDifferences = SIMD32<UInt8>()
    }

    struct Size: Equatable, Sendable {
        var width: Int
        var height: Int
    }

    static let templateCount = 64
}

// template_id_offset (6), dt_cnt_minus_one (5), template_layers, template_dtis, template_fdiffs, template_chains,
// resolutions_present_flag (1), render_resolutions
extension DependencyStructure {
    init(parsing reader: inout BitReader) throws(WireError) {
        firstIdentifier = Int(try reader.read(6))
        targetCount = Int(try reader.read(5)) + 1
        try readLayers(&reader)
        for index in templates.indices {
            templates[index].indications = try Self.readIndications(of: targetCount, &reader)
        }
        for index in templates.indices {
            while try reader.readFlag() {
                let count = templates[index].differenceCount
                guard count < DependencyDescriptor.maximumDifferenceCount else {
                    throw .invalid("fdiff_follows_flag", at: reader.position / 8)
                }
                templates[index].differences[count] = UInt16(try reader.read(4)) + 1
                templates[index].differenceCount = count + 1
            }
        }
        try readChains(&reader)
        guard try reader.readFlag() else { return }
        for _ in 0...(templates.last?.spatialLayer ?? 0) {
            let width = Int(try reader.read(16)) + 1
            sizes.append(Size(width: width, height: Int(try reader.read(16)) + 1))
        }
    }

    private mutating func readLayers(_ reader: inout BitReader) throws(WireError) {
        var template = Template(spatialLayer: 0, temporalLayer: 0)
        var step: UInt32 = 0
        repeat {
            guard templates.count < Self.templateCount, template.spatialLayer < 4, template.temporalLayer < 8 else {
                throw .invalid("next_layer_idc", at: reader.position / 8)
            }
            templates.append(template)
            step = try reader.read(2)
            if step == 1 { template.temporalLayer += 1 }
            if step == 2 { (template.spatialLayer, template.temporalLayer) = (template.spatialLayer + 1, 0) }
        } while step != 3
    }

    private mutating func readChains(_ reader: inout BitReader) throws(WireError) {
        chainCount = try Self.readNonSymmetric(below: targetCount + 1, &reader)
        guard chainCount > 0 else { return }
        // The chain that protects each decode target.
        for _ in 0..<targetCount { _ = try Self.readNonSymmetric(below: chainCount, &reader) }
        for index in templates.indices {
            for chain in 0..<chainCount {
                templates[index].chainDifferences[chain] = UInt8(try reader.read(4))
            }
        }
    }

    static func readIndications(of count: Int, _ reader: inout BitReader) throws(WireError) -> UInt64 {
        var indications: UInt64 = 0
        for target in 0..<count { indications |= UInt64(try reader.read(2)) << UInt64(2 * target) }
        return indications
    }

    /// `ns(n)`: a number below `limit` in as few bits as tell it (AV1 specification §4.10.7).
    private static func readNonSymmetric(below limit: Int, _ reader: inout BitReader) throws(WireError) -> Int {
        guard limit > 1 else { return 0 }
        let bitCount = Int.bitWidth - limit.leadingZeroBitCount
        let shortCount = (1 << bitCount) - limit
        let value = Int(try reader.read(bitCount - 1))
        guard value >= shortCount else { return value }
        return (value << 1) - shortCount + Int(try reader.read(1))
    }
}
