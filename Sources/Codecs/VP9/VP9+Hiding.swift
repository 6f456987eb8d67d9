import Bytes

extension VP9 {
    /// Appends a frame so that decoders decode it but do not show it; false, with nothing appended, if it is malformed.
    ///
    /// `size` is that of its picture. In keyframes one bit changes; in others a frame that is not shown has one bit
    /// more in its head, behind which everything up to the next whole byte moves on (§6.2). The frame that is decoded
    /// next must be error resilient, of another size, or intra: else it would take its motion from this one if only
    /// this one were shown (§6.4.1, `UsePrevFrameMvs`).
    public static func appendHidden(
        _ frame: Span<UInt8>, size: PictureSize, to bytes: inout [UInt8]
    ) -> Bool {
        var reader = BitReader(frame)
        guard let header = try? FrameHeader(parsing: &reader), header.existingSlot == nil else { return false }
        guard header.isShown else {
            bytes.append(copying: frame)
            return true
        }
        let start = bytes.count
        guard !header.isKeyframe else {
            bytes.append(copying: frame)
            bytes[start] &= ~(0x80 >> UInt8(header.showBit))
            return true
        }
        guard (try? skipRest(of: header, size: size, &reader)) != nil else { return false }
        insertIntraOnlyBit(frame, showBit: header.showBit, headerBitCount: reader.position, into: &bytes)
        return true
    }

    /// Copies a frame with `show_frame` 0, and with a 0 for `intra_only` behind `error_resilient_mode`.
    private static func insertIntraOnlyBit(
        _ frame: Span<UInt8>, showBit: Int, headerBitCount: Int, into bytes: inout [UInt8]
    ) {
        let headerByteCount = (headerBitCount + 7) / 8
        let start = bytes.count
        bytes.append(copying: frame, in: 0..<headerByteCount)
        // Only a head that fills its last byte grows by one.
        if headerBitCount % 8 == 0 { bytes.append(0) }
        let inserted = showBit + 2
        var carried: UInt8 = 0
        for index in start + inserted / 8..<bytes.count {
            let byte = bytes[index]
            let isFirst = index == start + inserted / 8
            // The bits before the new one stay, the others move on by one.
            let kept: UInt8 = isFirst ? ~(0xFF >> UInt8(inserted % 8)) : 0
            bytes[index] = byte & kept | (byte & ~kept) >> 1 | carried
            carried = byte << 7
        }
        bytes[start + showBit / 8] &= ~(0x80 >> UInt8(showBit % 8))
        bytes.append(copying: frame, in: headerByteCount..<frame.count)
    }

    /// Reads the head of a frame from behind what `FrameHeader` reads, to its end (§6.2).
    private static func skipRest(
        of header: FrameHeader, size: PictureSize, _ reader: inout BitReader
    ) throws(WireError) {
        if !header.isKeyframe, !header.isIntraOnly {
            // Precision of motion vectors, then the filter between pixels.
            _ = try reader.readFlag()
            if try !reader.readFlag() { _ = try reader.read(2) }
        }
        if !header.isErrorResilient { _ = try reader.read(2) }
        _ = try reader.read(2)
        try skipLoopFilter(&reader)
        // Quantisers: the base and three differences from it.
        _ = try reader.read(8)
        for _ in 0..<3 where try reader.readFlag() { _ = try reader.read(5) }
        try skipSegmentation(&reader)
        try skipTiles(&reader, width: size.width)
        // How long the compressed header behind this one is.
        _ = try reader.read(16)
    }

    private static func skipLoopFilter(_ reader: inout BitReader) throws(WireError) {
        _ = try reader.read(9)
        guard try reader.readFlag(), try reader.readFlag() else { return }
        for _ in 0..<6 where try reader.readFlag() { _ = try reader.read(7) }
    }

    private static func skipSegmentation(_ reader: inout BitReader) throws(WireError) {
        guard try reader.readFlag() else { return }
        if try reader.readFlag() {
            for _ in 0..<7 where try reader.readFlag() { _ = try reader.read(8) }
            if try reader.readFlag() {
                for _ in 0..<3 where try reader.readFlag() { _ = try reader.read(8) }
            }
        }
        guard try reader.readFlag() else { return }
        _ = try reader.readFlag()
        for _ in 0..<8 {
            // Quantiser and loop filter with their signs, reference, skip.
            if try reader.readFlag() { _ = try reader.read(9) }
            if try reader.readFlag() { _ = try reader.read(7) }
            if try reader.readFlag() { _ = try reader.read(2) }
            _ = try reader.readFlag()
        }
    }

    /// `tile_info` (§6.2.13): how many columns there may be depends on the width.
    private static func skipTiles(_ reader: inout BitReader, width: Int) throws(WireError) {
        let superblocks = (width + 63) / 64
        var smallest = 0
        while 64 << smallest < superblocks { smallest += 1 }
        var largest = 1
        while superblocks >> largest >= 4 { largest += 1 }
        largest -= 1
        while smallest < largest, try reader.readFlag() { smallest += 1 }
        if try reader.readFlag() { _ = try reader.readFlag() }
    }
}
