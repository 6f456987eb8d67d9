public import Bytes

extension VP9 {
    /// The head of a frame, up to the size of its picture (`uncompressed_header`, §6.2).
    public struct FrameHeader: Equatable, Sendable {
        public var profile: Int
        /// The slot that is shown again, if the frame is nothing but that.
        public var existingSlot: Int?
        public var isKeyframe = false
        public var isShown = true
        public var isErrorResilient = false
        public var isIntraOnly = false
        /// Nothing if the last one goes on.
        public var colour: Colour?
        /// Nothing if it is that of the picture in `sizeSlot`.
        public var size: PictureSize?
        /// The slot whose picture's size it takes over.
        public var sizeSlot: Int?
        /// A bit for each of the eight slots into which the frame is put.
        public var refreshedSlots: UInt8 = 0
        /// A bit for each of the eight slots to which the frame may refer; none in intra frames.
        public var referredSlots: UInt8 = 0
        /// Where `show_frame` stands, in bits from the start.
        package var showBit = 0

        /// Reads the head of one frame; what follows is left alone.
        public init(parsing frame: Span<UInt8>) throws(WireError) {
            var reader = BitReader(frame)
            try self.init(parsing: &reader)
        }

        /// What pixels are made of (`color_config`, §7.2.2).
        public struct Colour: Equatable, Sendable {
            public var bitDepth = 8
            /// `color_space`: 0 is unknown, 1 BT.601, 2 BT.709, 5 BT.2020, 7 RGB.
            public var space = 1
            public var isFullRange = false
            public var isSubsampledHorizontally = true
            public var isSubsampledVertically = true

            /// As `vpcC` counts it: 1 for 4:2:0 (collocated), 2 for 4:2:2, 3 for 4:4:4, and 4:4:0 has no number.
            public var chromaSubsampling: Int {
                switch (isSubsampledHorizontally, isSubsampledVertically) {
                case (true, true): 1
                case (true, false): 2
                case (false, false), (false, true): 3
                }
            }
        }
    }
}

extension VP9.FrameHeader {
    init(parsing reader: inout BitReader) throws(WireError) {
        guard try reader.read(2) == 2 else { throw .invalid("frame_marker", at: 0) }
        profile = Int(try reader.read(1))
        profile |= Int(try reader.read(1)) << 1
        if profile == 3, try reader.readFlag() { throw .invalid("profile", at: 0) }
        if try reader.readFlag() {
            existingSlot = Int(try reader.read(3))
            return
        }
        isKeyframe = try !reader.readFlag()
        showBit = reader.position
        isShown = try reader.readFlag()
        isErrorResilient = try reader.readFlag()
        if isKeyframe {
            try Self.checkSyncCode(&reader)
            colour = try Self.readColour(&reader, profile: profile)
            size = try Self.readSize(&reader)
            refreshedSlots = 0xFF
        } else {
            isIntraOnly = isShown ? false : try reader.readFlag()
            if !isErrorResilient { _ = try reader.read(2) }
            if isIntraOnly {
                try readIntraOnly(&reader)
            } else {
                try readReferences(&reader)
            }
        }
    }

    private mutating func readIntraOnly(_ reader: inout BitReader) throws(WireError) {
        try Self.checkSyncCode(&reader)
        // Profile 0 has but one format; BT.601 is what such frames count as (§7.2).
        colour = profile > 0 ? try Self.readColour(&reader, profile: profile) : Colour()
        refreshedSlots = UInt8(try reader.read(8))
        size = try Self.readSize(&reader)
    }

    private mutating func readReferences(_ reader: inout BitReader) throws(WireError) {
        refreshedSlots = UInt8(try reader.read(8))
        var slots: (Int, Int, Int) = (0, 0, 0)
        slots.0 = try readReference(&reader)
        slots.1 = try readReference(&reader)
        slots.2 = try readReference(&reader)
        // The first of them that is flagged lends its size (`frame_size_with_refs`, §6.2.5).
        if try reader.readFlag() {
            sizeSlot = slots.0
        } else if try reader.readFlag() {
            sizeSlot = slots.1
        } else if try reader.readFlag() {
            sizeSlot = slots.2
        } else {
            size = try Self.readPictureSize(&reader)
        }
        try Self.skipRenderSize(&reader)
    }

    private mutating func readReference(_ reader: inout BitReader) throws(WireError) -> Int {
        let slot = try reader.read(3)
        referredSlots |= 1 << UInt8(slot)
        // The sign of motion vectors.
        _ = try reader.readFlag()
        return Int(slot)
    }

    private static func checkSyncCode(_ reader: inout BitReader) throws(WireError) {
        guard try reader.read(24) == 0x49_83_42 else {
            throw .invalid("frame_sync_code", at: reader.position / 8 - 3)
        }
    }

    private static func readColour(_ reader: inout BitReader, profile: Int) throws(WireError) -> Colour {
        var colour = Colour()
        if profile >= 2 { colour.bitDepth = try reader.readFlag() ? 12 : 10 }
        colour.space = Int(try reader.read(3))
        if colour.space == 7 {
            colour.isFullRange = true
            guard profile & 1 == 1 else { throw .invalid("color_space", at: reader.position / 8) }
            (colour.isSubsampledHorizontally, colour.isSubsampledVertically) = (false, false)
            _ = try reader.readFlag()
        } else {
            colour.isFullRange = try reader.readFlag()
            guard profile & 1 == 1 else { return colour }
            colour.isSubsampledHorizontally = try reader.readFlag()
            colour.isSubsampledVertically = try reader.readFlag()
            _ = try reader.readFlag()
        }
        return colour
    }

    private static func readSize(_ reader: inout BitReader) throws(WireError) -> PictureSize {
        let size = try readPictureSize(&reader)
        try skipRenderSize(&reader)
        return size
    }

    private static func readPictureSize(_ reader: inout BitReader) throws(WireError) -> PictureSize {
        let width = Int(try reader.read(16)) + 1
        return PictureSize(width: width, height: Int(try reader.read(16)) + 1)
    }

    /// How large the picture is meant to be shown, which players do not heed either.
    private static func skipRenderSize(_ reader: inout BitReader) throws(WireError) {
        if try reader.readFlag() { _ = try reader.read(32) }
    }
}
