public import Bytes

extension H264 {
    /// What a sequence parameter set tells a container (ITU-T H.264 §7.3.2.1.1).
    public struct SequenceParameterSet: Equatable, Sendable {
        public var profile: UInt8
        /// The flags that narrow the profile down, as the byte in which they stand.
        public var constraints: UInt8
        /// Ten times the level.
        public var level: UInt8
        public var identifier: UInt32
        /// 0 is grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
        public var chromaFormat: UInt32 = 1
        public var lumaBitDepth: UInt32 = 8
        public var chromaBitDepth: UInt32 = 8
        /// In pixels as shown, cropped edges cut off.
        public var width = 0
        /// In pixels as shown, cropped edges cut off.
        public var height = 0
        /// How many bits `frame_num` has in slice headers (§7.4.2.1.1).
        public var frameNumberBitCount = 4
        /// Whether the three colour planes are coded each for itself, and slice headers name theirs.
        public var hasSeparateColourPlanes = false
        /// 0: each picture tells its place; 1: most follow a cycle; 2: shown as decoded (§8.2.1).
        public var pictureOrderCountType = 0
        /// How many bits a picture's place has in slice headers, with the first type.
        public var pictureOrderBitCount = 4
        /// Whether no picture is made of fields.
        public var isFramesOnly = true
        /// `max_num_reorder_frames`, if told.
        public var maximumReorderedFrames: Int?
        /// `max_dec_frame_buffering`, if told.
        public var maximumBufferedFrames: Int?
        /// Nothing if the stream leaves it open.
        public var colour: ColourDescription?
        /// Nothing if the stream leaves it open.
        public var pixelAspectRatio: PixelAspectRatio?

        /// The largest picture that is believed, in either direction: level 6.2 ends at 16,888.
        public static let maximumSide = 16_888

        /// Reads a whole NAL unit, its header byte included.
        public init(parsing nalUnit: [UInt8]) throws(WireError) {
            guard nalUnit.count >= 4 else { throw .truncated(at: 0, needed: 4, available: nalUnit.count) }
            guard NALUnitType(header: nalUnit[0]) == .sequenceParameterSet else {
                throw .invalid("NAL unit type", at: 0)
            }
            profile = nalUnit[1]
            constraints = nalUnit[2]
            level = nalUnit[3]
            let payload = rawPayload(of: nalUnit, from: 4)
            var reader = BitReader(payload.span)
            identifier = try reader.readUnsignedExpGolomb()
            if Self.profilesWithChroma.contains(profile) { try readChroma(&reader) }
            let excess = try reader.readUnsignedExpGolomb()
            guard excess <= 12 else { throw .invalid("log2_max_frame_num_minus4", at: reader.position / 8) }
            frameNumberBitCount = Int(excess) + 4
            try readPictureOrder(&reader)
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readFlag()
            try readSize(&reader)
            try? readUsability(&reader)
        }

        /// The profiles whose parameter sets tell the chroma format (§7.3.2.1.1); every other one means 4:2:0.
        static let profilesWithChroma: Set<UInt8> = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]
    }
}

extension H264.SequenceParameterSet {
    private mutating func readChroma(_ reader: inout BitReader) throws(WireError) {
        chromaFormat = try reader.readUnsignedExpGolomb()
        guard chromaFormat <= 3 else { throw .invalid("chroma_format_idc", at: reader.position / 8) }
        var listCount = 8
        if chromaFormat == 3 {
            listCount = 12
            // With separate colour planes each is coded as if it were grey (§7.4.2.1.1).
            hasSeparateColourPlanes = try reader.readFlag()
            if hasSeparateColourPlanes { chromaFormat = 0 }
        }
        lumaBitDepth = try Self.readBitDepth(&reader)
        chromaBitDepth = try Self.readBitDepth(&reader)
        _ = try reader.readFlag()
        guard try reader.readFlag() else { return }
        for index in 0..<listCount where try reader.readFlag() {
            try Self.skipScalingList(of: index < 6 ? 16 : 64, &reader)
        }
    }

    private static func readBitDepth(_ reader: inout BitReader) throws(WireError) -> UInt32 {
        let excess = try reader.readUnsignedExpGolomb()
        guard excess <= 6 else { throw .invalid("bit depth", at: reader.position / 8) }
        return excess + 8
    }

    /// Passes over `scaling_list` (§7.3.2.1.1.1).
    private static func skipScalingList(of count: Int, _ reader: inout BitReader) throws(WireError) {
        var (last, next) = (8, 8)
        for _ in 0..<count {
            if next != 0 { next = (last + Int(try reader.readSignedExpGolomb())) & 255 }
            if next != 0 { last = next }
        }
    }

    private mutating func readPictureOrder(_ reader: inout BitReader) throws(WireError) {
        pictureOrderCountType = Int(try reader.readUnsignedExpGolomb())
        switch pictureOrderCountType {
        case 0:
            let excess = try reader.readUnsignedExpGolomb()
            guard excess <= 12 else {
                throw .invalid("log2_max_pic_order_cnt_lsb_minus4", at: reader.position / 8)
            }
            pictureOrderBitCount = Int(excess) + 4
        case 1:
            _ = try reader.readFlag()
            _ = try reader.readSignedExpGolomb()
            _ = try reader.readSignedExpGolomb()
            let count = try reader.readUnsignedExpGolomb()
            guard count <= 255 else { throw .invalid("pic_order_cnt cycle", at: reader.position / 8) }
            for _ in 0..<count { _ = try reader.readSignedExpGolomb() }
        case 2: break
        default: throw .invalid("pic_order_cnt_type", at: reader.position / 8)
        }
    }

    private mutating func readSize(_ reader: inout BitReader) throws(WireError) {
        let widthInMacroblocks = Int(try reader.readUnsignedExpGolomb()) + 1
        let heightInMapUnits = Int(try reader.readUnsignedExpGolomb()) + 1
        isFramesOnly = try reader.readFlag()
        if !isFramesOnly { _ = try reader.readFlag() }
        _ = try reader.readFlag()
        var crop = (left: 0, right: 0, top: 0, bottom: 0)
        if try reader.readFlag() {
            crop.left = Int(try reader.readUnsignedExpGolomb())
            crop.right = Int(try reader.readUnsignedExpGolomb())
            crop.top = Int(try reader.readUnsignedExpGolomb())
            crop.bottom = Int(try reader.readUnsignedExpGolomb())
        }
        // The units of cropping, table 6-1 and formulas 7-19 to 7-22.
        let fieldFactor = isFramesOnly ? 1 : 2
        let horizontalUnit = chromaFormat == 1 || chromaFormat == 2 ? 2 : 1
        let verticalUnit = (chromaFormat == 1 ? 2 : 1) * fieldFactor
        width = widthInMacroblocks * 16 - (crop.left + crop.right) * horizontalUnit
        height = heightInMapUnits * 16 * fieldFactor - (crop.top + crop.bottom) * verticalUnit
        guard (1...Self.maximumSide).contains(width), (1...Self.maximumSide).contains(height) else {
            throw .invalid("picture size", at: reader.position / 8)
        }
    }
}

extension H264 {
    /// The bytes of a NAL unit from `start` on, without the 03 that keeps start codes out (§7.4.1).
    package static func rawPayload(of nalUnit: [UInt8], from start: Int) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(nalUnit.count - start)
        var zeros = 0
        for byte in nalUnit[start...] {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            payload.append(byte)
        }
        return payload
    }
}
