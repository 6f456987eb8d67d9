import Codecs

extension Packetizer {
    // |Z|Y| W |N|-|-|-|  size, element, size, element, …
    /// Makes the next packet of AV1: as many OBUs as fit, and a fragment of the next (RTP Payload Format For AV1, §4).
    ///
    /// W stays 0, so that each element tells its size. The OBUs' own sizes stay behind.
    mutating func advanceAV1() {
        payload.append(isKeyframe && position == 0 && fragmentedUnitByteCount == 0 ? 0x08 : 0)
        if fragmentedUnitByteCount > 0 { payload[0] |= 0x80 }
        while position < frame.count {
            // A size that does not fit ends the frame: its maker's mistake must not travel.
            guard let unit = try? AV1.unit(at: position, in: frame.span) else {
                position = frame.count
                if payload.count == 1 { payload.removeAll(keepingCapacity: true) }
                return
            }
            let headerByteCount = frame[position] & 4 != 0 ? 2 : 1
            let rest = headerByteCount + unit.payload.count - fragmentedUnitByteCount
            let room = maximumPayloadByteCount - payload.count
            guard rest + AV1.leb128ByteCount(rest) <= room else {
                appendFragment(of: unit, headerByteCount, room: room)
                return
            }
            appendElement(of: unit, headerByteCount, byteCount: rest)
            position = unit.range.upperBound
            fragmentedUnitByteCount = 0
        }
    }

    private mutating func appendFragment(of unit: AV1.Unit, _ headerByteCount: Int, room: Int) {
        let byteCount = room - AV1.leb128ByteCount(max(0, room - 1))
        // A few bytes are not worth a fragment, unless there is nothing else in the packet.
        guard byteCount >= (payload.count > 1 ? 8 : 1) else { return }
        appendElement(of: unit, headerByteCount, byteCount: byteCount)
        fragmentedUnitByteCount += byteCount
        payload[0] |= 0x40
    }

    /// Appends the next bytes of a unit: header first, without its size, then payload.
    private mutating func appendElement(of unit: AV1.Unit, _ headerByteCount: Int, byteCount: Int) {
        AV1.appendLEB128(byteCount, to: &payload)
        let end = fragmentedUnitByteCount + byteCount
        for index in fragmentedUnitByteCount..<max(fragmentedUnitByteCount, min(end, headerByteCount)) {
            let byte = frame[unit.range.lowerBound + index]
            payload.append(index == 0 ? byte & ~2 : byte)
        }
        let start = unit.payload.lowerBound - headerByteCount
        let first = max(fragmentedUnitByteCount, headerByteCount)
        if end > first { payload += frame[start + first..<start + end] }
    }
}
