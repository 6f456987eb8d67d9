public import Bytes

extension AV1 {
    /// The head of a frame, up to what it refers to (`uncompressed_header`, §5.9.2).
    public struct FrameHeader: Equatable, Sendable {
        public var type = FrameType.key
        /// The slot that is shown, if the frame is nothing but that.
        public var existingSlot: Int?
        public var isShown = true
        public var isErrorResilient = true
        /// A bit for each of the eight slots into which the frame is put.
        public var refreshedSlots: UInt8 = 0xFF
        /// A bit for each of the eight slots to which the frame may refer; none in intra frames.
        public var referredSlots: UInt8 = 0

        /// What a frame is made from (§6.8.2).
        public enum FrameType: UInt8, Sendable {
            case key = 0
            case inter = 1
            case intraOnly = 2
            /// An inter frame at which a stream may be switched to another encoding.
            case switching = 3

            /// Whether it refers to no other frame.
            public var isIntra: Bool { self == .key || self == .intraOnly }
        }

        /// Reads the payload of a frame header OBU, or of a frame OBU.
        public init(
            parsing payload: Span<UInt8>, of unit: Unit, in sequence: SequenceHeader
        ) throws(WireError) {
            var reader = BitReader(payload)
            let syntax = sequence.syntax
            if syntax.isReduced { return }
            if try reader.readFlag() {
                existingSlot = Int(try reader.read(3))
                // What it is depends on what lies there; only a key frame that is shown again fills all slots.
                (type, refreshedSlots) = (.inter, 0)
                return
            }
            type = FrameType(rawValue: UInt8(try reader.read(2))) ?? .key
            isShown = try reader.readFlag()
            if isShown, syntax.hasDecoderModel, !syntax.isEqualInterval {
                _ = try reader.read(syntax.presentationTimeBitCount)
            }
            // Whether it may be shown later.
            if !isShown { _ = try reader.readFlag() }
            let isShownKey = type == .key && isShown
            isErrorResilient = type == .switching || isShownKey ? true : try reader.readFlag()
            try Self.skipTools(&reader, syntax)
            // Whether its size is not that of the sequence header.
            if type != .switching { _ = try reader.readFlag() }
            _ = try reader.read(syntax.orderHintBitCount)
            // Where the probabilities come from: one of the references below, or 7 for none.
            if !type.isIntra, !isErrorResilient { _ = try reader.read(3) }
            try Self.skipRemovalTimes(&reader, unit, syntax)
            refreshedSlots = type == .switching || isShownKey ? 0xFF : UInt8(try reader.read(8))
            if !type.isIntra || refreshedSlots != 0xFF, isErrorResilient, syntax.orderHintBitCount > 0 {
                for _ in 0..<8 { _ = try reader.read(syntax.orderHintBitCount) }
            }
            if !type.isIntra { try readReferences(&reader, syntax) }
        }
    }
}

extension AV1.FrameHeader {
    private static func skipTools(
        _ reader: inout BitReader, _ syntax: AV1.SequenceHeader.Syntax
    ) throws(WireError) {
        let chosen = AV1.SequenceHeader.Syntax.chosenByFrame
        _ = try reader.readFlag()
        var hasScreenContentTools = syntax.screenContentTools == 1
        if syntax.screenContentTools == chosen { hasScreenContentTools = try reader.readFlag() }
        if hasScreenContentTools, syntax.integerMotionVectors == chosen { _ = try reader.readFlag() }
        _ = try reader.read(syntax.frameIDBitCount)
    }

    private static func skipRemovalTimes(
        _ reader: inout BitReader, _ unit: AV1.Unit, _ syntax: AV1.SequenceHeader.Syntax
    ) throws(WireError) {
        guard syntax.hasDecoderModel, try reader.readFlag() else { return }
        for layers in syntax.modelledPoints {
            let isInside = layers >> unit.temporalLayer & 1 == 1 && layers >> (unit.spatialLayer + 8) & 1 == 1
            if layers == 0 || isInside { _ = try reader.read(syntax.removalTimeBitCount) }
        }
    }

    private mutating func readReferences(
        _ reader: inout BitReader, _ syntax: AV1.SequenceHeader.Syntax
    ) throws(WireError) {
        if syntax.orderHintBitCount > 0, try reader.readFlag() {
            // Two are told, the others follow from the order of the pictures in the slots (§7.8): any of them.
            referredSlots = 0xFF
            return
        }
        for _ in 0..<7 {
            referredSlots |= 1 << UInt8(try reader.read(3))
            if syntax.frameIDBitCount > 0 { _ = try reader.read(syntax.frameIDDifferenceBitCount) }
        }
    }
}
