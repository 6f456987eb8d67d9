import Bytes
public import Units

/// Makes RED payloads that repeat the packets right before, as browsers do for sound (RFC 2198).
///
/// Give it every packet of the stream in order. What does not fit is left out together with everything older, so
/// that the copies are always those of the packets directly before.
public struct REDWriter: Sendable {
    /// A copy that lies farther back is left out: its distance has 14 bits.
    public static let longestOffset: UInt32 = 0x3FFF
    /// A copy that is longer is left out: its length has 10 bits.
    public static let longestCopy = 0x3FF

    private struct Kept: Sendable {
        var timestamp = RTPTimestamp(0)
        var payload: [UInt8] = []
    }

    private let payloadType: PayloadType
    private let maximumByteCount: Int
    private let depth: Int
    /// The newest first.
    private var history: [Kept] = []

    /// A writer of blocks of one payload type, with up to `depth` copies and at most so many bytes in a payload.
    public init(payloadType: PayloadType, depth: Int = 1, maximumByteCount: Int = 1200) {
        precondition((0..<REDPacket.maximumBlockCount).contains(depth), "a packet holds so many copies")
        self.payloadType = payloadType
        self.depth = depth
        self.maximumByteCount = maximumByteCount
    }

    /// Replaces the content of `red` by a payload for the packet of this timestamp, and keeps a copy for the next.
    ///
    /// The packet's own bytes go in whatever their length.
    public mutating func write(_ payload: Span<UInt8>, timestamp: RTPTimestamp, into red: inout [UInt8]) {
        red.removeAll(keepingCapacity: true)
        let count = fittingCount(besides: payload.count, at: timestamp)
        for kept in history[..<count].reversed() {
            red.append(payloadType.rawValue | 0x80)
            let offset = UInt32(bitPattern: timestamp.distance(from: kept.timestamp))
            red.append(bigEndian24: offset << 10 | UInt32(kept.payload.count))
        }
        red.append(payloadType.rawValue)
        for kept in history[..<count].reversed() { red += kept.payload }
        red.append(copying: payload)
        keep(payload, timestamp: timestamp)
    }

    private func fittingCount(besides byteCount: Int, at timestamp: RTPTimestamp) -> Int {
        var (count, total) = (0, 1 + byteCount)
        for kept in history {
            total += REDPacket.headerByteCount + kept.payload.count
            let offset = timestamp.distance(from: kept.timestamp)
            guard total <= maximumByteCount, kept.payload.count <= Self.longestCopy,
                (0...Int32(Self.longestOffset)).contains(offset)
            else { break }
            count += 1
        }
        return count
    }

    /// Keeps a copy in the storage of the one that is not needed any more.
    private mutating func keep(_ payload: Span<UInt8>, timestamp: RTPTimestamp) {
        guard depth > 0 else { return }
        var newest = history.count == depth ? history.removeLast() : Kept()
        newest.timestamp = timestamp
        newest.payload.removeAll(keepingCapacity: true)
        newest.payload.append(copying: payload)
        history.insert(newest, at: 0)
    }
}
