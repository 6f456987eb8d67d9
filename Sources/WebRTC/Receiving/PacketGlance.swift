import Codecs

/// What a packet's first bytes say of its frame, for packets that wait out of order.
///
/// Only ever a hint: the depacketiser decides what a frame is worth.
struct PacketGlance: Equatable, Sendable {
    /// Whether a frame is known to begin with it.
    var beginsFrame = false
    /// Whether it belongs to a picture that needs no earlier one.
    var isKeyframe = false
    /// The number that its payload format gives the picture.
    var picture: PictureNumber?

    /// A number that wraps after so many bits (RFC 7741 §4.2, RFC 9628 §4.2).
    struct PictureNumber: Equatable, Sendable {
        var number: Int
        var bits: Int
    }

    init(_ payload: Span<UInt8>, of codec: Codec) {
        guard payload.count >= 2 else { return }
        switch codec {
        case .h264: glanceAtH264(payload)
        case .h265: glanceAtH265(payload)
        case .vp8: glanceAtVP8(payload)
        case .vp9: glanceAtVP9(payload)
        // N: the first packet of a coded video sequence (the AV1 payload format §4.4).
        case .av1: (beginsFrame, isKeyframe) = (payload[0] & 0x08 != 0, payload[0] & 0x08 != 0)
        case .opus, .pcmu, .pcma, .g722, .aac, .mp3: break
        }
    }

    /// Whether `next` is the picture right behind this one.
    func isFollowed(by next: PacketGlance) -> Bool {
        guard let picture, let following = next.picture, picture.bits == following.bits else { return false }
        return (picture.number + 1) & ((1 << picture.bits) - 1) == following.number
    }
}

extension PacketGlance {
    /// The unit's type, or that of the first one inside (RFC 6184 §5.2).
    private mutating func glanceAtH264(_ payload: Span<UInt8>) {
        var type = payload[0] & 0x1F
        if type == 24, payload.count > 3 { type = payload[3] & 0x1F }
        if type == 28 { type = payload[1] & 0x1F }
        // A delimiter or sequence parameter set comes first in an access unit (ITU-T H.264 §7.4.1.2.3).
        beginsFrame = type == 9 || type == 7
        isKeyframe = type == 5 || type == 7
    }

    /// The same for H.265 (RFC 7798 §4.4; ITU-T H.265 table 7-1).
    private mutating func glanceAtH265(_ payload: Span<UInt8>) {
        var type = payload[0] >> 1 & 0x3F
        if type == 48, payload.count > 4 { type = payload[4] >> 1 & 0x3F }
        if type == 49, payload.count > 2 { type = payload[2] & 0x3F }
        beginsFrame = type == 35 || type == 32
        isKeyframe = (16...21).contains(type) || type == 32 || type == 33
    }

    // |X|R|N|S|R| PID |  |I|L|T|K|  RSV  |  |M| PictureID |…  (RFC 7741 §4.2)
    private mutating func glanceAtVP8(_ payload: Span<UInt8>) {
        beginsFrame = payload[0] & 0x17 == 0x10
        var position = 1
        if payload[0] & 0x80 != 0 {
            let fields = payload[1]
            position = 2
            if fields & 0x80 != 0 { position = readPicture(at: position, of: payload) }
            if fields & 0x40 != 0 { position += 1 }
            if fields & 0x30 != 0 { position += 1 }
        }
        // P, the inverse key frame flag (RFC 6386 §9.1).
        isKeyframe = beginsFrame && position < payload.count && payload[position] & 1 == 0
    }

    // |I|P|L|F|B|E|V|Z|  |M| PictureID |…  | TID |U| SID |D|  (RFC 9628 §4.2)
    private mutating func glanceAtVP9(_ payload: Span<UInt8>) {
        var position = 1
        if payload[0] & 0x80 != 0 { position = readPicture(at: position, of: payload) }
        let hasLayers = payload[0] & 0x20 != 0
        let layer = hasLayers && position < payload.count ? payload[position] >> 1 & 7 : 0
        beginsFrame = payload[0] & 0x08 != 0 && layer == 0
        isKeyframe = beginsFrame && payload[0] & 0x40 == 0
    }

    /// Reads a picture's number in one byte or two, and returns where it ends.
    private mutating func readPicture(at position: Int, of payload: Span<UInt8>) -> Int {
        guard position < payload.count else { return position }
        let first = Int(payload[position])
        guard first & 0x80 != 0, position + 1 < payload.count else {
            picture = PictureNumber(number: first & 0x7F, bits: 7)
            return position + 1
        }
        picture = PictureNumber(number: (first & 0x7F) << 8 | Int(payload[position + 1]), bits: 15)
        return position + 2
    }
}
