public import Bytes

extension AV1 {
    /// What a sequence header tells a container, and the readers of frame headers (§5.5).
    public struct SequenceHeader: Equatable, Sendable {
        public var profile = 0
        /// `seq_level_idx` of the first operating point, which is the whole stream.
        public var level = 0
        /// Of the first operating point.
        public var isHighTier = false
        public var width = 0
        public var height = 0
        public var bitDepth = 8
        public var isMonochrome = false
        public var isSubsampledHorizontally = true
        public var isSubsampledVertically = true
        /// `chroma_sample_position`: 0 unknown, 1 vertical, 2 collocated.
        public var chromaSamplePosition = 0
        /// Nothing if the stream leaves it open.
        public var colour: ColourDescription?
        /// `operating_point_idc` of the first operating point: the layers that there are, 0 if there is but one.
        public var layers = 0

        /// What frame headers look like.
        package var syntax = Syntax()

        /// Reads a whole OBU, its header included.
        public init(parsing unit: [UInt8]) throws(WireError) {
            let found = try AV1.unit(at: 0, in: unit.span)
            guard found.type == .sequenceHeader else { throw .invalid("obu_type", at: 0) }
            try self.init(parsingPayload: unit.span.extracting(found.payload))
        }

        /// Reads what lies behind an OBU's header.
        public init(parsingPayload payload: Span<UInt8>) throws(WireError) {
            var reader = BitReader(payload)
            profile = Int(try reader.read(3))
            guard profile <= 2 else { throw .invalid("seq_profile", at: 0) }
            syntax.isStillPicture = try reader.readFlag()
            syntax.isReduced = try reader.readFlag()
            if syntax.isReduced {
                guard syntax.isStillPicture else { throw .invalid("reduced_still_picture_header", at: 0) }
                level = Int(try reader.read(5))
            } else {
                try readTiming(&reader)
                try readOperatingPoints(&reader)
            }
            try readSize(&reader)
            try readTools(&reader)
            try readColour(&reader)
        }

        /// What the reader of frame headers must know.
        package struct Syntax: Equatable, Sendable {
            var isStillPicture = false
            var isReduced = false
            /// Whether pictures come at equal intervals, and so need no times of their own.
            var isEqualInterval = false
            var hasDecoderModel = false
            var bufferDelayBitCount = 0
            var removalTimeBitCount = 0
            var presentationTimeBitCount = 0
            /// The layers of each operating point that has a decoder model.
            var modelledPoints: [Int] = []
            /// 0 if frames have no identifier.
            var frameIDBitCount = 0
            var frameIDDifferenceBitCount = 0
            /// 0 or 1; 2 if each frame says.
            var screenContentTools = Syntax.chosenByFrame
            /// 0 or 1; 2 if each frame says.
            var integerMotionVectors = Syntax.chosenByFrame
            /// 0 if frames do not tell their order.
            var orderHintBitCount = 0

            static let chosenByFrame = 2
        }
    }
}

extension AV1.SequenceHeader {
    private mutating func readTiming(_ reader: inout BitReader) throws(WireError) {
        guard try reader.readFlag() else { return }
        _ = try reader.read(32)
        _ = try reader.read(32)
        syntax.isEqualInterval = try reader.readFlag()
        if syntax.isEqualInterval { _ = try reader.readUnsignedExpGolomb() }
        syntax.hasDecoderModel = try reader.readFlag()
        guard syntax.hasDecoderModel else { return }
        syntax.bufferDelayBitCount = Int(try reader.read(5)) + 1
        _ = try reader.read(32)
        syntax.removalTimeBitCount = Int(try reader.read(5)) + 1
        syntax.presentationTimeBitCount = Int(try reader.read(5)) + 1
    }

