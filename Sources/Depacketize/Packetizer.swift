public import Codecs

/// Cuts frames into the payloads of RTP packets.
///
/// Load a frame, then call `advance` until it says no; after each yes, `payload` and `marker` are the next packet's.
public struct Packetizer: Sendable {
    /// How large a payload may be by default: with headers and SRTP's tag it stays below any path's limit.
    public static let defaultMaximumPayloadByteCount = 1200

    /// The payload of the packet in hand.
    public private(set) var payload: [UInt8] = []
    /// The marker of the packet in hand: whether it ends a picture.
    public private(set) var marker = false

    private let codec: Codec
    private let maximumPayloadByteCount: Int
    private var frame: [UInt8] = []
    private var position = 0
    /// Where the NAL unit ends that is being cut into fragments.
    private var fragmentedUnitEnd: Int?
    /// The header of that unit.
    private var fragmentedUnitHeader: UInt8 = 0
    private var pictureID: UInt16

    /// A packetiser of H.264 (RFC 6184, packetization mode 1), VP8 (RFC 7741) or Opus (RFC 7587).
    ///
    /// `firstPictureID` may be anything; it counts VP8 frames on.
    public init(
        _ codec: Codec, maximumPayloadByteCount: Int = Packetizer.defaultMaximumPayloadByteCount,
        firstPictureID: UInt16 = 0
    ) {
        precondition(codec != .aac, "AAC is never sent")
        precondition(maximumPayloadByteCount >= 16, "a payload has room for more than its own header")
        self.codec = codec
        self.maximumPayloadByteCount = maximumPayloadByteCount
        pictureID = firstPictureID & 0x7FFF
    }

    /// Begins with a frame; what is left of the one before is forgotten.
    public mutating func load(_ frame: Frame) {
        precondition(frame.codec == codec, "a packetiser is for one codec")
        self.frame = frame.bytes
        position = 0
        fragmentedUnitEnd = nil
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
        case .vp8: advanceVP8()
        case .opus, .pcmu, .pcma, .g722, .h265, .vp9, .av1, .aac:
            payload += frame
            position = frame.count
            // Opus marks the first packet after a silence (RFC 7587 §4.1), which nobody relies on.
            return true
        }
        marker = position >= frame.count
        return !payload.isEmpty
    }
}

extension Packetizer {
    /// A descriptor of four bytes with a 15-bit picture ID, then a piece of the frame (RFC 7741 §4.2).
    private mutating func advanceVP8() {
        let end = min(frame.count, position + maximumPayloadByteCount - 4)
        payload.append(position == 0 ? 0x90 : 0x80)
        payload.append(0x80)
        payload.append(0x80 | UInt8(pictureID >> 8))
        payload.append(UInt8(pictureID & 0xFF))
        payload += frame[position..<end]
        position = end
    }

    private mutating func advanceH264() {
        if let end = fragmentedUnitEnd {
            appendFragment(to: end, isStart: false)
            return
        }
        // A length that does not fit ends the frame: its maker's mistake must not travel.
        guard let unit = nalUnit(at: position) else {
            position = frame.count
            return
        }
        if unit.count > maximumPayloadByteCount {
            fragmentedUnitHeader = frame[unit.lowerBound]
            position = unit.lowerBound + 1
            appendFragment(to: unit.upperBound, isStart: true)
        } else if let next = nalUnit(at: unit.upperBound), unit.count + next.count + 5 <= maximumPayloadByteCount {
            appendAggregation()
        } else {
            payload += frame[unit]
            position = unit.upperBound
        }
    }

    /// FU-A (RFC 6184 §5.8): a header that names the payload format, one that tells start, end and type.
    private mutating func appendFragment(to unitEnd: Int, isStart: Bool) {
        let end = min(unitEnd, position + maximumPayloadByteCount - 2)
        let isEnd = end == unitEnd
        payload.append(fragmentedUnitHeader & 0xE0 | 28)
        payload.append(fragmentedUnitHeader & 0x1F | (isStart ? 0x80 : 0) | (isEnd ? 0x40 : 0))
        payload += frame[position..<end]
        position = end
        fragmentedUnitEnd = isEnd ? nil : unitEnd
    }

    /// STAP-A (RFC 6184 §5.7.1): as many NAL units as fit, under the highest importance among them.
    private mutating func appendAggregation() {
        payload.append(24)
        while let unit = nalUnit(at: position), payload.count + 2 + unit.count <= maximumPayloadByteCount {
            let header = frame[unit.lowerBound]
            payload[0] = payload[0] | header & 0x80 | 24
            if header & 0x60 > payload[0] & 0x60 { payload[0] = payload[0] & 0x9F | header & 0x60 }
            payload.append(UInt8(unit.count >> 8))
            payload.append(UInt8(unit.count & 0xFF))
            payload += frame[unit]
            position = unit.upperBound
        }
    }

    private func nalUnit(at position: Int) -> Range<Int>? {
        H264.nalUnit(at: position, in: frame)
    }
}
