public import Bytes

extension H264 {
    /// The head of a slice, as far as it tells which pictures are missing (ITU-T H.264 §7.3.3).
    public struct SliceHeader: Equatable, Sendable {
        /// `slice_type` modulo 5: 0 is P, 1 B, 2 I.
        public var type: UInt32
        /// Counts pictures that others refer to, modulo 2 to the number of its bits.
        public var frameNumber: Int

        /// Reads what lies behind a slice's NAL unit header; `payload` may be longer or cut short.
        public init(parsing payload: Span<UInt8>, of sequence: SequenceParameterSet) throws(WireError) {
            // Three Exp-Golomb codes, of which none needs more than 40 bits here, and a number of at most 16 bits.
            var head = InlineArray<16, UInt8>(repeating: 0)
            let count = unescape(payload, into: &head)
            var reader = BitReader(head.span.extracting(0..<count))
            _ = try reader.readUnsignedExpGolomb()
            type = try reader.readUnsignedExpGolomb()
            guard type <= 9 else { throw .invalid("slice_type", at: reader.position / 8) }
            type %= 5
            _ = try reader.readUnsignedExpGolomb()
            if sequence.hasSeparateColourPlanes { _ = try reader.read(2) }
            frameNumber = Int(try reader.read(sequence.frameNumberBitCount))
        }
    }

    /// How important a NAL unit's first byte says it is: 0 if no other picture refers to it (§7.4.1).
    public static func referenceImportance(header: UInt8) -> UInt8 { header >> 5 & 3 }

    /// Copies the beginning of a payload without the 03 that keeps start codes out (§7.4.1); returns how much.
    static func unescape<let capacity: Int>(
        _ payload: Span<UInt8>, into head: inout InlineArray<capacity, UInt8>
    ) -> Int {
        var (count, zeros) = (0, 0)
        for index in 0..<payload.count where count < capacity {
            let byte = payload[index]
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            head[count] = byte
            count += 1
        }
        return count
    }
}
