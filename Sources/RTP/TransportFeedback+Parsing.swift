import Bytes
import Units

extension TransportFeedback {
    // |      base sequence number     |      packet status count      |
    // |                 reference time                | fb pkt. count |
    // |  chunks, 16 bits each …                                       |
    // |  deltas, 8 or 16 bits each …        zero padding to 32 bits   |
    init(parsing packet: Span<UInt8>) throws(WireError) {
        try packet.require(20)
        sender = SSRC(packet.uint32(at: 4))
        media = SSRC(packet.uint32(at: 8))
        baseSequenceNumber = packet.uint16(at: 12)
        let statusCount = Int(packet.uint16(at: 14))
        guard (1...Self.maximumStatusCount).contains(statusCount) else {
            throw .invalid("packet status count", at: 14)
        }
        referenceTime = Int32(bitPattern: packet.uint24(at: 16) << 8) >> 8
        feedbackCount = packet[19]
        deltas = []
        deltas.reserveCapacity(statusCount)
        var symbols: [ArrivalSymbol] = []
        symbols.reserveCapacity(statusCount)
        let position = try Self.parseChunks(statusCount, in: packet, into: &symbols)
        try parseDeltas(of: symbols, in: packet, at: position)
    }

    /// Reads chunks until `count` packets have their symbol; what the last chunk says beyond is padding.
    private static func parseChunks(
        _ count: Int, in packet: Span<UInt8>, into symbols: inout [ArrivalSymbol]
    ) throws(WireError) -> Int {
        var position = 20
        while symbols.count < count {
            try packet.require(2, at: position)
            let chunk = packet.uint16(at: position)
            let room = count - symbols.count
            if chunk >> 15 == 0 {
                // |0| S (2) |  run length (13)  |
                let symbol = try symbol(chunk >> 13 & 3, at: position)
                let run = Int(chunk & 0x1FFF)
                guard run > 0 else { throw .invalid("run length", at: position) }
                symbols.append(contentsOf: repeatElement(symbol, count: min(run, room)))
            } else if chunk >> 14 & 1 == 0 {
                // |1|0| fourteen symbols of one bit  |
                for bit in 0..<min(14, room) {
                    symbols.append(chunk >> UInt16(13 - bit) & 1 == 1 ? .smallDelta : .notReceived)
                }
            } else {
                // |1|1| seven symbols of two bits  |
                for index in 0..<min(7, room) {
                    symbols.append(try symbol(chunk >> UInt16(12 - 2 * index) & 3, at: position))
                }
            }
            position += 2
        }
        return position
    }

    private static func symbol(_ bits: UInt16, at position: Int) throws(WireError) -> ArrivalSymbol {
        guard let symbol = ArrivalSymbol(rawValue: bits) else { throw .invalid("packet status", at: position) }
        return symbol
    }

    private mutating func parseDeltas(
        of symbols: [ArrivalSymbol], in packet: Span<UInt8>, at start: Int
    ) throws(WireError) {
        var position = start
        for symbol in symbols {
            switch symbol {
            case .notReceived: deltas.append(nil)
            case .smallDelta:
                try packet.require(1, at: position)
                deltas.append(Int16(packet[position]))
                position += 1
            case .largeDelta:
                try packet.require(2, at: position)
                deltas.append(Int16(bitPattern: packet.uint16(at: position)))
                position += 2
            }
        }
    }
}
