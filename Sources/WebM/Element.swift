import Bytes

/// One element of a file, and the elements inside it (RFC 8794 §4).
public struct Element: Equatable, Sendable {
    public let id: ElementID
    /// Where it starts in the file.
    public let offset: Int
    public let headerByteCount: Int
    /// How much of it the file holds, header included.
    public internal(set) var byteCount: Int
    /// How much more of it there should be; 0 unless the file was cut off.
    public internal(set) var missingByteCount: Int
    /// Whether it ends only where something else begins (RFC 8794 §6.2).
    public let hasUnknownSize: Bool
    /// The blocks of clusters are left out: they are the samples of the tracks.
    public internal(set) var children: [Element] = []

    /// Where its content lies in the file.
    public var body: Range<Int> { offset + headerByteCount..<offset + byteCount }
    /// Where it ends in the file.
    public var end: Int { offset + byteCount }
}

/// Reads elements from a source, header by header.
struct ElementReader<Source: ByteSource> {
    let source: Source

    /// The longest header: four bytes of identifier, eight of size.
    static var maximumHeader: Int { 12 }

    /// The element at a place; nil if there is none, or nothing that could be one.
    ///
    /// `limit` is where whatever it lies in ends.
    func element(at offset: Int, limit: Int) -> Element? {
        let bytes = source.read(at: offset, count: min(Self.maximumHeader, limit - offset))
        var reader = ByteReader(bytes.span)
        guard let first = try? reader.read(UInt8.self) else { return nil }
        let idCount = first.leadingZeroBitCount + 1
        guard idCount <= 4, var id = Optional(UInt32(first)) else { return nil }
        for _ in 1..<idCount {
            guard let next = try? reader.read(UInt8.self) else { return nil }
            id = id << 8 | UInt32(next)
        }
        guard let (size, isUnknown) = reader.readSize() else { return nil }
        let available = limit - offset - reader.position
        let held = isUnknown ? available : min(size, available)
        return Element(
            id: ElementID(id), offset: offset, headerByteCount: reader.position,
            byteCount: reader.position + held, missingByteCount: isUnknown ? 0 : size - held,
            hasUnknownSize: isUnknown)
    }

    /// The elements inside a range of the file, one after the other, as far as they make sense.
    func elements(in range: Range<Int>) -> (elements: [Element], stop: Int?) {
        var elements: [Element] = []
        var position = range.lowerBound
        while position < range.upperBound {
            guard let element = element(at: position, limit: range.upperBound) else { return (elements, position) }
            elements.append(element)
            position = element.end
        }
        return (elements, nil)
    }

    /// The bytes of an element that is no longer than any description is; nil if they are not there.
    func body(_ element: Element) -> [UInt8]? {
        guard element.missingByteCount == 0, element.body.count <= 1 << 20 else { return nil }
        let bytes = source.read(at: element.body.lowerBound, count: element.body.count)
        return bytes.count == element.body.count ? bytes : nil
    }

    func unsigned(_ element: Element) -> Int? {
        guard let bytes = body(element), bytes.count <= 8 else { return nil }
        return Int(exactly: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// Four bytes or eight (RFC 8794 §7.3).
    func float(_ element: Element) -> Double? {
        guard let bytes = body(element) else { return nil }
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch bytes.count {
        case 0: return 0
        case 4: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case 8: return Double(bitPattern: bits)
        default: return nil
        }
    }

    func text(_ element: Element) -> String? {
        body(element).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension ByteReader {
    /// A size, or a track's number: as many leading zeros as there are further bytes (RFC 8794 §4).
    mutating func readSize() -> (size: Int, isUnknown: Bool)? {
        guard let first = try? read(UInt8.self), first != 0 else { return nil }
        let count = first.leadingZeroBitCount + 1
        var value = UInt64(first) & (0xFF >> UInt64(count))
        for _ in 1..<count {
            guard let next = try? read(UInt8.self) else { return nil }
            value = value << 8 | UInt64(next)
        }
        let isUnknown = value == 1 << UInt64(7 * count) - 1
        return (Int(value), isUnknown)
    }
}
