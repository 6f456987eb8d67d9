/// What must be known of VP8 to carry it: the head of a frame (RFC 6386 §9.1).
public enum VP8 {
    /// Whether a frame can be decoded without any earlier one.
    public static func isKeyframe(_ frame: [UInt8]) -> Bool {
        guard let first = frame.first else { return false }
        // The lowest bit of a frame is 0 in keyframes.
        return first & 1 == 0
    }

    // | tag (24)                      | 9D 01 2A | scale (2) width (14) | scale (2) height (14) |
    /// The size of a keyframe's picture; nothing if the frame is none, or its head is damaged.
    public static func size(ofKeyframe frame: [UInt8]) -> (width: Int, height: Int)? {
        guard frame.count >= 10, isKeyframe(frame), frame[3...5].elementsEqual([0x9D, 0x01, 0x2A]) else { return nil }
        let width = Int(frame[6]) | Int(frame[7] & 0x3F) << 8
        let height = Int(frame[8]) | Int(frame[9] & 0x3F) << 8
        return width > 0 && height > 0 ? (width, height) : nil
    }
}