    private mutating func readOperatingPoints(_ reader: inout BitReader) throws(WireError) {
        let hasDisplayDelay = try reader.readFlag()
        let count = Int(try reader.read(5)) + 1
        for index in 0..<count {
            let layers = Int(try reader.read(12))
            let level = Int(try reader.read(5))
            let isHighTier = level > 7 ? try reader.readFlag() : false
            if index == 0 { (self.layers, self.level, self.isHighTier) = (layers, level, isHighTier) }
            if syntax.hasDecoderModel, try reader.readFlag() {
                syntax.modelledPoints.append(layers)
                _ = try reader.read(syntax.bufferDelayBitCount)
                _ = try reader.read(syntax.bufferDelayBitCount)
                _ = try reader.readFlag()
            }
            if hasDisplayDelay, try reader.readFlag() { _ = try reader.read(4) }
        }
    }

    private mutating func readSize(_ reader: inout BitReader) throws(WireError) {
        let widthBitCount = Int(try reader.read(4)) + 1
        let heightBitCount = Int(try reader.read(4)) + 1
        width = Int(try reader.read(widthBitCount)) + 1
        height = Int(try reader.read(heightBitCount)) + 1
        guard !syntax.isReduced, try reader.readFlag() else { return }
        syntax.frameIDDifferenceBitCount = Int(try reader.read(4)) + 2
        syntax.frameIDBitCount = syntax.frameIDDifferenceBitCount + Int(try reader.read(3)) + 1
        guard syntax.frameIDBitCount <= 16 else {
            throw .invalid("additional_frame_id_length_minus_1", at: reader.position / 8)
        }
    }

    private mutating func readTools(_ reader: inout BitReader) throws(WireError) {
        _ = try reader.read(3)
        if !syntax.isReduced {
            _ = try reader.read(4)
            let hasOrderHints = try reader.readFlag()
            if hasOrderHints { _ = try reader.read(2) }
            syntax.screenContentTools = try Self.readChoice(&reader)
            if syntax.screenContentTools > 0 { syntax.integerMotionVectors = try Self.readChoice(&reader) }
            if hasOrderHints { syntax.orderHintBitCount = Int(try reader.read(3)) + 1 }
        }
        _ = try reader.read(3)
    }

    private static func readChoice(_ reader: inout BitReader) throws(WireError) -> Int {
        try reader.readFlag() ? Syntax.chosenByFrame : Int(try reader.read(1))
    }

    /// `color_config` (§5.5.2).
    private mutating func readColour(_ reader: inout BitReader) throws(WireError) {
        if try reader.readFlag() {
            bitDepth = 10
            if profile == 2, try reader.readFlag() { bitDepth = 12 }
        }
        isMonochrome = profile == 1 ? false : try reader.readFlag()
        let unspecified = ColourDescription.unspecified
        var described = ColourDescription(
            primaries: unspecified, transfer: unspecified, matrix: unspecified, isFullRange: false)
        if try reader.readFlag() {
            described.primaries = UInt8(try reader.read(8))
            described.transfer = UInt8(try reader.read(8))
            described.matrix = UInt8(try reader.read(8))
        }
        defer { colour = described.isInformative ? described : nil }
        if isMonochrome {
            described.isFullRange = try reader.readFlag()
            return
        }
        // sRGB (§5.5.2): BT.709 primaries, the transfer of IEC 61966-2-1, red, green and blue as they are.
        if described.primaries == 1, described.transfer == 13, described.matrix == 0 {
            described.isFullRange = true
            (isSubsampledHorizontally, isSubsampledVertically) = (false, false)
        } else {
            described.isFullRange = try reader.readFlag()
            try readSubsampling(&reader)
        }
        _ = try reader.readFlag()
    }

    private mutating func readSubsampling(_ reader: inout BitReader) throws(WireError) {
        switch profile {
        case 0: break
        case 1: (isSubsampledHorizontally, isSubsampledVertically) = (false, false)
        default:
            isSubsampledHorizontally = bitDepth == 12 ? try reader.readFlag() : true
            isSubsampledVertically = bitDepth == 12 && isSubsampledHorizontally ? try reader.readFlag() : false
        }
        if isSubsampledHorizontally, isSubsampledVertically {
            chromaSamplePosition = Int(try reader.read(2))
        }
    }
}
