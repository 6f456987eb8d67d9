import Bytes

/// Writes EBML elements one inside the other (RFC 8794).
struct ElementWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }
    mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

    mutating func insert(_ more: [UInt8], at offset: Int) { bytes.insert(contentsOf: more, at: offset) }

    mutating func append(_ id: ElementID) {
        var shift: UInt32 = 24
        while shift > 0, id.rawValue >> shift == 0 { shift -= 8 }
        while true {
            bytes.append(UInt8(truncatingIfNeeded: id.rawValue >> shift))
            if shift == 0 { return }
            shift -= 8
        }
    }

    /// A size in as few bytes as hold it, or in exactly `width` bytes (RFC 8794 §4.3).
    ///
    /// All ones mean "unknown", so the largest value of each width is left out.
    mutating func append(size: Int, width: Int? = nil) {
        var count = width ?? 1
        while width == nil, size >= 1 << (7 * count) - 1 { count += 1 }
        precondition(count <= 8 && size < 1 << (7 * count) - 1, "an element's size fits its width")
        bytes.append(UInt8(truncatingIfNeeded: size >> (8 * (count - 1))) | 0x80 >> UInt8(count - 1))
        for index in stride(from: count - 2, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: size >> (8 * index)))
        }
    }

    /// An element whose body is written first elsewhere, because its size comes before it.
    mutating func master(_ id: ElementID, _ body: (inout ElementWriter) -> Void) {
        var inner = ElementWriter()
        body(&inner)
        element(id, inner.bytes)
    }

    mutating func element(_ id: ElementID, _ body: [UInt8]) {
        append(id)
        append(size: body.count)
        append(body)
    }

    mutating func element(_ id: ElementID, _ value: Int) {
        precondition(value >= 0, "an unsigned element")
        append(id)
        var count = 1
        while count < 8, value >> (8 * count) != 0 { count += 1 }
        append(size: count)
        for index in stride(from: count - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index)))
        }
    }

    mutating func element(_ id: ElementID, _ value: Double) {
        append(id)
        append(size: 8)
        bytes.append(bigEndian: value.bitPattern)
    }

    mutating func element(_ id: ElementID, _ text: String) { element(id, Array(text.utf8)) }

    /// An element that says nothing, `byteCount` long with its header (RFC 8794 §11.3.2).
    mutating func void(_ byteCount: Int) {
        append(Self.voidHeader(reaching: byteCount))
        bytes.append(contentsOf: repeatElement(0, count: byteCount - Self.longHeader))
    }

    /// How long the header of a `Void` is here, and that of the elements it can turn into.
    ///
    /// `Void`'s identifier has one byte and those of `Tracks` and `SeekHead` four: with a size in
    /// eight bytes and in five, their headers take each other's place exactly.
    static let longHeader = 9

    /// The header of a `Void` that ends `byteCount` bytes after the header's first.
    static func voidHeader(reaching byteCount: Int) -> [UInt8] {
        precondition(byteCount >= longHeader, "a void has room for its header")
        var writer = ElementWriter()
        writer.append(.void)
        writer.append(size: byteCount - longHeader, width: 8)
        return writer.bytes
    }

    /// The header, as long as that of a `Void`, of an element with a four-byte identifier.
    static func longHeader(_ id: ElementID, body: Int) -> [UInt8] {
        var writer = ElementWriter()
        writer.append(id)
        writer.append(size: body, width: 5)
        return writer.bytes
    }
}
