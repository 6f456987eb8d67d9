extension VP9 {
    /// The most frames that one superframe may hold: three bits count them (annex B.2).
    public static let largestSuperframeCount = 8

    // | frame | frame | … | 110 SS NNN | size | size | … | 110 SS NNN |
    /// Where the frames of a superframe lie; a frame without index is one of its own (annex B).
    public static func frames(in bytes: [UInt8]) -> [Range<Int>] {
        guard let last = bytes.last else { return [] }
        let whole = [0..<bytes.count]
        guard last & 0xE0 == 0xC0 else { return whole }
        let (sizeByteCount, frameCount) = (Int(last >> 3 & 3) + 1, Int(last & 7) + 1)
        let indexStart = bytes.count - 2 - sizeByteCount * frameCount
        guard indexStart >= 0, bytes[indexStart] == last else { return whole }
        var ranges: [Range<Int>] = []
        var (start, position) = (0, indexStart + 1)
        for _ in 0..<frameCount {
            var size = 0
            for byte in 0..<sizeByteCount { size |= Int(bytes[position + byte]) << (8 * byte) }
            position += sizeByteCount
            // Encoders that leave a layer out may count it with nothing in it.
            guard size <= indexStart - start else { return whole }
            if size > 0 { ranges.append(start..<start + size) }
            start += size
        }
        return ranges.isEmpty ? whole : ranges
    }

    /// Appends the index that makes a superframe of frames that lie one after the other.
    ///
    /// `sizes` are those of all frames in `bytes`, in order, and there are at most eight.
    public static func appendSuperframeIndex(sizes: some Collection<Int>, to bytes: inout [UInt8]) {
        precondition((1...largestSuperframeCount).contains(sizes.count), "three bits count the frames")
        precondition(sizes.reduce(0, +) == bytes.count, "a superframe holds nothing but its frames")
        let largest = sizes.max() ?? 0
        var sizeByteCount = 1
        while largest >> (8 * sizeByteCount) > 0 { sizeByteCount += 1 }
        precondition(sizeByteCount <= 4, "a frame is smaller than 4 GiB")
        let marker = 0xC0 | UInt8(sizeByteCount - 1) << 3 | UInt8(sizes.count - 1)
        bytes.append(marker)
        for size in sizes {
            for byte in 0..<sizeByteCount { bytes.append(UInt8(truncatingIfNeeded: size >> (8 * byte))) }
        }
        bytes.append(marker)
    }
}
