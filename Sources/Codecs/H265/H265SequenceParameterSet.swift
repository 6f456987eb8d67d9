public import Bytes

extension H265 {
    /// What a sequence parameter set tells a container, and of the pictures that refer to each other (ITU-T H.265
    /// §7.3.2.2).
    public struct SequenceParameterSet: Equatable, Sendable {
        public var identifier: UInt32 = 0
        /// How many temporal sub-layers there may be, 1…7.
        public var temporalLayerCount = 1
        /// `sps_temporal_id_nesting_flag`: whether one may switch up to any sub-layer anywhere.
        public var isTemporallyNested = false
        public var profile = ProfileTierLevel()
        /// 0 is grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        public var chromaFormat: UInt32 = 1
        public var lumaBitDepth: UInt32 = 8
        public var chromaBitDepth: UInt32 = 8
        /// In pixels as shown, cropped edges cut off.
        public var width = 0
        /// In pixels as shown, cropped edges cut off.
        public var height = 0
        /// How many pictures may be decoded before one that is shown after them, all sub-layers decoded.
        public var maximumReorderedPictures = 0
        /// How many low bits of its place in the order slice headers tell, 4…16.
        public var pictureOrderBitCount = 4
        /// Whether the three colour planes are coded each for itself, and slice headers name theirs.
        public var hasSeparateColourPlanes = false
        /// The sets of earlier pictures that slices may choose from.
        public var referenceSets: [ReferenceSet] = []
        /// Whether slices may refer to long-term pictures too.
        public var hasLongTermReferences = false
        /// Low bits of the order of the long-term pictures that slices may choose from, and whether those are used.
        public var longTermReferences: [LongTermReference] = []
        /// Whether motion may be predicted from that of other pictures.
        public var hasTemporalMotionVectors = false
        /// Nothing if the stream leaves it open.
        public var colour: ColourDescription?
        /// Nothing if the stream leaves it open.
        public var pixelAspectRatio: PixelAspectRatio?

        /// The largest picture that is believed, in either direction: level 6.2 ends at 16,888.
        public static let maximumSide = 16_888

        /// Reads a whole NAL unit, its header included.
        public init(parsing nalUnit: [UInt8]) throws(WireError) {
            guard nalUnit.count >= 4 else { throw .truncated(at: 0, needed: 4, available: nalUnit.count) }
            guard NALUnitType(header: nalUnit[0]) == .sequenceParameterSet else {
                throw .invalid("NAL unit type", at: 0)
            }
            let payload = H264.rawPayload(of: nalUnit, from: H265.headerByteCount)
            var reader = BitReader(payload.span)
            _ = try reader.read(4)
            temporalLayerCount = Int(try reader.read(3)) + 1
            guard temporalLayerCount <= 7 else { throw .invalid("sps_max_sub_layers_minus1", at: 2) }
            isTemporallyNested = try reader.readFlag()
            profile = try ProfileTierLevel(parsing: &reader, temporalLayerCount: temporalLayerCount)
            identifier = try reader.readUnsignedExpGolomb()
            try readPicture(&reader)
            try readOrder(&reader)
            try skipCodingTools(&reader)
            try readReferences(&reader)
            // Pictures need nothing of it, so that one cut short does no harm.
            try? readUsability(&reader)
        }
    }

    /// A long-term picture as parameter sets and slices name it.
    public struct LongTermReference: Equatable, Sendable {
        /// Low bits of its place in the order.
        public var order: Int
        /// Whether the picture at hand refers to it, or it is only kept for later ones.
        public var isUsed: Bool
    }
}

extension H265.SequenceParameterSet {
    private mutating func readPicture(_ reader: inout BitReader) throws(WireError) {
        chromaFormat = try reader.readUnsignedExpGolomb()
        guard chromaFormat <= 3 else { throw .invalid("chroma_format_idc", at: reader.position / 8) }
        if chromaFormat == 3 { hasSeparateColourPlanes = try reader.readFlag() }
        width = Int(try reader.readUnsignedExpGolomb())
        height = Int(try reader.readUnsignedExpGolomb())
        if try reader.readFlag() {
            // The units of cropping (table 6-1).
            let horizontalUnit = chromaFormat == 1 || chromaFormat == 2 ? 2 : 1
            let verticalUnit = chromaFormat == 1 ? 2 : 1
            width -= Int(try reader.readUnsignedExpGolomb()) * horizontalUnit
            width -= Int(try reader.readUnsignedExpGolomb()) * horizontalUnit
            height -= Int(try reader.readUnsignedExpGolomb()) * verticalUnit
            height -= Int(try reader.readUnsignedExpGolomb()) * verticalUnit
        }
        guard (1...Self.maximumSide).contains(width), (1...Self.maximumSide).contains(height) else {
            throw .invalid("picture size", at: reader.position / 8)
        }
        lumaBitDepth = try Self.readBitDepth(&reader)
        chromaBitDepth = try Self.readBitDepth(&reader)
    }

