import Codecs

extension Packetizer {
    /// A descriptor of four bytes with a 15-bit picture ID, then a piece of the frame (RFC 7741 §4.2).
    mutating func advanceVP8() {
        let end = min(frame.count, position + maximumPayloadByteCount - 4)
        payload.append(position == 0 ? 0x90 : 0x80)
        payload.append(0x80)
        appendPictureID()
        payload += frame[position..<end]
        position = end
    }

    /// A descriptor of three bytes with a 15-bit picture ID, not flexible and without layers, then a piece of the frame
    /// or superframe (RFC 9628 §4.2).
    mutating func advanceVP9() {
        let end = min(frame.count, position + maximumPayloadByteCount - 3)
        let (starts, ends) = (position == 0, end == frame.count)
        payload.append(0x80 | (isKeyframe ? 0 : 0x40) | (starts ? 0x08 : 0) | (ends ? 0x04 : 0))
        appendPictureID()
        payload += frame[position..<end]
        position = end
    }

    private mutating func appendPictureID() {
        payload.append(0x80 | UInt8(pictureID >> 8))
        payload.append(UInt8(pictureID & 0xFF))
    }
}
