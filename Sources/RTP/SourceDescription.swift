import Bytes
public import Units

/// Who the senders are (RFC 3550 §6.5).
public struct SourceDescription: Equatable, Sendable {
    /// One thing said about a source: a type and a text of at most 255 bytes.
    public struct Item: Equatable, Sendable {
        /// 1 is the canonical name (RFC 3550 §6.5.1), 15 the media identification (RFC 8843 §15.2).
        public var type: UInt8
        public var text: [UInt8]

        public init(type: UInt8, text: [UInt8]) {
            precondition(type != 0 && text.count <= 255, "an item has a type and at most 255 bytes")
            self.type = type
            self.text = text
        }

        /// The name that holds all streams of one participant together.
        public static func canonicalName(_ name: String) -> Item { Item(type: 1, text: Array(name.utf8)) }
    }

    /// Everything said about one source.
    public struct Chunk: Equatable, Sendable {
        public var source: SSRC
        public var items: [Item]

        public init(source: SSRC, items: [Item]) {
            self.source = source
            self.items = items
        }
    }

    public var chunks: [Chunk]

    public init(chunks: [Chunk]) { self.chunks = chunks }

    /// Names one source, as every compound packet must (RFC 3550 §6.1).
    public init(source: SSRC, canonicalName: String) {
        chunks = [Chunk(source: source, items: [.canonicalName(canonicalName)])]
    }
}

extension SourceDescription {
    init(parsing packet: Span<UInt8>, chunkCount: Int) throws(WireError) {
        chunks = []
        var position = 4
        for _ in 0..<chunkCount {
            try packet.require(4, at: position)
            var chunk = Chunk(source: SSRC(packet.uint32(at: position)), items: [])
            position = try Self.parseItems(of: &chunk, in: packet, at: position + 4)
            chunks.append(chunk)
        }
    }

    /// Reads items up to the zero that ends them, and returns where the next word begins.
    private static func parseItems(
        of chunk: inout Chunk, in packet: Span<UInt8>, at start: Int
    ) throws(WireError) -> Int {
        var position = start
        while true {
            try packet.require(1, at: position)
            let type = packet[position]
            if type == 0 { return (position / 4 + 1) * 4 }
            try packet.require(2, at: position)
            let count = Int(packet[position + 1])
            try packet.require(count, at: position + 2)
            var text: [UInt8] = []
            text.append(copying: packet, in: position + 2..<position + 2 + count)
            chunk.items.append(Item(type: type, text: text))
            position += 2 + count
        }
    }

    func appendBody(to packet: inout [UInt8]) {
        for chunk in chunks {
            packet.append(bigEndian: chunk.source.rawValue)
            var byteCount = 0
            for item in chunk.items {
                packet.append(item.type)
                packet.append(UInt8(item.text.count))
                packet += item.text
                byteCount += 2 + item.text.count
            }
            // At least one zero ends the list, and more fill up the word (§6.5).
            packet += [UInt8](repeating: 0, count: 4 - byteCount % 4)
        }
    }
}
