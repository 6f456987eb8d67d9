public import Bytes

extension H264 {
    /// The low bits of a picture's place in the order of showing, as its slices carry them (ITU-T H.264 §7.3.3).
    ///
    /// `payload` lies behind the slice's NAL unit header, and may be longer or cut short. Fails for streams that tell the
    /// order otherwise than by these bits.
    public static func pictureOrder(
        ofSlice payload: Span<UInt8>, isRefresh: Bool, of sequence: SequenceParameterSet
    ) throws(WireError) -> Int {
        guard sequence.pictureOrderCountType == 0 else { throw .invalid("pic_order_cnt_type", at: 0) }
        // Four Exp-Golomb codes of at most 63 bits, and two numbers of at most 16.
        var head = InlineArray<40, UInt8>(repeating: 0)
        let count = unescape(payload, into: &head)
        var reader = BitReader(head.span.extracting(0..<count))
        for _ in 0..<3 { _ = try reader.readUnsignedExpGolomb() }
        if sequence.hasSeparateColourPlanes { _ = try reader.read(2) }
        _ = try reader.read(sequence.frameNumberBitCount)
        if !sequence.isFramesOnly, try reader.readFlag() { _ = try reader.readFlag() }
        if isRefresh { _ = try reader.readUnsignedExpGolomb() }
        return Int(try reader.read(sequence.pictureOrderBitCount))
    }
}
