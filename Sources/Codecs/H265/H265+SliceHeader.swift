public import Bytes

extension H265 {
    /// The head of a picture's first slice, up to the pictures that it refers to (ITU-T H.265 §7.3.6.1).
    public struct SliceHeader: Equatable, Sendable {
        /// Low bits of its place in the order of pictures; 0 in an IDR picture.
        public var pictureOrder = 0
        public var references = ReferenceSet()
        /// Low bits of the order of long-term pictures.
        public var longTermReferences: [LongTermReference] = []

        /// Whether a slice is the first of its picture, by the byte behind its NAL unit header.
        public static func isFirst(_ byte: UInt8) -> Bool { byte & 0x80 != 0 }

        /// The picture parameter set that a slice names, by what lies behind its NAL unit header.
        public static func pictureParameterSet(
            of payload: Span<UInt8>, type: NALUnitType
        ) throws(WireError) -> UInt32 {
            var head = InlineArray<8, UInt8>(repeating: 0)
            let count = H264.unescape(payload, into: &head)
            var reader = BitReader(head.span.extracting(0..<count))
            return try readStart(&reader, type: type)
        }

        /// Reads what lies behind the NAL unit header; `payload` may be longer or cut short.
        public init(
            parsing payload: Span<UInt8>, type: NALUnitType, picture: PictureParameterSet,
            sequence: SequenceParameterSet
        ) throws(WireError) {
            // Sixteen pictures of each kind, each by an Exp-Golomb code of at most 31 bits and a flag.
            var head = InlineArray<160, UInt8>(repeating: 0)
            let count = H264.unescape(payload, into: &head)
            var reader = BitReader(head.span.extracting(0..<count))
            _ = try Self.readStart(&reader, type: type)
            _ = try reader.read(picture.extraBitCount)
            _ = try reader.readUnsignedExpGolomb()
            if picture.hasOutputFlag { _ = try reader.readFlag() }
            if sequence.hasSeparateColourPlanes { _ = try reader.read(2) }
            guard type != .randomAccessSlice(.refresh) else { return }
            pictureOrder = Int(try reader.read(sequence.pictureOrderBitCount))
            try readReferences(&reader, sequence)
            if sequence.hasLongTermReferences { try readLongTermReferences(&reader, sequence) }
        }
    }
}

extension H265.SliceHeader {
    private static func readStart(
        _ reader: inout BitReader, type: H265.NALUnitType
    ) throws(WireError) -> UInt32 {
        guard try reader.readFlag() else { throw .invalid("first_slice_segment_in_pic_flag", at: 0) }
        if case .randomAccessSlice = type { _ = try reader.readFlag() }
        return try reader.readUnsignedExpGolomb()
    }

    private mutating func readReferences(
        _ reader: inout BitReader, _ sequence: H265.SequenceParameterSet
    ) throws(WireError) {
        let sets = sequence.referenceSets
        guard try reader.readFlag() else {
            references = try H265.ReferenceSet(parsing: &reader, index: sets.count, of: sets.count, among: sets)
            return
        }
        let index = Int(try reader.read(Self.indexBitCount(sets.count)))
        guard index < sets.count else {
            throw .invalid("short_term_ref_pic_set_idx", at: reader.position / 8)
        }
        references = sets[index]
    }

    private mutating func readLongTermReferences(
        _ reader: inout BitReader, _ sequence: H265.SequenceParameterSet
    ) throws(WireError) {
        let choices = sequence.longTermReferences
        let chosenCount = choices.isEmpty ? 0 : Int(try reader.readUnsignedExpGolomb())
        let spelledCount = Int(try reader.readUnsignedExpGolomb())
        guard chosenCount <= 32, spelledCount <= 32 else {
            throw .invalid("num_long_term_pics", at: reader.position / 8)
        }
        for index in 0..<chosenCount + spelledCount {
            if index < chosenCount {
                let choice = Int(try reader.read(Self.indexBitCount(choices.count)))
                guard choice < choices.count else { throw .invalid("lt_idx_sps", at: reader.position / 8) }
                longTermReferences.append(choices[choice])
            } else {
                let order = Int(try reader.read(sequence.pictureOrderBitCount))
                longTermReferences.append(H265.LongTermReference(order: order, isUsed: try reader.readFlag()))
            }
            // The upper bits of the order, which the low ones stand for well enough.
            if try reader.readFlag() { _ = try reader.readUnsignedExpGolomb() }
        }
    }

    /// How many bits choose one of `count`: ⌈log₂ count⌉.
    private static func indexBitCount(_ count: Int) -> Int {
        count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 0
    }
}