    private static func readBitDepth(_ reader: inout BitReader) throws(WireError) -> UInt32 {
        let excess = try reader.readUnsignedExpGolomb()
        guard excess <= 8 else { throw .invalid("bit depth", at: reader.position / 8) }
        return excess + 8
    }

    private mutating func readOrder(_ reader: inout BitReader) throws(WireError) {
        let excess = try reader.readUnsignedExpGolomb()
        guard excess <= 12 else {
            throw .invalid("log2_max_pic_order_cnt_lsb_minus4", at: reader.position / 8)
        }
        pictureOrderBitCount = Int(excess) + 4
        let toldLayerCount = try reader.readFlag() ? temporalLayerCount : 1
        for _ in 0..<toldLayerCount {
            _ = try reader.readUnsignedExpGolomb()
            // The last that is told holds for the highest sub-layer.
            maximumReorderedPictures = Int(try reader.readUnsignedExpGolomb())
            _ = try reader.readUnsignedExpGolomb()
        }
        guard maximumReorderedPictures <= 16 else {
            throw .invalid("sps_max_num_reorder_pics", at: reader.position / 8)
        }
    }

    /// Passes over how blocks are coded, up to the sets of references.
    private func skipCodingTools(_ reader: inout BitReader) throws(WireError) {
        for _ in 0..<6 { _ = try reader.readUnsignedExpGolomb() }
        if try reader.readFlag(), try reader.readFlag() { try Self.skipScalingLists(&reader) }
        _ = try reader.read(2)
        if try reader.readFlag() {
            _ = try reader.read(8)
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readFlag()
        }
    }

    /// Passes over `scaling_list_data` (§7.3.4).
    private static func skipScalingLists(_ reader: inout BitReader) throws(WireError) {
        for size in 0..<4 {
            for _ in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                guard try reader.readFlag() else {
                    _ = try reader.readUnsignedExpGolomb()
                    continue
                }
                if size > 1 { _ = try reader.readSignedExpGolomb() }
                for _ in 0..<min(64, 1 << (4 + size << 1)) { _ = try reader.readSignedExpGolomb() }
            }
        }
    }

    private mutating func readReferences(_ reader: inout BitReader) throws(WireError) {
        let count = Int(try reader.readUnsignedExpGolomb())
        guard count <= 64 else { throw .invalid("num_short_term_ref_pic_sets", at: reader.position / 8) }
        referenceSets.reserveCapacity(count)
        for index in 0..<count {
            let set = try H265.ReferenceSet(parsing: &reader, index: index, of: count, among: referenceSets)
            referenceSets.append(set)
        }
        hasLongTermReferences = try reader.readFlag()
        if hasLongTermReferences {
            let longTermCount = try reader.readUnsignedExpGolomb()
            guard longTermCount <= 32 else {
                throw .invalid("num_long_term_ref_pics_sps", at: reader.position / 8)
            }
            for _ in 0..<longTermCount {
                let order = Int(try reader.read(pictureOrderBitCount))
                longTermReferences.append(H265.LongTermReference(order: order, isUsed: try reader.readFlag()))
            }
        }
        hasTemporalMotionVectors = try reader.readFlag()
        // Whether smooth areas are smoothed more.
        _ = try reader.readFlag()
    }

    private mutating func readUsability(_ reader: inout BitReader) throws(WireError) {
        guard try reader.readFlag() else { return }
        var usability = VideoUsability()
        // What was read stays when the rest is missing.
        defer { (colour, pixelAspectRatio) = (usability.colour, usability.pixelAspectRatio) }
        try usability.read(&reader)
    }
}
