public import Bytes

/// Reads the dependency descriptors of one stream, whose keyframes bring the structure that the rest build on.
public struct DependencyDescriptorReader: Sendable {
    private var structure: DependencyStructure?

    /// Knows no structure yet: only a keyframe's first packet can be read.
    public init() {}

    // |S|E| template (6)  |        frame number (16)              |   and if it is longer:
    // |T|A|D|F|C|  structure  if T;  active targets  if A;  indications  if D;  differences  if F;  chains  if C
    /// Reads the value of the header extension; one that is refused changes nothing.
    public mutating func read(_ bytes: Span<UInt8>) throws(WireError) -> DependencyDescriptor {
        var reader = BitReader(bytes)
        var descriptor = DependencyDescriptor(
            startsFrame: try reader.readFlag(), endsFrame: try reader.readFlag(), frameNumber: 0)
        let identifier = Int(try reader.read(6))
        descriptor.frameNumber = UInt16(try reader.read(16))
        var flags = Flags()
        if bytes.count > 3 { flags = try Flags(parsing: &reader) }
        var current = structure
        if flags.hasStructure { current = try DependencyStructure(parsing: &reader) }
        guard let current else { throw .invalid("template_dependency_structure_present_flag", at: 3) }
        descriptor.hasStructure = flags.hasStructure
        if flags.hasStructure { descriptor.activeTargets = Self.allTargets(of: current.targetCount) }
        if flags.hasActiveTargets { descriptor.activeTargets = try reader.read(current.targetCount) }
        try Self.apply(identifier, of: current, to: &descriptor)
        if flags.hasIndications {
            descriptor.indications = try DependencyStructure.readIndications(of: current.targetCount, &reader)
        }
        if flags.hasDifferences { try Self.readDifferences(&reader, into: &descriptor) }
        if flags.hasChains {
            for chain in 0..<current.chainCount {
                descriptor.chainDifferences[chain] = UInt8(try reader.read(8))
            }
        }
        if flags.hasStructure { structure = current }
        return descriptor
    }

    /// What stands behind the first three bytes.
    private struct Flags {
        var hasStructure = false
        var hasActiveTargets = false
        var hasIndications = false
        var hasDifferences = false
        var hasChains = false

        init() {}

        init(parsing reader: inout BitReader) throws(WireError) {
            hasStructure = try reader.readFlag()
            hasActiveTargets = try reader.readFlag()
            hasIndications = try reader.readFlag()
            hasDifferences = try reader.readFlag()
            hasChains = try reader.readFlag()
        }
    }

    private static func allTargets(of count: Int) -> UInt32 { UInt32(truncatingIfNeeded: (1 << count) - 1) }

    /// Fills in what the named template says.
    private static func apply(
        _ identifier: Int, of structure: DependencyStructure, to descriptor: inout DependencyDescriptor
    ) throws(WireError) {
        let count = DependencyStructure.templateCount
        let index = (identifier + count - structure.firstIdentifier) % count
        guard index < structure.templates.count else {
            throw .invalid("frame_dependency_template_id", at: 0)
        }
        let template = structure.templates[index]
        (descriptor.spatialLayer, descriptor.temporalLayer) = (template.spatialLayer, template.temporalLayer)
        (descriptor.differences, descriptor.differenceCount) = (template.differences, template.differenceCount)
        (descriptor.chainDifferences, descriptor.chainCount) = (template.chainDifferences, structure.chainCount)
        (descriptor.indications, descriptor.targetCount) = (template.indications, structure.targetCount)
        guard template.spatialLayer < structure.sizes.count else { return }
        let size = structure.sizes[template.spatialLayer]
        (descriptor.width, descriptor.height) = (size.width, size.height)
    }

    /// `frame_fdiffs`: each behind the number of its nibbles, 0 for no more.
    private static func readDifferences(
        _ reader: inout BitReader, into descriptor: inout DependencyDescriptor
    ) throws(WireError) {
        descriptor.differences = SIMD8()
        descriptor.differenceCount = 0
        while true {
            let nibbleCount = Int(try reader.read(2))
            guard nibbleCount > 0 else { return }
            guard descriptor.differenceCount < DependencyDescriptor.maximumDifferenceCount else {
                throw .invalid("next_fdiff_size", at: reader.position / 8)
            }
            descriptor.differences[descriptor.differenceCount] = UInt16(try reader.read(4 * nibbleCount)) + 1
            descriptor.differenceCount += 1
        }
    }
}
