import Bytes

extension H264.SequenceParameterSet {
    /// Reads the video usability information (ITU-T H.264 §E.1.1).
    ///
    /// What was read stays when the rest is missing: some encoders cut it short, and pictures need none of it.
    mutating func readUsability(_ reader: inout BitReader) throws(WireError) {
        guard try reader.readFlag() else { return }
        var usability = VideoUsability()
        try usability.read(&reader)
        colour = usability.colour
        pixelAspectRatio = usability.pixelAspectRatio
        // Where chroma samples lie, then the clock.
        if try reader.readFlag() {
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readUnsignedExpGolomb()
        }
        if try reader.readFlag() {
            _ = try reader.read(32)
            _ = try reader.read(32)
            _ = try reader.readFlag()
        }
        let hasUnits = try reader.readFlag()
        if hasUnits { try Self.skipHypotheticalDecoder(&reader) }
        let hasSlices = try reader.readFlag()
        if hasSlices { try Self.skipHypotheticalDecoder(&reader) }
        if hasUnits || hasSlices { _ = try reader.readFlag() }
        _ = try reader.readFlag()
        try readRestrictions(&reader)
    }

    /// `hrd_parameters` (§E.1.2).
    private static func skipHypotheticalDecoder(_ reader: inout BitReader) throws(WireError) {
        let count = try reader.readUnsignedExpGolomb()
        guard count <= 31 else { throw .invalid("cpb_cnt_minus1", at: reader.position / 8) }
        _ = try reader.read(8)
        for _ in 0...count {
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readUnsignedExpGolomb()
            _ = try reader.readFlag()
        }
        _ = try reader.read(20)
    }

    private mutating func readRestrictions(_ reader: inout BitReader) throws(WireError) {
        guard try reader.readFlag() else { return }
        _ = try reader.readFlag()
        for _ in 0..<4 { _ = try reader.readUnsignedExpGolomb() }
        let reordered = try reader.readUnsignedExpGolomb()
        let buffered = try reader.readUnsignedExpGolomb()
        // No level has room for more than 16 (§A.3.1), and none may wait that has no room.
        guard reordered <= buffered, buffered <= 16 else {
            throw .invalid("max_dec_frame_buffering", at: reader.position / 8)
        }
        maximumReorderedFrames = Int(reordered)
        maximumBufferedFrames = Int(buffered)
    }

    /// How many pictures may be decoded before one that is shown after them; nothing if that is not told.
    ///
    /// The Baseline profile has no B-slices, and with order type 2 pictures are shown as they are decoded (§8.2.1.3).
    public var maximumReorderedPictures: Int? {
        if let maximumReorderedFrames { return maximumReorderedFrames }
        return pictureOrderCountType == 2 || profile == 66 ? 0 : nil
    }
}
