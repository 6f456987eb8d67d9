import Bytes

/// One box of a file, and the boxes inside it (ISO/IEC 14496-12 §4.2).
public struct Box: Equatable, Sendable {
    public let type: FourCC
    /// Where it starts in the file.
    public let offset: Int
    /// How long its header is: 8 bytes, or 16 with a 64-bit size.
    public let headerByteCount: Int
    /// How much of it the file holds, header included.
    public let byteCount: Int
    /// How much more of it there should be; 0 unless the file was cut off.
    public let missingByteCount: Int
    public internal(set) var children: [Box] = []

    /// Where its content lies in the file.
    public var body: Range<Int> { offset + headerByteCount..<offset + byteCount }
    /// Where it ends in the file.
    public var end: Int { offset + byteCount }

    /// The first box directly inside this one that has a type.
    func child(_ type: FourCC) -> Box? { children.first { $0.type == type } }

    /// All boxes directly inside this one that have a type.
    func children(_ type: FourCC) -> [Box] { children.filter { $0.type == type } }
}

/// Reads boxes, from a file or from those of its bytes that are already in memory.
enum BoxReader {
    /// The types whose whole body is boxes.
    private static let containers: Set<FourCC> = [
        "moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf", "mfra",
    ]

    /// `moov` to `stbl` is five levels down; more only a forged file has.
    private static let maximumDepth = 8

    /// The boxes of a range, as far as they make sense.
    ///
    /// Stops at the first header that is impossible and says where.
    static func boxes(in bytes: Span<UInt8>, at base: Int, depth: Int = 0) -> (boxes: [Box], stop: Int?) {
        var boxes: [Box] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes.extracting(position..<bytes.count)
            guard var box = header(rest, at: base + position, available: rest.count) else {
                return (boxes, base + position)
            }
            if depth < maximumDepth, containers.contains(box.type) {
                let body = rest.extracting(box.headerByteCount..<box.byteCount)
                box.children = Self.boxes(in: body, at: box.body.lowerBound, depth: depth + 1).boxes
            }
            boxes.append(box)
            position += box.byteCount
        }
        return (boxes, nil)
    }

    /// Reads one header; nil if there is none, or one that contradicts itself.
    ///
    /// `available` is how many bytes there are from the header's first on.
    static func header(_ bytes: Span<UInt8>, at offset: Int, available: Int) -> Box? {
        var reader = ByteReader(bytes)
        guard let size = try? reader.read(UInt32.self), let type = try? reader.read(UInt32.self) else { return nil }
        var declared = Int(size)
        if size == 0 { declared = available }
        if size == 1 {
            guard let large = try? reader.read(UInt64.self), let value = Int(exactly: large) else { return nil }
            declared = value
        }
        guard declared >= reader.position else { return nil }
        let held = min(declared, available)
        return Box(
            type: FourCC(rawValue: type), offset: offset, headerByteCount: reader.position, byteCount: held,
            missingByteCount: declared - held)
    }
}
