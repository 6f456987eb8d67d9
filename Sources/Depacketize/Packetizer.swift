public import Codecs

/// Cuts frames into the payloads of RTP packets.
///
/// Load a frame, then call `advance` until it says no; after each yes, `payload` and `marker` are the next packet's.
public struct Packetizer: Sendable {
    /// How large a payload may be by default: with headers and SRTP's tag it stays below any path's limit.
    public static let defaultMaximumPayloadByteCount = 1200

    /// The payload of the packet in hand.
    public internal(set) var payload: [UInt8] = []
    /// The marker of the packet in hand: whether it ends a picture.
    public private(set) var marker = false

    let maximumPayloadByteCount: Int
    private(set) var frame: [UInt8] = []
    var position = 0
    /// Where the NAL unit ends that is being cut into fragments.
    var fragmentedUnitEnd: Int?
    /// The header of that unit.
    var fragmentedUnitHeader: UInt16 = 0
    /// How much of the OBU at `position` has gone out.
    var fragmentedUnitByteCount = 0
    private(set) var isKeyframe = false
    private(set) var pictureID: UInt16

    private let codec: Codec

    /// A packetiser of any codec but AAC: RFC 6184 (packetization mode 1), RFC 7798, RFC 7741, RFC 9628, the payload
    /// format of AV1, RFC 7587, RFC 3551.
    ///
    /// `firstPictureID` may be anything; it counts VP8 and VP9 frames on.
    public init(
        _ codec: Codec, maximumPayloadByteCount: Int = Packetizer.defaultMaximumPayloadByteCount,
        firstPictureID: UInt16 = 0
    ) {
        precondition(codec.isCarried, "AAC and MP3 are never sent")
        precondition(maximumPayloadByteCount >= 16, "a payload has room for more than its own header")
        self.codec = codec
        self.maximumPayloadByteCount = maximumPayloadByteCount
        pictureID = firstPictureID & 0x7FFF
    }

    /// Begins with a frame; what is left of the one before is forgotten.
    public mutating func load(_ frame: Frame) {
        precondition(frame.codec == codec, "a packetiser is for one codec")
        self.frame = frame.bytes
        isKeyframe = frame.isKeyframe
        position = 0
        fragmentedUnitEnd = nil
        fragmentedUnitByteCount = 0
        pictureID = (pictureID + 1) & 0x7FFF
    }

    /// Makes the next packet, and says whether there was one left to make.
    public mutating func advance() -> Bool {
        payload.removeAll(keepingCapacity: true)
        marker = false
        guard position < frame.count else {
            frame = []
            return false
        }
        switch codec {
        case .h264: advanceH264()
        case .h265: advanceH265()
        case .vp8: advanceVP8()
        case .vp9: advanceVP9()
        case .av1: advanceAV1()
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3:
            payload += frame
            position = frame.count
            // Sound marks the first packet after a silence (RFC 7587 §4.1, RFC 3551 §4.1), which nobody relies on.
            return true
        }
        marker = position >= frame.count
        return !payload.isEmpty
    }

    func nalUnit(at position: Int) -> Range<Int>? { H264.nalUnit(at: position, in: frame) }
}
