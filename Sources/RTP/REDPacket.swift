public import Bytes
public import Units

/// One block of a RED payload: what one earlier packet, or this one, would have carried on its own.
public struct REDBlock: Equatable, Sendable {
    /// What the block is encoded as: an audio codec, or ULPFEC.
    public var payloadType: PayloadType

    /// How many ticks earlier than the packet's timestamp the block's own lies; 0 for the primary block.
    public var timestampOffset: UInt32

    /// How many blocks follow it: 0 for the primary, 1 for the one right before it.
    ///
    /// RED names no sequence numbers. Browsers repeat the packets right before this one, without leaving any out and
    /// the oldest first, so a block of distance *d* is the packet whose sequence number is *d* lower. What arrived by
    /// itself always goes before what such a block claims.
    public var distance: Int

    /// Where its bytes lie in the payload that was parsed; empty if the earlier packet had none.
    public var payload: Range<Int>

    public init(payloadType: PayloadType, timestampOffset: UInt32, distance: Int, payload: Range<Int>) {
        self.payloadType = payloadType
        self.timestampOffset = timestampOffset
        self.distance = distance
        self.payload = payload
    }

    /// Whether it belongs to the packet itself.
    public var isPrimary: Bool { distance == 0 }
}

/// The payload of a RED packet: copies of earlier payloads, then the packet's own (RFC 2198 §3).
///
/// Holds no bytes and allocates nothing: ask `blocks` for one block after the other.
public struct REDPacket: Equatable, Sendable {
    /// How many blocks one packet may have.
    ///
    /// Chromium sends one or two copies, and nine at most.
    public static let maximumBlockCount = 16

    /// How many blocks there are, the primary included.
    public let blockCount: Int

    /// The packet's own block, the last.
    public let primary: REDBlock

    private let firstData: Int

    // |1|   block PT  |  timestamp offset (14)    | block length (10) |   each redundant block
    // |0|   block PT  |                                                 the primary, without length
    // then the blocks' bytes, in the same order.
    /// Reads all block headers; every block lies within `payload`.
    public init(parsing payload: Span<UInt8>) throws(WireError) {
        var (position, dataByteCount, count) = (0, 0, 1)
        while true {
            try payload.require(1, at: position)
            guard payload[position] & 0x80 != 0 else { break }
            try payload.require(Self.headerByteCount, at: position)
            dataByteCount += Int(payload.uint16(at: position + 2) & 0x3FF)
            position += Self.headerByteCount
            count += 1
            guard count <= Self.maximumBlockCount else { throw .invalid("block count", at: position) }
        }
        let payloadType = PayloadType(payload[position])
        firstData = position + 1
        try payload.require(dataByteCount, at: firstData)
        blockCount = count
        primary = REDBlock(
            payloadType: payloadType, timestampOffset: 0, distance: 0,
            payload: firstData + dataByteCount..<payload.count)
    }

    /// The header of a redundant block.
    static let headerByteCount = 4

    /// The blocks, in the order of the packet: the oldest first, the primary last.
    public var blocks: REDBlocks { REDBlocks(count: blockCount, primary: primary, data: firstData) }
}

/// Goes through the blocks of one RED payload.
public struct REDBlocks: Sendable {
    private var remaining: Int
    private let primary: REDBlock
    private var header = 0
    private var data: Int

    fileprivate init(count: Int, primary: REDBlock, data: Int) {
        remaining = count
        self.primary = primary
        self.data = data
    }

    /// The next block of `payload`, which is the one that was parsed; nothing behind the primary.
    public mutating func next(in payload: Span<UInt8>) -> REDBlock? {
        guard remaining > 1 else {
            defer { remaining = 0 }
            return remaining == 1 ? primary : nil
        }
        remaining -= 1
        let fields = payload.uint24(at: header + 1)
        let byteCount = Int(fields & 0x3FF)
        defer {
            header += REDPacket.headerByteCount
            data += byteCount
        }
        return REDBlock(
            payloadType: PayloadType(payload[header]), timestampOffset: fields >> 10, distance: remaining,
            payload: data..<data + byteCount)
    }
}
