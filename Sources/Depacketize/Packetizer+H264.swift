import Codecs

extension Packetizer {
    /// Makes the next packet of H.264.
    mutating func advanceH264() {
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
            fragmentedUnitHeader = UInt16(frame[unit.lowerBound])
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
        let header = UInt8(fragmentedUnitHeader)
        payload.append(header & 0xE0 | 28)
        payload.append(header & 0x1F | (isStart ? 0x80 : 0) | (isEnd ? 0x40 : 0))
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
}
