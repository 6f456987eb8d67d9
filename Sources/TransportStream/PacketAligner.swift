/// Finds the packets of a transport stream in a run of bytes, and the way back to them after damage.
///
/// Packets follow each other at 188 bytes, at 192 with a time stamp before each, or at 204 with a checksum behind each.
/// The stream comes in pieces of any size; after each take `next` until it returns nothing.
public struct PacketAligner: Sendable {
    private static let strides = [188, 192, 204]
    /// So many sync bytes in a row are no accident, even if one is damaged.
    private static let proof = 5

    /// How many bytes belonged to no packet.
    public private(set) var skippedByteCount = 0

    private var buffer: [UInt8] = []
    private var position = 0
    private var stride: Int?
    private var isFinished = false

    /// An aligner at the start of a stream.
    public init() {}

    /// Takes the next piece of the stream.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(position)
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// Says that the stream has ended.
    public mutating func finish() { isFinished = true }

    /// Where in `bytes(of:)` the next packet begins; nothing until more of the stream comes.
    public mutating func next() -> Int? {
        while true {
            let available = buffer.count - position
            guard available >= TransportPacket.byteCount else { return nil }
            guard isFinished || available >= Self.proof * 204 else { return nil }
            // One damaged sync byte is no reason to look for others: its packet lies where it should.
            if let stride, syncCount(from: position, of: 3, stride) >= 2 { return take(stride) }
            if let stride = foundStride(at: position) { return take(stride) }
            position += 1
            skippedByteCount += 1
        }
    }

    /// Lends a packet's bytes.
    public func withPacket<Result>(at start: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        body(buffer.span.extracting(start..<start + TransportPacket.byteCount))
    }

    private mutating func take(_ stride: Int) -> Int {
        self.stride = stride
        defer { position = min(buffer.count, position + stride) }
        return position
    }

    /// At how many of some packets' places from one on a sync byte is; those behind the end count as if there were one.
    private func syncCount(from place: Int, of count: Int, _ stride: Int) -> Int {
        (0..<count).count { isSync(place + $0 * stride) ?? isFinished }
    }

    /// The distance at which sync bytes follow each other from a place on.
    private func foundStride(at place: Int) -> Int? {
        guard isSync(place) == true else { return nil }
        return Self.strides.first { stride in
            syncCount(from: place, of: Self.proof, stride) >= Self.proof - 1
                && (isSync(place + stride) != nil || stride == self.stride ?? stride)
        }
    }

    /// Whether a sync byte is at a place; nothing behind the end of what is here.
    private func isSync(_ place: Int) -> Bool? {
        place < buffer.count ? buffer[place] == TransportPacket.syncByte : nil
    }
}
