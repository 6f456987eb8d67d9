public import Bytes

/// One packet of a Janus recording, as it was when it arrived.
public struct MJRRecord: Equatable, Sendable {
    /// Where in the file its frame begins.
    public var offset: Int
    /// When it arrived, from the first packet on.
    public var arrivalMilliseconds: UInt32
    /// The packet: RTP, decrypted.
    public var bytes: [UInt8]

    public init(offset: Int, arrivalMilliseconds: UInt32, bytes: [UInt8]) {
        self.offset = offset
        self.arrivalMilliseconds = arrivalMilliseconds
        self.bytes = bytes
    }
}

/// Reads a file of the Janus WebRTC server: a description in JSON, then each packet of one stream behind a mark, the time
/// of its arrival and its length (Janus documentation, "Recordings").
///
/// Damage is passed over to the next mark; the packet before it is kept if that lies where it should.
public struct MJRReader<Source: ByteSource> {
    private static var frameHeaderByteCount: Int { 10 }

    /// What Janus says of the stream, in JSON.
    public let description: [UInt8]
    /// How many bytes belonged to no packet.
    public private(set) var skippedByteCount = 0
    /// Whether the file ends inside a packet.
    public private(set) var isCut = false
    /// Where the next packet is looked for.
    public private(set) var position: Int

    private let source: Source

    // | MJR00002 | length (16) | JSON … | then for each packet:
    // | MEET | milliseconds (32) | length (16) | packet … |
    /// Reads the description; fails if the file begins otherwise.
    public init(_ source: Source) throws(WireError) {
        self.source = source
        let start = source.read(at: 0, count: 10)
        guard start.count == 10 else { throw .truncated(at: 0, needed: 10, available: start.count) }
        guard start.starts(with: MJRMark.file) else { throw .invalid("mark", at: 0) }
        let byteCount = Int(start[8]) << 8 | Int(start[9])
        description = source.read(at: 10, count: byteCount)
        guard description.count == byteCount else {
            throw .truncated(at: 10, needed: byteCount, available: description.count)
        }
        position = 10 + byteCount
    }

    /// The next packet; nothing at the end of the file.
    public mutating func next() -> MJRRecord? {
        while position < source.byteCount {
            if let record = record(at: position) {
                position += Self.frameHeaderByteCount + record.bytes.count
                return record
            }
            let next = mark(from: position + 1) ?? source.byteCount
            skippedByteCount += next - position
            position = next
        }
        return nil
    }

    private mutating func record(at place: Int) -> MJRRecord? {
        let header = source.read(at: place, count: Self.frameHeaderByteCount)
        guard header.starts(with: MJRMark.packet) else { return nil }
        guard header.count == Self.frameHeaderByteCount else {
            isCut = true
            return nil
        }
        let byteCount = Int(header[8]) << 8 | Int(header[9])
        let start = place + Self.frameHeaderByteCount
        let end = start + byteCount
        guard isPlausible(end, from: start) else { return nil }
        let bytes = source.read(at: start, count: byteCount)
        guard bytes.count == byteCount else { return nil }
        let arrival = header[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return MJRRecord(offset: place, arrivalMilliseconds: arrival, bytes: bytes)
    }

    /// Whether a packet can end at a place: the file or another mark follows there, or none comes earlier.
    private mutating func isPlausible(_ end: Int, from start: Int) -> Bool {
        if end == source.byteCount { return true }
        if end < source.byteCount, source.read(at: end, count: 4) == MJRMark.packet { return true }
        guard let next = mark(from: start) else {
            isCut = isCut || end > source.byteCount
            return end < source.byteCount
        }
        return next >= end
    }

    /// Where the next mark of a packet lies.
    private func mark(from start: Int) -> Int? {
        var place = start
        while place < source.byteCount {
            let bytes = source.read(at: place, count: 32 << 10)
            guard bytes.count >= 4 else { return nil }
            if let found = bytes.indices.dropLast(3).first(where: { bytes[$0] == 0x4D && isMark(bytes, at: $0) }) {
                return place + found
            }
            place += bytes.count - 3
        }
        return nil
    }

    private func isMark(_ bytes: [UInt8], at index: Int) -> Bool {
        bytes[index..<index + 4].elementsEqual(MJRMark.packet)
    }
}

/// What begins a recording, and each packet in it.
private enum MJRMark {
    static let file = Array("MJR00002".utf8)
    static let packet = Array("MEET".utf8)
}
