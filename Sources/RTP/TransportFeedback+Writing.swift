import Bytes
import Units

extension TransportFeedback {
    func appendBody(to packet: inout [UInt8]) {
        packet.append(bigEndian: sender.rawValue)
        packet.append(bigEndian: media.rawValue)
        packet.append(bigEndian: baseSequenceNumber)
        packet.append(bigEndian: UInt16(deltas.count))
        packet.append(bigEndian24: UInt32(bitPattern: referenceTime) & 0xFF_FFFF)
        packet.append(feedbackCount)
        var index = 0
        while index < deltas.count { index += appendChunk(from: index, to: &packet) }
        for case .some(let delta) in deltas {
            switch ArrivalSymbol(delta) {
            case .largeDelta: packet.append(bigEndian: delta)
            case .notReceived, .smallDelta: packet.append(UInt8(delta))
            }
        }
    }

    /// Appends the chunk that says most from `start` on, and returns how many packets it told about.
    private func appendChunk(from start: Int, to packet: inout [UInt8]) -> Int {
        let run = runLength(from: start)
        let remaining = deltas.count - start
        let fitsOneBit = oneBitLength(from: start) == min(14, remaining)
        let vector = min(fitsOneBit ? 14 : 7, remaining)
        if run >= vector {
            let symbol = ArrivalSymbol(deltas[start]).rawValue
            packet.append(bigEndian: symbol << 13 | UInt16(run))
            return run
        }
        packet.append(bigEndian: fitsOneBit ? oneBitVector(from: start) : twoBitVector(from: start))
        return vector
    }

    /// How many packets from `start` on share one symbol, as far as 13 bits count.
    private func runLength(from start: Int) -> Int {
        let symbol = ArrivalSymbol(deltas[start])
        var end = start + 1
        while end < deltas.count, end - start < 0x1FFF, ArrivalSymbol(deltas[end]) == symbol { end += 1 }
        return end - start
    }

    /// How many packets from `start` on one bit each can tell about, at most 14: none may have a large delta.
    private func oneBitLength(from start: Int) -> Int {
        var end = start
        while end < deltas.count, end - start < 14, ArrivalSymbol(deltas[end]) != .largeDelta { end += 1 }
        return end - start
    }

    private func oneBitVector(from start: Int) -> UInt16 {
        var chunk: UInt16 = 0x8000
        for index in 0..<min(14, deltas.count - start) {
            chunk |= ArrivalSymbol(deltas[start + index]).rawValue << UInt16(13 - index)
        }
        return chunk
    }

    private func twoBitVector(from start: Int) -> UInt16 {
        var chunk: UInt16 = 0xC000
        for index in 0..<min(7, deltas.count - start) {
            chunk |= ArrivalSymbol(deltas[start + index]).rawValue << UInt16(12 - 2 * index)
        }
        return chunk
    }
}
