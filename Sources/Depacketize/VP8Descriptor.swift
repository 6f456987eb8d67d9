import Codecs

// |X|R|N|S|R| PID |   required
// |I|L|T|K|  RSV  |   if X
// |M| PictureID   |   if I; two bytes if M
// |   TL0PICIDX   |   if L
// |TID|Y| KEYIDX  |   if T or K
/// What stands before VP8 in each packet (RFC 7741 §4.2).
struct VP8Descriptor {
    /// Whether no other frame refers to this one.
    var isDisposable: Bool
    /// Whether the packet begins a frame.
    var startsFrame: Bool
    /// With how many bits it has.
    var pictureID: (value: Int, bitCount: Int)?
    /// Counts the frames of the lowest temporal layer.
    var baseIndex: Int?
    var temporalLayer: Int?
    /// Whether the frame refers to the lowest temporal layer alone.
    var isSynchronised = false
    /// How many bytes it takes.
    var byteCount = 1

    /// Nothing if the packet ends inside.
    init?(_ payload: Span<UInt8>) {
        isDisposable = payload[0] & 0x20 != 0
        // S is set and the partition index zero in the packet that begins a frame, and nowhere else.
        startsFrame = payload[0] & 0x17 == 0x10
        guard payload[0] & 0x80 != 0 else { return }
        guard payload.count >= 2 else { return nil }
        let extensions = payload[1]
        byteCount = 2
        if extensions & 0x80 != 0, !readPictureID(payload) { return nil }
        if extensions & 0x40 != 0 {
            guard payload.count > byteCount else { return nil }
            baseIndex = Int(payload[byteCount])
            byteCount += 1
        }
        if extensions & 0x30 != 0 {
            guard payload.count > byteCount else { return nil }
            if extensions & 0x20 != 0 {
                temporalLayer = Int(payload[byteCount] >> 6)
                isSynchronised = payload[byteCount] & 0x20 != 0
            }
            byteCount += 1
        }
    }

    private mutating func readPictureID(_ payload: Span<UInt8>) -> Bool {
        guard payload.count > byteCount else { return false }
        let first = Int(payload[byteCount])
        byteCount += 1
        guard first & 0x80 != 0 else {
            pictureID = (first, 7)
            return true
        }
        guard payload.count > byteCount else { return false }
        pictureID = ((first & 0x7F) << 8 | Int(payload[byteCount]), 15)
        byteCount += 1
        return true
    }
}
