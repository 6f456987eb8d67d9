/// H.264 as a byte stream, with start codes (ITU-T H.264 Annex B), as encoders give it.
enum AnnexB {
    /// The same NAL units each behind its length in four bytes, as `Frame.bytes` carries them.
    ///
    /// Access unit delimiters, filler and supplemental information are left out: nothing needs them to
    /// decode, and x264's would repeat its settings to everybody.
    static func lengthPrefixed(_ stream: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(stream.count + 16)
        var start = firstPayload(in: stream, from: 0)
        while let begin = start {
            let next = firstPayload(in: stream, from: begin)
            var end = next.map { $0 - 3 } ?? stream.count
            // Zeros before a start code belong to it, §B.1.1: leading_zero_8bits, trailing_zero_8bits.
            while end > begin, stream[end - 1] == 0 { end -= 1 }
            if end > begin, keeps(stream[begin] & 0x1F) {
                let count = UInt32(end - begin)
                for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: count >> shift)) }
                out.append(contentsOf: stream[begin..<end])
            }
            start = next
        }
        return out
    }

    /// Where the bytes after the next start code (00 00 01) begin.
    private static func firstPayload(in stream: [UInt8], from index: Int) -> Int? {
        var index = index
        while index + 2 < stream.count {
            if stream[index + 2] > 1 {
                index += 3
            } else if stream[index] == 0, stream[index + 1] == 0, stream[index + 2] == 1 {
                return index + 3
            } else {
                index += 1
            }
        }
        return nil
    }

    /// Slices and parameter sets stay (ITU-T H.264 table 7-1: 1…5, 7, 8).
    private static func keeps(_ type: UInt8) -> Bool { (1...5).contains(type) || type == 7 || type == 8 }
}
