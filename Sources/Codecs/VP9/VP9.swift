/// What must be known of VP9 to carry it: the heads of its frames, and how several share a packet (VP9 Bitstream &
/// Decoding Process Specification, version 0.6).
public enum VP9 {
    /// Whether a frame, or the first of a superframe, can be decoded without any earlier one.
    public static func isKeyframe(_ frame: [UInt8]) -> Bool {
        guard let first = frames(in: frame).first else { return false }
        return (try? FrameHeader(parsing: frame.span.extracting(first)))?.isKeyframe ?? false
    }

    /// What a keyframe says of its stream; nothing if the frame is none, or its head is damaged.
    ///
    /// Of a superframe with spatial layers, the size is that of the last one shown, which is what players show.
    public static func format(ofKeyframe frame: [UInt8]) -> VP9Format? {
        var sizes = SlotSizes()
        var format: VP9Format?
        for range in frames(in: frame) {
            guard let header = try? FrameHeader(parsing: frame.span.extracting(range)) else { return nil }
            if format == nil {
                guard header.isKeyframe, let colour = header.colour, let size = header.size else { return nil }
                format = VP9Format(
                    size: size, profile: header.profile, bitDepth: colour.bitDepth,
                    chromaSubsampling: colour.chromaSubsampling, isFullRange: colour.isFullRange,
                    colourSpace: colour.space)
            }
            guard let size = sizes.receive(header) else { continue }
            if header.isShown { format?.size = size }
        }
        return format
    }

    /// The sizes of the pictures in the eight slots that frames refer to.
    public struct SlotSizes: Equatable, Sendable {
        private var widths = SIMD8<Int32>()
        private var heights = SIMD8<Int32>()

        /// Nothing was decoded yet.
        public init() {}

        /// Notes what a frame puts where, and tells its size; nothing if that is unknown.
        public mutating func receive(_ header: FrameHeader) -> PictureSize? {
            guard let size = size(of: header) else { return nil }
            for slot in 0..<8 where header.refreshedSlots >> UInt8(slot) & 1 == 1 {
                (widths[slot], heights[slot]) = (Int32(size.width), Int32(size.height))
            }
            return size
        }

        /// The size of a frame that is about to be decoded; nothing if that is unknown.
        public func size(of header: FrameHeader) -> PictureSize? {
            if let size = header.size { return size }
            guard let slot = header.sizeSlot ?? header.existingSlot, widths[slot] > 0 else { return nil }
            return PictureSize(width: Int(widths[slot]), height: Int(heights[slot]))
        }
    }
}
