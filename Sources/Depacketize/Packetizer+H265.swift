import Codecs

extension Packetizer {
    /// Makes the next packet of H.265, without DONL (RFC 7798 §4.4).
    mutating func advanceH265() {
        if let end = fragmentedUnitEnd {
            appendFragment(to: end, isStart: false)
            return
        }
        // A length that does not fit, or a unit without its header, ends the frame.
        guard let unit = nalUnit(at: position), unit.count >= H265.headerByteCount else {
            position = frame.count
            return
        }
        if unit.count > maximumPayloadByteCount {
            fragmentedUnitHeader = UInt16(frame[unit.lowerBound]) << 8 | UInt16(frame[unit.lowerBound + 1])
            position = unit.lowerBound + H265.headerByteCount
            appendFragment(to: unit.upperBound, isStart: true)
        } else if let next = nalUnit(at: unit.upperBound), next.count >= H265.headerByteCount,
            unit.count + next.count + 6 <= maximumPayloadByteCount
        {
            appendAggregation()
        } else {
            payload += frame[unit]
            position = unit.upperBound
        }
    }

    /// FU (§4.4.3): a header that names the payload format, and a byte that tells start, end and type.
    private mutating func appendFragment(to unitEnd: Int, isStart: Bool) {
        let end = min(unitEnd, position + maximumPayloadByteCount - 3)
        let isEnd = end == unitEnd
        let (first, second) = (UInt8(fragmentedUnitHeader >> 8), UInt8(fragmentedUnitHeader & 0xFF))
        payload.append(first & 0x81 | 49 << 1)
        payload.append(second)
        payload.append(first >> 1 & 0x3F | (isStart ? 0x80 : 0) | (isEnd ? 0x40 : 0))
        payload += frame[position..<end]
        position = end
        fragmentedUnitEnd = isEnd ? nil : unitEnd
    }

    /// AP (§4.4.2): as many NAL units as fit, under the lowest layer and temporal layer among them.
    private mutating func appendAggregation() {
        payload += [48 << 1 | 1, 0xFF]
        while let unit = nalUnit(at: position), unit.count >= H265.headerByteCount,
            payload.count + 2 + unit.count <= maximumPayloadByteCount
        {
            let (first, second) = (frame[unit.lowerBound], frame[unit.lowerBound + 1])
            let layer = min(layerID(payload[0], payload[1]), layerID(first, second))
            let temporal = min(payload[1] & 7, second & 7)
            payload[0] = payload[0] & 0x80 | first & 0x80 | 48 << 1 | layer >> 5
            payload[1] = layer << 3 | temporal
            payload.append(UInt8(unit.count >> 8))
            payload.append(UInt8(unit.count & 0xFF))
            payload += frame[unit]
            position = unit.upperBound
        }
    }

    private func layerID(_ first: UInt8, _ second: UInt8) -> UInt8 { first << 5 & 0x20 | second >> 3 }
}
