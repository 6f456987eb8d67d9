import Bytes

/// Writes boxes one inside the other; each box's size is filled in when its body is done.
///
/// Boxes made here are descriptions and indexes, never media, so 32-bit sizes do
/// (ISO/IEC 14496-12 §4.2).
struct BoxWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

    mutating func box(_ type: FourCC, _ body: (inout BoxWriter) -> Void) {
        let start = bytes.count
        append(UInt32(0))
        append(type)
        body(&self)
        overwrite(UInt32(bytes.count - start), at: start)
    }

    /// A box whose body starts with a version and flags (ISO/IEC 14496-12 §4.2.2).
    mutating func fullBox(
        _ type: FourCC, version: UInt8 = 0, flags: UInt32 = 0, _ body: (inout BoxWriter) -> Void
    ) {
        box(type) {
            $0.append(UInt32(version) << 24 | flags)
            body(&$0)
        }
    }

    mutating func append(_ value: UInt8) { bytes.append(value) }
    mutating func append(_ value: UInt16) { bytes.append(bigEndian: value) }
    mutating func append(_ value: UInt32) { bytes.append(bigEndian: value) }
    mutating func append(_ value: Int32) { bytes.append(bigEndian: value) }
    mutating func append(_ value: UInt64) { bytes.append(bigEndian: value) }
    mutating func append(_ value: Int64) { bytes.append(bigEndian: value) }
    mutating func append(_ type: FourCC) { bytes.append(bigEndian: type.rawValue) }
    mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }
    mutating func appendZeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }
    mutating func insert(_ more: [UInt8], at offset: Int) { bytes.insert(contentsOf: more, at: offset) }
    mutating func overwrite(_ value: UInt32, at offset: Int) { bytes.overwrite(bigEndian: value, at: offset) }
    mutating func overwrite(_ value: Int64, at offset: Int) { bytes.overwrite(bigEndian: value, at: offset) }

    /// A field that has 64 bits in version 1 of its box and 32 in version 0.
    mutating func append(_ value: Int64, version: UInt8) {
        if version == 1 { append(value) } else { append(UInt32(truncatingIfNeeded: value)) }
    }
}
